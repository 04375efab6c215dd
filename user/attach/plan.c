// SPDX-License-Identifier: GPL-2.0-only
#include "attach/plan.h"

#include <malloc.h>

#include "btf/kernel_types.h"
#include "node/built_in.h"

/* What the object reads may be a module's own. */
static void read_types(struct plan *plan)
{
	if (!plan->types)
		plan->types = kernel_types_read();
	for (size_t i = 0; i < EVENT_PROBES && plan->types; i++)
		if (probes[i].module && module_is_here(probes[i].module))
			kernel_types_of(plan->types, probes[i].module);
}

/* Once for all plans until they are forgotten. */
static int read_symbols(struct plan *plan)
{
	int err = plan->has_symbols ? 0 : kernel_symbols_find(&plan->symbols, plan->names);

	plan->has_symbols = !err;
	plan->names = NULL;
	return err;
}

/* The programs' read_preempt_count_by_address() finds its way by these. */
static bool has_addresses(const struct kernel_variables *v)
{
	return v->per_cpu_offsets_address && (v->preempt_count_offset || v->pcpu_hot_offset);
}

int plan_make(struct plan *plan, bool allow_fentry, const struct hook_choice *refused,
	      struct hook_choice *choices, struct probe_result *results)
{
	int err = read_symbols(plan);

	if (err)
		return err;
	read_types(plan);
	fentry_targets_find(&plan->symbols, plan->types);
	fentry_targets_find_variables(&plan->target_variables, plan->types);
	plan->target_variables.has_addresses = has_addresses(&plan->symbols.variables);
	for (size_t i = 0; i < EVENT_PROBES; i++) {
		const struct probe *probe = &probes[i];
		struct hook_facts facts = {
			.allows_fentry = allow_fentry && !(plan->no_pin && probe->module),
			.is_module_loaded = !probe->module || module_is_here(probe->module),
			.refused = refused ? refused[i].hook : NULL,
		};

		hook_choice_make(probe, &plan->symbols, &facts, &choices[i], &results[i]);
	}
	return 0;
}

void plan_forget(struct plan *plan)
{
	plan->has_symbols = false;
	kernel_types_free(plan->types);
	plan->types = NULL;
	malloc_trim(0);
}
