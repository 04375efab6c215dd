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
	bool no_pin;               /* the user's: module functions by kprobe only */
	bool is_thorough;          /* /proc/kallsyms was asked */
	struct kerneltypes *types; /* while programs are chosen and loaded; NULL: none told */
	/* Of the last choice: what fentry attaches to. */
	struct target targets[EVENT_PROBES];
	char modules[EVENT_PROBES][32];
	struct target_variables target_variables;
	struct kernel_variables variables;
};

/* Chooses: EVENT_PROBES choices, and a result where there is nothing to choose. It may
 * not move afterwards. 0 or -errno. */
int plan_make(struct plan *plan, bool allow_fentry, struct hook_choice *choices,
	      struct probe_result *results);

/* Megabytes, not to be had until the next plan is made. */
void plan_forget_types(struct plan *plan);

#endif
