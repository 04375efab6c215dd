// SPDX-License-Identifier: GPL-2.0-only
/* Connections that their listener never took. */
#include <string.h>

#include "blame/judge_private.h"
#include "blame/proofs.h"

/* The listener stands in for a request socket that refused an ACK: conntrack saw
 * the handshake under way. */
static bool is_handshake(const struct reset_observation *reset)
{
	return reset->socket == SOCKET_LISTEN && reset->entry.family &&
	       (reset->entry_state == TRACKER_SYN_SENT || reset->entry_state == TRACKER_SYN_RECV);
}

/* tcp_check_req() resets what finds the accept queue full, where tcp_abort_on_overflow is
 * set; with INVALID_SYN since 5691276b39da ("rstreason: make it work in trace world", 6.10). */
bool reset_is_of_handshake(const struct reset_observation *reset)
{
	return is_handshake(reset) || reset->is_of_request || !strcmp(reset->reason, "INVALID_SYN");
}

/* A listener took the packet since no connection was made of its request: the accept queue
 * is full (sk_acceptq_is_full()). A SYN does not ask for one. */
bool judge_backlog(const struct evidence *e, struct reset_blame *out)
{
	const struct reset_observation *reset = &e->reset->reset;
	const struct listener_state *l = &reset->listener;

	if (reset->socket != SOCKET_LISTEN || (reset->flags & PACKET_SYN) || !l->is_known ||
	    l->queue <= l->queue_max || has_end(e))
		return false;
	say(out, VERDICT_BACKLOG, CONFIDENCE_PROVEN);
	out->cause = CAUSE_ACCEPT_QUEUE_FULL;
	if (!reset_is_of_handshake(reset))
		verdict_infer(out, UNSEEN_HANDSHAKE);
	return true;
}

/* The listener was closed over handshakes, and at best another of its group has the port:
 * a last ACK finds no request. Conntrack has seen the handshake, where it looks. */
bool judge_closed_listener(const struct evidence *e, struct reset_blame *out)
{
	const struct reset_observation *reset = &e->reset->reset;

	if (!e->listener || e->was_own || has_end(e) || (reset->flags & PACKET_SYN) ||
	    reset->pickup == PICKUP_INVALID)
		return false;
	say(out, VERDICT_BACKLOG, CONFIDENCE_LIKELY);
	out->cause = CAUSE_LISTENER_CLOSED;
	out->actor = e->listener->seen.actor;
	verdict_infer(out, UNSEEN_HANDSHAKE);
	return true;
}
