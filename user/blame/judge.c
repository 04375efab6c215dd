// SPDX-License-Identifier: GPL-2.0-only
#include "blame/judge.h"

#include <string.h>

#include "blame/judge_private.h"
#include "blame/live_entry.h"
#include "blame/proofs.h"
#include "model/causes.h"

/* Clients take their ports from net.ipv4.ip_local_port_range, which starts here by
 * default, and masquerade keeps a client's port where it is free. */
#define EPHEMERAL_PORT_MIN 32768

static void add_because(struct reset_blame *out, uint64_t id)
{
	if (id && out->because_count < BECAUSE_MAX)
		out->because[out->because_count++] = id;
}

/* Truth rule 2: a flush is joined by what its work item carries, or it is inferred. */
static void weigh_join(const struct evidence *e, struct reset_blame *out)
{
	const struct flush *f = e->flush;

	switch (f ? f->join : JOIN_NONE) {
	case JOIN_EXACT:
		break;
	case JOIN_AMBIGUOUS:
		if (!f->is_by_forgotten)
			verdict_infer(out, UNSEEN_WHICH_CHANGE);
		break;
	case JOIN_BY_TUPLE:
		verdict_infer(out, UNSEEN_WORK_ITEM);
		break;
	case JOIN_NONE:
		verdict_infer(out, UNSEEN_CHANGE);
		break;
	}
	if (f && f->is_by_forgotten && f->join != JOIN_EXACT)
		infer_forgotten(e, out, UNSEEN_CHANGE_FORGOTTEN, e->changes_horizon_ns);
}

static void weigh_cause(const struct evidence *e, struct reset_blame *out)
{
	switch (cause_row(out->cause)->needs) {
	case CAUSE_NEEDS_CHANGE:
		weigh_join(e, out);
		break;
	case CAUSE_NEEDS_ACTOR:
		if (!e->flush || !flush_actor(e->flush))
			verdict_infer(out, UNSEEN_REMOVER);
		else if (e->flush->is_by_argument || e->is_misled)
			verdict_infer(out, UNSEEN_REQUEST);
		break;
	case CAUSE_NEEDS_REASON:
		verdict_infer(out, UNSEEN_CAUSE);
		break;
	case CAUSE_NEEDS_MODULE:
		if (e->flush && e->flush->ifindex)
			verdict_infer(out, UNSEEN_MODULE_UNLOAD);
		break;
	case CAUSE_NEEDS_NOTHING:
		break;
	}
	if (e->is_flush_forgotten)
		infer_forgotten(e, out, UNSEEN_CHANGE_FORGOTTEN, e->changes_horizon_ns);
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
		verdict_infer(out, UNSEEN_USE_UNTRACKED);
	else if ((reset->hooks & HOOKS_KNOWN) && (reset->hooks & needed) != needed)
		verdict_infer(out, UNSEEN_USE_UNHOOKED);
}

/* The flush may have learned what it was after this entry was gone. */
static enum cause cause_of(const struct evidence *e, const struct ledger_removal *r)
{
	return e->flush ? e->flush->cause : (enum cause)r->cause;
}

/* Until settle_reset() hears of it, the socket at the inner end is a link not seen. */
static void need_socket(struct reset_blame *out)
{
	out->needs_socket = true;
	verdict_infer(out, UNSEEN_SOCKET);
}

/* The chain from a removal to its flush, its change and its process. */
static void lead_to(const struct evidence *e, const struct ledger_removal *r,
		    struct reset_blame *out)
{
	const struct actor *actor = e->flush ? flush_actor(e->flush) : NULL;

	out->cause = cause_of(e, r);
	out->tracker_state = r->tcp_state;
	out->removed_ago_ns = e->reset->mono_ns - r->mono_ns;
	out->flush = e->flush;
	add_because(out, e->flush ? e->flush->id : r->id);
	if (e->flush && e->flush->by) {
		out->by = e->flush->by;
		add_because(out, out->by->id);
	}
	if (actor)
		out->actor = *actor;
}

