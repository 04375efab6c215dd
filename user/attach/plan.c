// SPDX-License-Identifier: GPL-2.0-only
#include "attach/plan.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "kernel/kernel_types.h"
#include "kernel/modules.h"

/* What the object reads may be a module's own. */
static void read_types(struct plan *plan)
{
	if (!plan->types)
		plan->types = kernel_types_read();
	for (size_t i = 0; i < EVENT_PROBES && plan->types; i++)
		if (probes[i].module && module_is_loaded(probes[i].module))
			kernel_types_of(plan->types, probes[i].module);
}

/* Types are asked for only where they are of use, for that takes its time. */
static void find_targets(struct plan *plan, const struct symbol *symbols, bool allow_fentry)
{
	for (size_t i = 0; i < EVENT_PROBES; i++) {
		bool may_be_pinned = allow_fentry && !(plan->no_pin && probes[i].module);

		snprintf(plan->modules[i], sizeof(plan->modules[i]), "%s", symbols[i].module);
		plan->targets[i] = (struct target){
			.function = may_be_pinned && symbols[i].is_exact ? probes[i].symbol : NULL,
			.module = plan->modules[i],
		};
	}
	if (allow_fentry)
		fentry_targets_find(plan->targets, EVENT_PROBES, plan->types);
	fentry_targets_find_variables(&plan->target_variables, plan->types);
}

int plan_make(struct plan *plan, bool allow_fentry, struct hook_choice *choices,
	      struct probe_result *results)
{
	struct symbol symbols[EVENT_PROBES];
	int err;

	read_types(plan);
	err = kernel_symbols_find(plan->types, &plan->is_thorough, symbols, &plan->variables);
	if (err)
		return err;
	find_targets(plan, symbols, allow_fentry);
	for (size_t i = 0; i < EVENT_PROBES; i++) {
		const struct probe *probe = &probes[i];
		struct hook_facts facts = {
			.allows_fentry = allow_fentry && !(plan->no_pin && probe->module),
			.has_btf = plan->targets[i].type_id != 0,
			.is_module_loaded = !probe->module || module_is_loaded(probe->module),
		};

		hook_choice_make(probe, &symbols[i], &facts, &choices[i], &results[i]);
	}
	return 0;
}

void plan_forget_types(struct plan *plan)
{
	kernel_types_free(plan->types);
	plan->types = NULL;
	malloc_trim(0);
}
