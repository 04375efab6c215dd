// SPDX-License-Identifier: GPL-2.0-only
#include "blame/judge.h"

#include <string.h>

#include "model/causes.h"

/* Clients take their ports from net.ipv4.ip_local_port_range, which starts here by
 * default, and masquerade keeps a client's port where it is free. */
#define EPHEMERAL_PORT_MIN 32768

static void say(struct reset_blame *out, enum verdict verdict, enum confidence confidence)
{
	out->verdict = verdict;
	out->confidence = confidence;
}

/* A link that was not seen: whatever the verdict, it is no longer proven. */
static void infer(struct reset_blame *out, enum unseen what)
{
	if (out->inferred_count < INFERRED_MAX)
		out->inferred[out->inferred_count++] = what;
	if (out->confidence == CONFIDENCE_PROVEN)
		out->confidence = CONFIDENCE_LIKELY;
}

static void add_because(struct reset_blame *out, uint64_t id)
{
	if (id && out->because_count < BECAUSE_MAX)
		out->because[out->because_count++] = id;
}

/* Truth rule 2: a flush is joined by what its work item carries, or it is inferred. */
static void weigh_join(const struct flush *f, struct reset_blame *out)
{
	switch (f ? f->join : JOIN_NONE) {
	case JOIN_EXACT:
		break;
	case JOIN_AMBIGUOUS:
		infer(out, UNSEEN_WHICH_CHANGE);
		break;
	case JOIN_BY_TUPLE:
		infer(out, UNSEEN_WORK_ITEM);
		break;
	case JOIN_NONE:
		infer(out, UNSEEN_CHANGE);
		break;
	}
}

static void weigh_cause(const struct evidence *e, struct reset_blame *out)
{
	switch (cause_row(out->cause)->needs) {
	case CAUSE_NEEDS_CHANGE:
		weigh_join(e->flush, out);
		break;
	case CAUSE_NEEDS_ACTOR:
		if (!e->flush || !flush_actor(e->flush))
			infer(out, UNSEEN_REMOVER);
		break;
	case CAUSE_NEEDS_REASON:
		infer(out, UNSEEN_CAUSE);
		break;
	case CAUSE_NEEDS_MODULE:
		if (e->flush && e->flush->ifindex)
			infer(out, UNSEEN_MODULE_UNLOAD);
		break;
	case CAUSE_NEEDS_NOTHING:
		break;
	}
}

static bool is_clean_end(const struct ledger_removal *r)
{
	if (ledger_is_cut_short(r))
		return false;
	return r->tcp_state == TRACKER_TIME_WAIT || r->tcp_state == TRACKER_CLOSE;
}

/* Would the entry have helped, had it still been there? What masquerade, a user or
 * a time-out removed was of use only with the hooks in place. */
static void weigh_hooks(const struct evidence *e, struct reset_blame *out)
{
	const struct reset_observation *reset = &e->reset->reset;
	uint8_t needed = cause_row(out->cause)->hooks;

	if (reset->pickup == PICKUP_UNTRACKED)
		infer(out, UNSEEN_USE_UNTRACKED);
	else if ((reset->hooks & HOOKS_KNOWN) && (reset->hooks & needed) != needed)
		infer(out, UNSEEN_USE_UNHOOKED);
}

/* The flush may have learned what it was after this entry was gone. */
static enum cause cause_of(const struct evidence *e, const struct ledger_removal *r)
{
	return e->flush ? e->flush->cause : (enum cause)r->cause;
}

