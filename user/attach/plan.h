/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which hook each probe gets on this kernel, by what its types and symbols tell, and what
 * the chosen programs need to be loaded.
 */
#ifndef RSTBLAME_ATTACH_PLAN_H
#define RSTBLAME_ATTACH_PLAN_H

#include <stdbool.h>

#include "attach/fentry_targets.h"
#include "kernel/hook_choice.h"
#include "kernel/kernel_symbols.h"
#include "kernel/probes.h"

struct plan {
	bool no_pin; /* module functions by kprobe only: so asked, or for want of privilege */
	/* While programs are chosen and loaded. */
	bool has_symbols;
	struct kernel_symbols symbols;
	struct symbolizer **names; /* those of addresses go there, once; NULL: not wanted */
	struct kerneltypes *types; /* NULL: none told */
	struct target_variables target_variables;
};

/* Chooses: EVENT_PROBES choices, and a result where there is nothing to choose. The
 * choices borrow from the plan, until it forgets. 0 or -errno. What is `refused` (an earlier
 * plan's choices; NULL: none), and all that the table prefers to it, is not chosen again. */
int plan_make(struct plan *plan, bool allow_fentry, const struct hook_choice *refused,
	      struct hook_choice *choices, struct probe_result *results);

/* What the kernel told of its symbols and types, megabytes: it is asked again when the
 * next plan is made, for a module may have come. */
void plan_forget(struct plan *plan);

#endif