/* Truth rule 1: every link, or it is not proven. */
static void blame_removal(const struct evidence *e, struct reset_blame *out)
{
	const struct ledger_removal *r = e->removal;

	say(out, VERDICT_ENTRY_REMOVED, CONFIDENCE_PROVEN);
	out->flow = r->flow;
	lead_to(e, r, out);
	weigh_cause(e, out);
	if (e->is_elsewhere || e->is_at_client)
		need_socket(out);
	/* The hooks of the namespace that reset the packet say nothing of another's entry
	 * (truth rule 11), nor does its zone. */
	if (!e->is_elsewhere)
		weigh_hooks(e, out);
	else if (e->reset->reset.bridge_netns == r->netns.inum &&
		 e->reset->reset.bridge_netfilter == BRIDGE_NETFILTER_OFF)
		verdict_infer(out, UNSEEN_USE_BRIDGED);
	if (!e->is_elsewhere && !e->is_zone_known)
		verdict_infer(out, UNSEEN_ZONE);
	if (e->reset->reset.socket == SOCKET_TIME_WAIT)
		verdict_infer(out, UNSEEN_TIME_WAIT);
	if (!e->sees_entries)
		verdict_infer(out, UNSEEN_NEWER_FLOW);
	if (e->has_losses)
		verdict_infer(out, UNSEEN_NEWER_ENTRY_LOST);
}

static void blame_invalid(const struct reset_observation *reset, struct reset_blame *out)
{
	say(out, VERDICT_ENTRY_INVALID, CONFIDENCE_PROVEN);
	out->flow = reset->entry;
	if (reset->entry_netns)
		need_socket(out);
	out->actor = (struct actor){ 0 };
	/* It did not act here: it was judged on its way, or had no hook to be judged by. */
	if (reset->pickup != PICKUP_INVALID)
		verdict_infer(out, UNSEEN_INVALID);
}

static void blame_bypass(const struct evidence *e, struct reset_blame *out)
{
	const struct reset_observation *reset = &e->reset->reset;

	say(out, VERDICT_ENTRY_BYPASSED, CONFIDENCE_PROVEN);
	out->flow = reset->entry;
	if (reset->entry_netns)
		need_socket(out);
	if (e->ruleset) {
		out->ruleset = *e->ruleset;
		out->actor = e->ruleset->seen.actor;
		add_because(out, e->ruleset->id);
		if (e->ruleset->seen.is_ambiguous)
			verdict_infer(out, UNSEEN_WHICH_COMMIT);
	} else if (e->others_horizon_ns) {
		infer_forgotten(e, out, UNSEEN_OTHER_FORGOTTEN, e->others_horizon_ns);
	} else {
		verdict_infer(out, UNSEEN_HOOKS_REMOVER);
	}
	if (!live_entry_translates(reset))
		verdict_infer(out,
			      reset->lookup == LOOKUP_SKIPPED ? UNSEEN_ASKED : UNSEEN_ENTRY_ALIVE);
	if (e->has_losses)
		verdict_infer(out, UNSEEN_ENTRY_LOST);
}

/* Between two hosts of one bridge the translation is undone only where the bridge shows its
 * frames to conntrack; nobody removed anything. */
static void blame_bridge(const struct reset_observation *reset, struct reset_blame *out)
{
	say(out, VERDICT_ENTRY_BYPASSED, CONFIDENCE_PROVEN);
	out->cause = CAUSE_BRIDGE;
	out->flow = reset->entry;
	out->actor = (struct actor){ 0 };
	need_socket(out);
	if (reset->bridge_netfilter != BRIDGE_NETFILTER_OFF)
		verdict_infer(out, UNSEEN_BRIDGE);
}

