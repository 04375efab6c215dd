// SPDX-License-Identifier: GPL-2.0-only
#include "blame/settle.h"

#include <string.h>

#include "blame/proofs.h"

/* No socket took the packet, or a listener did in place of one that could not; and the
 * connection's end was not seen. */
static bool may_have_missed(const struct reset_observation *reset, const struct reset_blame *blamed)
{
	if (reset->kind != RESET_ANSWER || blamed->confidence == CONFIDENCE_PROVEN ||
	    (reset->socket != SOCKET_NONE && reset->socket != SOCKET_LISTEN))
		return false;
	return blamed->verdict == VERDICT_STALE_CONNECTION ||
	       blamed->verdict == VERDICT_ENTRY_UNKNOWN || blamed->verdict == VERDICT_BACKLOG ||
	       blamed->verdict == VERDICT_UNEXPLAINED;
}

enum victim_role settle_role(const struct observation *seen, const struct reset_blame *blamed)
{
	if (blamed->verdict == VERDICT_NO_LISTENER)
		return VICTIM_LISTENER;
	if (!blamed->doubted_cause && may_have_missed(&seen->reset, blamed))
		return VICTIM_OWN;
	if (seen->reset.kind == RESET_ABORT || seen->reset.kind == RESET_RECEIVED ||
	    !blamed->flow.family || blamed->is_one_sided)
		return VICTIM_UNKNOWN;
	return VICTIM_OF_FLOW;
}

/* Nobody is accused, and no chain leads anywhere. */
static void start_over(struct reset_blame *out, enum verdict verdict)
{
	memset(out, 0, sizeof(*out));
	out->verdict = verdict;
	out->confidence = CONFIDENCE_PROVEN;
}

/* What keeps a packet from a socket with its exact addresses and ports, in the kernel's
 * look-up: the device it came in by (inet_sk_bound_dev_eq()), or the namespace. */
static bool has_barrier(const struct observation *seen, const struct victim *victim)
{
	return victim->bound_ifindex || victim->vrf[0] ||
	       (victim->process.netns && victim->process.netns != seen->netns.inum);
}

/* Without a barrier the packet would have come to it: it was opened since, and says nothing
 * of the connection before it. */
static void settle_unreachable(const struct observation *seen, const struct victim *victim,
			       struct reset_blame *out)
{
	if (!has_barrier(seen, victim))
		return verdict_infer(out, UNSEEN_BARRIER);
	start_over(out, VERDICT_UNREACHABLE_SOCKET);
	out->flow.family = seen->reset.family;
	out->flow.orig = tuple_inverse(&seen->reset.packet);
	out->is_one_sided = true;
}

/* The entry would have led to a socket that is not there: the packet would have been reset all
 * the same. */
static void settle_gone(struct reset_blame *out)
{
	struct flow flow = out->flow;

	start_over(out, VERDICT_STALE_CONNECTION);
	out->flow = flow;
	verdict_infer(out, UNSEEN_SOCKET_GONE);
}

static bool is_open(const struct victim *victim)
{
	return victim->socket_state == SOCKET_ESTABLISHED ||
	       victim->socket_state == SOCKET_CLOSE_WAIT ||
	       victim->socket_state == SOCKET_FIN_WAIT1 || victim->socket_state == SOCKET_FIN_WAIT2;
}

/* The tracker believed a RST that the socket never saw: the connection goes on, without its
 * entry. */
static void settle_doubt(const struct victim *victim, struct reset_blame *out)
{
	if (!is_open(victim))
		return;
	verdict_confirm(out, UNSEEN_SOCKET);
	out->verdict = VERDICT_ENTRY_REMOVED;
	out->cause = out->doubted_cause;
	out->because_count = 1;
	out->because[0] = out->doubted_id;
	out->removed_ago_ns = out->doubted_ago_ns;
	out->tracker_state = TRACKER_CLOSE;
	if (out->cause != CAUSE_TIMEOUT)
		verdict_infer(out, UNSEEN_REMOVER);
}

/* The end that the tracker saw, and no socket: both say the same. */
static void settle_end(struct reset_blame *out)
{
	out->needs_socket = false;
	verdict_confirm(out, UNSEEN_SOCKET);
}

void settle_reset(const struct observation *seen, const struct victim *victim,
		  struct reset_blame *out)
{
	bool is_own = victim->role == VICTIM_OWN && may_have_missed(&seen->reset, out);

	switch ((enum victim_look)victim->look) {
	case LOOK_FOUND:
		if (victim->is_unsure) { /* it may be anybody's, in a namespace of his own */
			if (is_own)
				verdict_infer(out, UNSEEN_SOCKET);
			return;
		}
		if (is_own)
			settle_unreachable(seen, victim, out);
		else if (out->doubted_cause)
			settle_doubt(victim, out);
		else if (out->needs_socket)
			verdict_confirm(out, UNSEEN_SOCKET);
		return;
	case LOOK_ENDED: /* it is no proof: anybody may have had one with that tuple, and ended it */
		return;
	case LOOK_ABSENT:
		if (out->doubted_cause)
			settle_end(out);
		else if (out->needs_socket)
			settle_gone(out);
		return;
	case LOOK_LATE:
		if (is_own) /* else it is said already */
			verdict_infer(out, UNSEEN_SOCKET);
		return;
	default:
		return;
	}
}
