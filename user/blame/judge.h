/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verdict on one reset, from the evidence that blame gathered. The truth
 * rules live here, each as a line of code that can be pointed at.
 */
#ifndef RSTBLAME_BLAME_JUDGE_H
#define RSTBLAME_BLAME_JUDGE_H

#include "blame/ledger.h"
#include "blame/retranslations.h"
#include "model/finding.h"

struct evidence {
	const struct observation *reset; /* an OBSERVATION_RESET */
	/* The newest removal of the trigger's tuple before it that nothing has
	 * replaced since; NULL: none. */
	const struct ledger_removal *removal;
	bool is_zone_known;        /* the removal's zone was compared with the packet's */
	const struct flush *flush; /* of that removal; NULL: none */
	/* Of a reset received: its flow was translated anew before. NULL: it was not. */
	const struct retranslation *retranslation;
	const struct ruleset *ruleset; /* that took away the hooks it lacks; NULL: none */
	/* Of the address that the trigger went to, in the window; NULL: it was there. */
	const struct change *arrival;
	bool was_replaced;  /* a removal was seen, and a newer entry after it */
	bool was_own;       /* an untranslated or cleanly closed entry of this tuple ended */
	bool sees_entries;  /* a newer entry would have been seen */
	bool has_losses;    /* of any probe that the join needs */
	bool has_evictions; /* the ledger forgot removals */
};

/* Fills `out`. Pure; never fails. */
void judge_reset(const struct evidence *evidence, struct reset_blame *out);

#endif
