/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each verdict needs to be `proven` (truth rules 1 and 10): a table that the judge
 * obeys, not a comment. An acquittal needs evidence as an accusation does.
 */
#ifndef RSTBLAME_BLAME_PROOFS_H
#define RSTBLAME_BLAME_PROOFS_H

#include "model/finding.h"

/* What was seen of a reset: a set. */
enum proof {
	PROOF_REMOVAL = 1 << 0,      /* of the trigger's tuple, and nothing replaced it */
	PROOF_MIDSTREAM = 1 << 1,    /* the trigger is no lone SYN */
	PROOF_LONE_SYN = 1 << 2,     /* it is one */
	PROOF_NO_SOCKET = 1 << 3,    /* the kernel found none */
	PROOF_LIVE_SOCKET = 1 << 4,  /* a connection's socket took the packet */
	PROOF_ENTRY_ALIVE = 1 << 5,  /* a translated entry of the trigger's tuple */
	PROOF_INVALID = 1 << 6,      /* conntrack judged the packet so */
	PROOF_HOOKS_GONE = 1 << 7,   /* that the entry needs, where it is */
	PROOF_RULESET = 1 << 8,      /* and who took them was seen */
	PROOF_END = 1 << 9,          /* the connection's socket was seen to end */
	PROOF_CLEAN_END = 1 << 10,   /* both sides had closed it, conntrack saw */
	PROOF_TIME_WAIT = 1 << 11,   /* its TIME_WAIT socket took the packet */
	PROOF_QUEUE_FULL = 1 << 12,  /* the listener's accept queue */
	PROOF_HANDSHAKE = 1 << 13,   /* the packet was one of a handshake */
	PROOF_ABORT = 1 << 14,       /* the kernel aborted a socket */
	PROOF_LISTEN_STOP = 1 << 15, /* and did so since its listener was closed */
	PROOF_REJECT = 1 << 16,      /* a REJECT rule sent it */
	PROOF_RECEIVED = 1 << 17,    /* a socket of this node took it */
	PROOF_OPEN_SOCKET = 1 << 18, /* the wanted socket is open */
	PROOF_BARRIER = 1 << 19,     /* it is bound to a device, or in another namespace */
	PROOF_BRIDGED = 1 << 20,     /* a bridge forwarded it, and does not show it to netfilter */
	PROOF_NEVER = 1 << 30,       /* nothing proves it */
};

/* All of `all`, and one at least of `any` (0: none is needed), or `missing` is said. */
struct proof_row {
	enum verdict verdict;
	enum cause cause; /* CAUSE_NONE: any that has no row of its own */
	uint32_t all, any;
	enum unseen missing;
};

/* The row of a verdict and cause; never NULL. */
const struct proof_row *proof_row(enum verdict verdict, enum cause cause);

/* Whether the set `proofs` (enum proof) is enough for `proven`. */
bool proofs_suffice(const struct proof_row *row, uint32_t proofs);

/* A link that was not seen: whatever the verdict, it is no longer proven. */
void verdict_infer(struct reset_blame *out, enum unseen what);

/* It was seen after all: with nothing else left unseen, the verdict is proven. */
void verdict_confirm(struct reset_blame *out, enum unseen what);

#endif