/* Truth rule 1's counterpart: the entry was there. True when that decides. */
static bool judge_live_entry(const struct evidence *e, struct reset_blame *out)
{
	const struct reset_observation *reset = &e->reset->reset;

	if (!live_entry_translates(reset))
		return false;
	/* It may have been made since. */
	if (live_entry_is_elsewhere(reset) && (e->removal || e->retranslation || has_end(e)))
		return false;
	if (live_entry_is_bridged(reset) &&
	    (reset->bridge_netfilter == BRIDGE_NETFILTER_OFF || !live_entry_is_unhooked(e)))
		blame_bridge(reset, out);
	else if (live_entry_is_unhooked(e))
		blame_bypass(e, out);
	else if (reset->pickup == PICKUP_INVALID || live_entry_is_elsewhere(reset))
		blame_invalid(reset, out);
	else if (reset->pickup == PICKUP_NONE && !e->removal)
		blame_invalid(reset, out);
	else
		/* It was used, and leads here; or it was asked for after the reset, and
		 * may have been made again since. */
		return false;
	return true;
}

static void judge_syn(const struct reset_observation *reset, struct reset_blame *out)
{
	if (reset->socket == SOCKET_NONE)
		return say(out, VERDICT_NO_LISTENER, CONFIDENCE_PROVEN);
	if (reset->socket != SOCKET_UNKNOWN)
		return say(out, VERDICT_PROTOCOL, CONFIDENCE_PROVEN);
	say(out, VERDICT_NO_LISTENER, CONFIDENCE_PROVEN);
	verdict_infer(out, UNSEEN_LISTENER);
}

/* Truth rule 10: that no socket was found is no end. */
static void say_stale(const struct evidence *e, struct reset_blame *out, enum unseen missing)
{
	say(out, VERDICT_STALE_CONNECTION, CONFIDENCE_PROVEN);
	if (has_end(e))
		return;
	verdict_infer(out, missing);
	infer_forgotten(e, out, UNSEEN_OTHER_FORGOTTEN, e->removals_horizon_ns);
}

/* A listener got a mid-stream packet. Where the namespace translates, a flow
 * forgotten before the window would look the same. */
static void judge_listener(const struct evidence *e, struct reset_blame *out)
{
	const struct reset_observation *reset = &e->reset->reset;
	bool could_translate = !(reset->hooks & HOOKS_KNOWN) || (reset->hooks & HOOKS_NAT);

	say_stale(e, out, could_translate ? UNSEEN_OWN : UNSEEN_CLOSE);
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
	bool is_before = is_forgotten && !e->has_losses && e->sees_removals &&
			 !e->removals_horizon_ns && !e->misses_arrivals;

	say(out, VERDICT_ENTRY_UNKNOWN, is_forgotten ? CONFIDENCE_LIKELY : CONFIDENCE_UNKNOWN);
	out->arrival = e->arrival;
	if (e->arrival)
		add_because(out, e->arrival->id);
	verdict_infer(out, e->arrival       ? UNSEEN_ENTRY_PLACE :
			   is_before        ? UNSEEN_REMOVAL_BEFORE :
			   e->sees_removals ? UNSEEN_REMOVAL :
					      UNSEEN_REMOVAL_BLIND);
	if (e->has_losses)
		verdict_infer(out, UNSEEN_REMOVAL_LOST);
	infer_forgotten(e, out, UNSEEN_REMOVAL_FORGOTTEN, e->removals_horizon_ns);
}

/* Truth rule 12: too many waited for conntrack's answer, and nothing else decides. */
static bool judge_unasked(const struct evidence *e, struct reset_blame *out)
{
	const struct reset_observation *reset = &e->reset->reset;

	if (reset->lookup != LOOKUP_SKIPPED || e->was_own || has_end(e))
		return false;
	if (e->ruleset && !goes_to_server(&reset->packet)) {
		blame_bypass(e, out);
	} else {
		say(out, VERDICT_UNEXPLAINED, CONFIDENCE_LIKELY);
		verdict_infer(out, UNSEEN_ASKED);
	}
	return true;
}

/* The tracker took a RST for the connection's end; a rule may have dropped it since, or the
 * receiver not believed it (RFC 5961). The socket at the inner end tells (truth rule 10). */
