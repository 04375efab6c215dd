// SPDX-License-Identifier: GPL-2.0-only
#include "blame/proofs.h"

/* A cause's own row stands before the verdict's. What a cause needs beyond this (the
 * change, the actor) is in model/causes.c. */
static const struct proof_row rows[] = {
	{ VERDICT_ENTRY_REMOVED, CAUSE_NONE, PROOF_REMOVAL | PROOF_MIDSTREAM, 0, UNSEEN_REMOVAL },
	{ VERDICT_ENTRY_UNKNOWN, CAUSE_NONE, PROOF_NEVER, 0, UNSEEN_REMOVAL },
	{ VERDICT_ENTRY_INVALID, CAUSE_NONE, PROOF_ENTRY_ALIVE | PROOF_INVALID, 0, UNSEEN_INVALID },
	{ VERDICT_ENTRY_BYPASSED, CAUSE_BRIDGE, PROOF_ENTRY_ALIVE | PROOF_BRIDGED, 0,
	  UNSEEN_BRIDGE },
	{ VERDICT_ENTRY_BYPASSED, CAUSE_NONE, PROOF_ENTRY_ALIVE | PROOF_HOOKS_GONE | PROOF_RULESET,
	  0, UNSEEN_HOOKS_REMOVER },
	{ VERDICT_NO_LISTENER, CAUSE_NONE, PROOF_LONE_SYN | PROOF_NO_SOCKET, 0, UNSEEN_LISTENER },
	{ VERDICT_BACKLOG, CAUSE_LISTENER_CLOSED, PROOF_LISTEN_STOP, 0, UNSEEN_HANDSHAKE },
	{ VERDICT_BACKLOG, CAUSE_NONE, PROOF_QUEUE_FULL | PROOF_HANDSHAKE, 0, UNSEEN_HANDSHAKE },
	{ VERDICT_UNREACHABLE_SOCKET, CAUSE_NONE, PROOF_OPEN_SOCKET | PROOF_BARRIER, 0,
	  UNSEEN_BARRIER },
	{ VERDICT_STALE_CONNECTION, CAUSE_NONE, 0, PROOF_END | PROOF_CLEAN_END | PROOF_TIME_WAIT,
	  UNSEEN_CLOSE },
	{ VERDICT_PROTOCOL, CAUSE_NONE, 0, PROOF_LIVE_SOCKET | PROOF_HANDSHAKE, UNSEEN_OWN },
	{ VERDICT_REFUSED_BY_RULE, CAUSE_NONE, PROOF_REJECT, 0, UNSEEN_CAUSE },
	{ VERDICT_ABORTED, CAUSE_NONE, PROOF_ABORT, 0, UNSEEN_CAUSE },
	{ VERDICT_REMOTE, CAUSE_NONE, PROOF_RECEIVED, 0, UNSEEN_CAUSE },
	{ VERDICT_UNEXPLAINED, CAUSE_NONE, PROOF_NEVER, 0, UNSEEN_CAUSE },
	{ VERDICT_NONE, CAUSE_NONE, PROOF_NEVER, 0, UNSEEN_CAUSE },
};

const struct proof_row *proof_row(enum verdict verdict, enum cause cause)
{
	const struct proof_row *row = rows;

	while (row->verdict != VERDICT_NONE &&
	       (row->verdict != verdict || (row->cause != CAUSE_NONE && row->cause != cause)))
		row++;
	return row;
}

bool proofs_suffice(const struct proof_row *row, uint32_t proofs)
{
	return (proofs & row->all) == row->all && (!row->any || (proofs & row->any));
}

void verdict_infer(struct reset_blame *out, enum unseen what)
{
	if (out->inferred_count < INFERRED_MAX)
		out->inferred[out->inferred_count++] = what;
	if (out->confidence == CONFIDENCE_PROVEN)
		out->confidence = CONFIDENCE_LIKELY;
}

void verdict_confirm(struct reset_blame *out, enum unseen what)
{
	size_t kept = 0;

	for (size_t i = 0; i < out->inferred_count; i++)
		if (out->inferred[i] != what)
			out->inferred[kept++] = out->inferred[i];
	if (!kept && out->inferred_count && out->confidence == CONFIDENCE_LIKELY)
		out->confidence = CONFIDENCE_PROVEN;
	out->inferred_count = kept;
}
