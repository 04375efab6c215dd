/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the files of the judge. */
#ifndef RSTBLAME_BLAME_JUDGE_PRIVATE_H
#define RSTBLAME_BLAME_JUDGE_PRIVATE_H

#include "blame/judge.h"
#include "blame/proofs.h"

static inline void say(struct reset_blame *out, enum verdict verdict, enum confidence confidence)
{
	out->verdict = verdict;
	out->confidence = confidence;
}

static inline bool has_end(const struct evidence *e)
{
	return e->has_clean_end || e->reset->reset.ended.how != SOCKET_END_NONE ||
	       e->reset->reset.socket == SOCKET_TIME_WAIT;
}

/* No look-up finds a closed socket: one in CLOSE was alive until this very packet,
 * data after its process had closed it (tcp_rcv_state_process() calls tcp_reset()). */
static inline bool is_live_socket(uint8_t state)
{
	return state != SOCKET_NONE && state != SOCKET_UNKNOWN && state != SOCKET_LISTEN &&
	       state != SOCKET_TIME_WAIT;
}

/* Something may be among what is not remembered any more. */
static inline void infer_forgotten(const struct evidence *e, struct reset_blame *out,
				   enum unseen what, uint64_t horizon_ns)
{
	uint64_t now_ns = e->reset->mono_ns;
	uint64_t ago_ns = horizon_ns < now_ns ? now_ns - horizon_ns : 1;

	if (!horizon_ns)
		return;
	verdict_infer(out, what);
	if (!out->forgotten_ago_ns || ago_ns < out->forgotten_ago_ns)
		out->forgotten_ago_ns = ago_ns;
}

/* The packet was one of a handshake with a listener of this host. */
bool reset_is_of_handshake(const struct reset_observation *reset);

/* The verdict VERDICT_BACKLOG. True when it is. */
bool judge_backlog(const struct evidence *e, struct reset_blame *out);
bool judge_closed_listener(const struct evidence *e, struct reset_blame *out);

/* Whatever the judge made of it, nothing is proven but by its row. */
void judge_weigh_proofs(const struct evidence *e, struct reset_blame *out);

#endif