static bool judge_believed_end(const struct evidence *e, struct reset_blame *out)
{
	const struct ledger_removal *r = e->removal;

	if (!r || !is_clean_end(r) || r->tcp_state != TRACKER_CLOSE || e->was_own ||
	    e->reset->reset.ended.how != SOCKET_END_NONE)
		return false;
	say(out, VERDICT_STALE_CONNECTION, CONFIDENCE_PROVEN);
	out->flow = r->flow;
	out->doubted_cause = cause_of(e, r);
	out->doubted_id = e->flush ? e->flush->id : r->id;
	out->doubted_ago_ns = e->reset->mono_ns - r->mono_ns;
	need_socket(out);
	if (!e->sees_entries)
		verdict_infer(out, UNSEEN_NEWER_FLOW);
	if (e->has_losses)
		verdict_infer(out, UNSEEN_NEWER_ENTRY_LOST);
	return true;
}

/* IPVS takes what comes to its services: it has forgotten the connection, or never had it.
 * Without conntrack (net.ipv4.vs.conntrack=0) there is no entry whose removal could be seen. */
static void say_unserved(struct reset_blame *out)
{
	say(out, VERDICT_ENTRY_UNKNOWN, CONFIDENCE_LIKELY);
	out->cause = CAUSE_IPVS;
	verdict_infer(out, UNSEEN_IPVS);
}

/* A ruleset took the hooks, and nobody could be asked for the entry. What goes to a server's
 * port may be a published one's, or of a connection of this host's own. */
static void judge_unhooked(const struct evidence *e, struct reset_blame *out)
{
	const struct reset_observation *reset = &e->reset->reset;

	if (!goes_to_server(&reset->packet))
		return blame_bypass(e, out);
	if (reset->pickup != PICKUP_NONE)
		return say_stale(e, out, UNSEEN_CLOSE_OF_SERVER);
	say(out, VERDICT_UNEXPLAINED, CONFIDENCE_LIKELY);
	verdict_infer(out, UNSEEN_ENTRY_ALIVE);
}

/* Truth rule 9: neither socket nor removal. What evidence there is decides between a
 * connection that this host had and a flow that it forgot. */
static void judge_unseen(const struct evidence *e, struct reset_blame *out)
{
	const struct reset_observation *reset = &e->reset->reset;

	if (e->was_own || has_end(e))
		say_stale(e, out, UNSEEN_CLOSE);
	else if (reset->is_virtual)
		say_unserved(out);
	else if (e->ruleset && reset->lookup == LOOKUP_NONE)
		judge_unhooked(e, out);
	else if (reset->flags & PACKET_SYN)
		say_stale(e, out, UNSEEN_OWN_REQUEST);
	else if ((reset->hooks & HOOKS_KNOWN) && !(reset->hooks & HOOKS_NAT))
		say_stale(e, out, UNSEEN_CLOSE);
	else if (goes_to_server(&reset->packet))
		say_stale(e, out, UNSEEN_CLOSE_OF_SERVER);
	else
		say_unknown(e, out);
}

/* After its entry had been removed, one side spoke first: the new entry took another port,
 * address or endpoint, which the other side does not know. */
static void blame_retranslation(const struct evidence *e, struct reset_blame *out)
{
	const struct retranslation *retranslation = e->retranslation;

	out->flow = retranslation->flow;
	out->is_one_sided = false;
	lead_to(e, &retranslation->removed, out);
	/* 0 would say that it was not. */
	out->renewed_ago_ns = e->reset->mono_ns - retranslation->mono_ns + 1;
	out->is_server_first = retranslation->was_reply;
	out->removed_reply = retranslation->was_reply ? retranslation->removed.flow.orig :
							retranslation->removed.flow.reply;
	weigh_cause(e, out);
	if (!netns_equal(retranslation->netns, e->reset->netns))
		verdict_infer(out, UNSEEN_PASSAGE);
	if (retranslation->is_bare) /* the peer's */
		verdict_infer(out, UNSEEN_SOCKET);
}