/* Truth rule 1: every link, or it is not proven. */
static void blame_removal(const struct evidence *e, struct reset_blame *out)
{
	const struct reset_observation *reset = &e->reset->reset;
	const struct ledger_removal *r = e->removal;
	const struct actor *actor;

	say(out, VERDICT_ENTRY_REMOVED, CONFIDENCE_PROVEN);
	out->cause = cause_of(e, r);
	out->flow = r->flow;
	out->tracker_state = r->tcp_state;
	out->removed_ago_ns = e->reset->mono_ns - r->mono_ns;
	out->flush = e->flush;
	add_because(out, e->flush ? e->flush->id : r->id);
	if (e->flush && e->flush->by) {
		out->by = e->flush->by;
		add_because(out, out->by->id);
	}
	actor = e->flush ? flush_actor(e->flush) : NULL;
	if (actor)
		out->actor = *actor;
	weigh_cause(e, out);
	weigh_hooks(e, out);
	if (!e->is_zone_known)
		infer(out, UNSEEN_ZONE);
	if (reset->socket == SOCKET_TIME_WAIT)
		infer(out, UNSEEN_TIME_WAIT);
	if (!e->sees_entries)
		infer(out, UNSEEN_NEWER_FLOW);
	if (e->has_losses)
		infer(out, UNSEEN_NEWER_ENTRY_LOST);
}

/* What the hooks lack that translation needs: enum hooks_flag. */
static uint8_t missing_hooks(const struct reset_observation *reset)
{
	return reset->hooks & HOOKS_KNOWN ?
		       (uint8_t)(~reset->hooks & (HOOKS_CONNTRACK | HOOKS_NAT)) :
		       0;
}

/* Alive, and it would have sent the packet to another host or socket. */
static bool has_live_translation(const struct reset_observation *reset)
{
	return reset->entry.family && flow_is_translated(&reset->entry) &&
	       (tuple_equal(&reset->entry.reply, &reset->packet) ||
		tuple_equal(&reset->entry.orig, &reset->packet));
}

static void blame_invalid(const struct reset_observation *reset, struct reset_blame *out)
{
	say(out, VERDICT_ENTRY_INVALID, CONFIDENCE_PROVEN);
	out->flow = reset->entry;
	if (reset->pickup != PICKUP_INVALID)
		infer(out, UNSEEN_INVALID);
}

static void blame_bypass(const struct evidence *e, struct reset_blame *out)
{
	const struct reset_observation *reset = &e->reset->reset;

	say(out, VERDICT_ENTRY_BYPASSED, CONFIDENCE_PROVEN);
	out->flow = reset->entry;
	if (e->ruleset) {
		out->ruleset = *e->ruleset;
		out->actor = e->ruleset->seen.actor;
		add_because(out, e->ruleset->id);
	} else {
		infer(out, UNSEEN_HOOKS_REMOVER);
	}
	if (!has_live_translation(reset))
		infer(out, UNSEEN_ENTRY_ALIVE);
	if (e->has_losses)
		infer(out, UNSEEN_ENTRY_LOST);
}

/* Truth rule 1's counterpart: the entry was there. True when that decides. */
static bool judge_live_entry(const struct evidence *e, struct reset_blame *out)
{
	const struct reset_observation *reset = &e->reset->reset;

	if (!has_live_translation(reset))
		return false;
	if (missing_hooks(reset))
		blame_bypass(e, out);
	else if (reset->pickup == PICKUP_INVALID)
		blame_invalid(reset, out);
	else if (reset->pickup == PICKUP_NONE && !e->removal)
		blame_invalid(reset, out);
	else
		/* It was used, and leads here; or it was asked for after the reset, and
		 * may have been made again since. */
		return false;
	return true;
}

/* No look-up finds a closed socket: one in CLOSE was alive until this very packet,
 * data after its process had closed it (tcp_rcv_state_process() calls tcp_reset()). */
static bool is_live_socket(uint8_t state)
{
	return state != SOCKET_NONE && state != SOCKET_UNKNOWN && state != SOCKET_LISTEN &&
	       state != SOCKET_TIME_WAIT;
}

static void judge_syn(const struct reset_observation *reset, struct reset_blame *out)
{
	if (reset->socket == SOCKET_NONE)
		return say(out, VERDICT_NO_LISTENER, CONFIDENCE_PROVEN);
	if (reset->socket != SOCKET_UNKNOWN)
		return say(out, VERDICT_PROTOCOL, CONFIDENCE_PROVEN);
	say(out, VERDICT_NO_LISTENER, CONFIDENCE_PROVEN);
	infer(out, UNSEEN_LISTENER);
}

static void say_stale(struct reset_blame *out, enum unseen inferred)
{
	say(out, VERDICT_STALE_CONNECTION, CONFIDENCE_PROVEN);
	if (inferred)
		infer(out, inferred);
}

