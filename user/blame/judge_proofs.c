// SPDX-License-Identifier: GPL-2.0-only
/* What a judgement has for its evidence, held against what its verdict needs (proofs.h). */
#include "blame/judge_private.h"
#include "blame/live_entry.h"
#include "blame/proofs.h"

static uint32_t proofs_of_packet(const struct evidence *e)
{
	const struct reset_observation *reset = &e->reset->reset;
	bool is_lone_syn = (reset->flags & PACKET_SYN) && !(reset->flags & PACKET_ACK);
	uint32_t proofs = is_lone_syn ? PROOF_LONE_SYN : PROOF_MIDSTREAM;

	if (reset->socket == SOCKET_NONE)
		proofs |= PROOF_NO_SOCKET;
	if (is_live_socket(reset->socket) || (is_lone_syn && reset->socket != SOCKET_UNKNOWN))
		proofs |= PROOF_LIVE_SOCKET;
	if (reset->socket == SOCKET_TIME_WAIT)
		proofs |= PROOF_TIME_WAIT;
	if (reset->listener.is_known && reset->listener.queue > reset->listener.queue_max)
		proofs |= PROOF_QUEUE_FULL;
	if (reset_is_of_handshake(reset))
		proofs |= PROOF_HANDSHAKE;
	if (reset->ended.how != SOCKET_END_NONE)
		proofs |= PROOF_END;
	return proofs;
}

static uint32_t proofs_of_entry(const struct evidence *e)
{
	const struct reset_observation *reset = &e->reset->reset;
	uint32_t proofs = 0;

	if (e->removal || e->retranslation)
		proofs |= PROOF_REMOVAL;
	if (e->has_clean_end)
		proofs |= PROOF_CLEAN_END;
	if (live_entry_translates(reset))
		proofs |= PROOF_ENTRY_ALIVE;
	if (reset->pickup == PICKUP_INVALID)
		proofs |= PROOF_INVALID;
	if (live_entry_is_unhooked(e))
		proofs |= PROOF_HOOKS_GONE;
	if (e->ruleset)
		proofs |= PROOF_RULESET;
	if (live_entry_is_bridged(reset) && reset->bridge_netfilter == BRIDGE_NETFILTER_OFF)
		proofs |= PROOF_BRIDGED;
	return proofs;
}

static uint32_t proofs_of_kind(const struct reset_observation *reset)
{
	switch (reset->kind) {
	case RESET_ANSWER:
		return 0;
	case RESET_ABORT:
		return PROOF_ABORT |
		       (reset->cause == CAUSE_LISTENER_CLOSED ? PROOF_LISTEN_STOP : 0);
	case RESET_RECEIVED:
		return PROOF_RECEIVED;
	case RESET_REJECTED:
		return PROOF_REJECT;
	}
	return 0;
}

void judge_weigh_proofs(const struct evidence *e, struct reset_blame *out)
{
	const struct proof_row *row = proof_row(out->verdict, out->cause);

	if (out->confidence == CONFIDENCE_PROVEN &&
	    !proofs_suffice(row, proofs_of_packet(e) | proofs_of_entry(e) |
					 proofs_of_kind(&e->reset->reset)))
		verdict_infer(out, row->missing);
}