/* The trigger was re-translated on the node, and came to a namespace, or a port of the node's
 * own, that knows its connection by the translation of before, or not at all. */
static void blame_passing(const struct evidence *e, struct reset_blame *out)
{
	say(out, VERDICT_ENTRY_REMOVED, CONFIDENCE_PROVEN);
	blame_retranslation(e, out);
	need_socket(out);
}

/* The connection was this host's own, and ended after the entry had gone. */
static bool ended_since(const struct evidence *e)
{
	const struct socket_end *end = &e->reset->reset.ended;

	return end->how != SOCKET_END_NONE && end->ago_ns < e->reset->mono_ns - e->removal->mono_ns;
}

static bool judge_removal(const struct evidence *e, struct reset_blame *out)
{
	if (!e->removal || is_clean_end(e->removal) || ended_since(e))
		return false;
	blame_removal(e, out);
	return true;
}

static void judge_midstream(const struct evidence *e, struct reset_blame *out)
{
	const struct reset_observation *reset = &e->reset->reset;

	if (is_live_socket(reset->socket))
		return say(out, VERDICT_PROTOCOL, CONFIDENCE_PROVEN);
	if (judge_backlog(e, out))
		return;
	if (reset_is_of_handshake(reset))
		return say(out, VERDICT_PROTOCOL, CONFIDENCE_PROVEN);
	if (judge_live_entry(e, out))
		return;
	/* An entry that is known, and leads here, is no loss. */
	if (reset->pickup == PICKUP_KNOWN && judge_closed_listener(e, out))
		return;
	/* An entry that has seen both sides is alive: nothing was forgotten. */
	if (reset->pickup == PICKUP_KNOWN || reset->pickup == PICKUP_INVALID)
		return say_stale(e, out, UNSEEN_CLOSE);
	if (e->retranslation)
		return blame_passing(e, out);
	/* The rules translated it as they do, to this host: no translation is lost. */
	if (reset->pickup == PICKUP_RENEWED)
		return say_stale(e, out, UNSEEN_OWN);
	if (judge_removal(e, out))
		return;
	if (reset->socket == SOCKET_TIME_WAIT)
		return say_stale(e, out, UNSEEN_TIME_WAIT);
	if (judge_closed_listener(e, out) || judge_believed_end(e, out) || judge_unasked(e, out))
		return;
	if (reset->socket == SOCKET_LISTEN)
		return judge_listener(e, out);
	if ((e->was_replaced && !e->was_own && !has_end(e)) || reset->pickup == PICKUP_UNTRACKED)
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

/* A listener that is closed aborts what waits for accept() (inet_csk_listen_stop()). */
static void judge_abort(const struct evidence *e, struct reset_blame *out)
{
	const struct reset_observation *reset = &e->reset->reset;
	bool is_backlog = reset->cause == CAUSE_LISTENER_CLOSED;

	say(out, is_backlog ? VERDICT_BACKLOG : VERDICT_ABORTED, CONFIDENCE_PROVEN);
	out->cause = reset->cause;
	name_own_flow(reset, out);
	if (!e->departure)
		return;
	/* What it sent could not leave, nor could an answer come. */
	out->by = e->departure;
	add_because(out, e->departure->id);
}

static void judge_received(const struct evidence *e, struct reset_blame *out)
{
	say(out, VERDICT_REMOTE, CONFIDENCE_PROVEN);
	name_own_flow(&e->reset->reset, out);
	if (e->retranslation)
		blame_retranslation(e, out);
	else
		infer_forgotten(e, out, UNSEEN_OTHER_FORGOTTEN, e->others_horizon_ns);
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
		judge_answer(evidence, out);
		break;
	case RESET_ABORT:
		judge_abort(evidence, out);
		break;
	case RESET_RECEIVED:
		judge_received(evidence, out);
		break;
	case RESET_REJECTED:
		judge_rejected(evidence, out);
		break;
	}
	judge_weigh_proofs(evidence, out);
}