/* A listener got a mid-stream packet. Where the namespace translates, a flow
 * forgotten before the window would look the same. */
static void judge_listener(const struct reset_observation *reset, struct reset_blame *out)
{
	bool could_translate = !(reset->hooks & HOOKS_KNOWN) || (reset->hooks & HOOKS_NAT);

	say_stale(out, could_translate ? UNSEEN_OWN : UNSEEN_NONE);
}

/* From a client's port to a server's: the answer to a masqueraded flow goes the
 * other way, or (masquerade random) at least does not come from a client's. */
static bool goes_to_server(const struct tuple *packet)
{
	return packet->sport >= EPHEMERAL_PORT_MIN && packet->dport < EPHEMERAL_PORT_MIN;
}

static void say_unknown(const struct evidence *e, struct reset_blame *out)
{
	const struct reset_observation *reset = &e->reset->reset;
	bool is_forgotten = reset->pickup == PICKUP_FRESH;

	say(out, VERDICT_ENTRY_UNKNOWN, is_forgotten ? CONFIDENCE_LIKELY : CONFIDENCE_UNKNOWN);
	out->arrival = e->arrival;
	if (e->arrival)
		add_because(out, e->arrival->id);
	infer(out, e->arrival   ? UNSEEN_ENTRY_PLACE :
		   is_forgotten ? UNSEEN_REMOVAL_BEFORE :
				  UNSEEN_REMOVAL);
	if (e->has_losses)
		infer(out, UNSEEN_REMOVAL_LOST);
	if (e->has_evictions)
		infer(out, UNSEEN_REMOVAL_FORGOTTEN);
}

/* Truth rule 9: neither socket nor removal. What evidence there is decides between a
 * connection that this host had and a flow that it forgot. */
static void judge_unseen(const struct evidence *e, struct reset_blame *out)
{
	const struct reset_observation *reset = &e->reset->reset;

	if (e->was_own)
		say_stale(out, UNSEEN_NONE);
	else if (e->ruleset && reset->lookup == LOOKUP_NONE && !goes_to_server(&reset->packet))
		blame_bypass(e, out);
	else if (reset->flags & PACKET_SYN)
		say_stale(out, UNSEEN_OWN_REQUEST);
	else if ((reset->hooks & HOOKS_KNOWN) && !(reset->hooks & HOOKS_NAT))
		say_stale(out, UNSEEN_CLOSE);
	else if (goes_to_server(&reset->packet))
		say_stale(out, UNSEEN_CLOSE_OF_SERVER);
	else
		say_unknown(e, out);
}

/* The listener stands in for a request socket that refused an ACK: conntrack saw
 * the handshake under way. */
static bool is_handshake(const struct reset_observation *reset)
{
	return reset->socket == SOCKET_LISTEN && reset->entry.family &&
	       (reset->entry_state == TRACKER_SYN_SENT || reset->entry_state == TRACKER_SYN_RECV);
}

static void judge_midstream(const struct evidence *e, struct reset_blame *out)
{
	const struct reset_observation *reset = &e->reset->reset;

	if (is_live_socket(reset->socket) || is_handshake(reset))
		return say(out, VERDICT_PROTOCOL, CONFIDENCE_PROVEN);
	if (judge_live_entry(e, out))
		return;
	/* An entry that has seen both sides is alive: nothing was forgotten. */
	if (reset->pickup == PICKUP_KNOWN || reset->pickup == PICKUP_INVALID)
		return say_stale(out, UNSEEN_NONE);
	/* The rules translated it as they do, to this host: no translation is lost. */
	if (reset->pickup == PICKUP_RENEWED)
		return say_stale(out, UNSEEN_OWN);
	if (e->removal && !is_clean_end(e->removal))
		return blame_removal(e, out);
	if (reset->socket == SOCKET_TIME_WAIT)
		return say_stale(out, UNSEEN_NONE);
	if (reset->socket == SOCKET_LISTEN)
		return judge_listener(reset, out);
	if ((e->was_replaced && !e->was_own) || reset->pickup == PICKUP_UNTRACKED)
		return say(out, VERDICT_UNEXPLAINED, CONFIDENCE_UNKNOWN);
	judge_unseen(e, out);
}

/* The socket's own flow: how it was translated on its way is not known here. */
static void name_own_flow(const struct reset_observation *reset, struct reset_blame *out)
{
	out->flow.family = reset->family;
	out->flow.orig = tuple_inverse(&reset->packet);
	out->is_one_sided = true;
}

static void judge_abort(const struct reset_observation *reset, struct reset_blame *out)
{
	say(out, VERDICT_ABORTED, CONFIDENCE_PROVEN);
	out->cause = reset->cause;
	name_own_flow(reset, out);
}

/* The client spoke first after its entry had been removed: the new entry took
 * another port, which the peer did not know. */
static void blame_retranslation(const struct evidence *e, struct reset_blame *out)
{
	const struct retranslation *retranslation = e->retranslation;
	const struct actor *actor = e->flush ? flush_actor(e->flush) : NULL;

	out->cause = cause_of(e, &retranslation->removed);
	out->flow = retranslation->flow;
	out->is_one_sided = false;
	out->tracker_state = retranslation->removed.tcp_state;
	out->removed_ago_ns = e->reset->mono_ns - retranslation->removed.mono_ns;
	/* 0 would say that it was not. */
	out->renewed_ago_ns = e->reset->mono_ns - retranslation->mono_ns + 1;
	out->removed_reply = retranslation->removed.flow.reply;
	out->flush = e->flush;
	add_because(out, e->flush ? e->flush->id : retranslation->removed.id);
	if (e->flush && e->flush->by) {
		out->by = e->flush->by;
		add_because(out, out->by->id);
	}
	if (actor)
		out->actor = *actor;
	weigh_cause(e, out);
	if (retranslation->netns.inum != e->reset->netns.inum)
		infer(out, UNSEEN_PASSAGE);
}

static void judge_received(const struct evidence *e, struct reset_blame *out)
{
	say(out, VERDICT_REMOTE, CONFIDENCE_PROVEN);
	name_own_flow(&e->reset->reset, out);
	if (e->retranslation)
		blame_retranslation(e, out);
}

/* The rule's doing; that it met the packet at all may be a removed entry's, which
 * is told. */
static void judge_rejected(const struct evidence *e, struct reset_blame *out)
{
	const struct reset_observation *reset = &e->reset->reset;
	bool is_syn = (reset->flags & PACKET_SYN) && !(reset->flags & PACKET_ACK);

	say(out, VERDICT_REFUSED_BY_RULE, CONFIDENCE_PROVEN);
	if (reset->entry.family)
		out->flow = reset->entry;
	if (is_syn || !e->removal || is_clean_end(e->removal) || !e->flush)
		return;
	out->flow = e->removal->flow;
	out->removed_ago_ns = e->reset->mono_ns - e->removal->mono_ns;
	out->flush = e->flush;
	out->by = e->flush->by;
	add_because(out, e->flush->id);
	if (out->by)
		add_because(out, out->by->id);
}

static void judge_answer(const struct evidence *evidence, struct reset_blame *out)
{
	const struct reset_observation *reset = &evidence->reset->reset;

	if ((reset->flags & PACKET_SYN) && !(reset->flags & PACKET_ACK))
		judge_syn(reset, out);
	else
		judge_midstream(evidence, out);
}

void judge_reset(const struct evidence *evidence, struct reset_blame *out)
{
	const struct reset_observation *reset = &evidence->reset->reset;

	memset(out, 0, sizeof(*out));
	/* What a rule rejects or a peer sends is nobody's deed here. */
	if (!reset->in_softirq && (reset->kind == RESET_ANSWER || reset->kind == RESET_ABORT))
		out->actor = reset->actor;
	switch (reset->kind) {
	case RESET_ANSWER:
		return judge_answer(evidence, out);
	case RESET_ABORT:
		return judge_abort(reset, out);
	case RESET_RECEIVED:
		return judge_received(evidence, out);
	case RESET_REJECTED:
		return judge_rejected(evidence, out);
	}
}
