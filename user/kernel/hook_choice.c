// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/hook_choice.h"

#include <stdio.h>
#include <string.h>

/* A test build that is blind on purpose (make BLIND=1): it takes nf_ct_delete for whole
 * where the compiler split it, and `--check` has to notice. */
#ifdef RSTBLAME_BLIND
enum { IGNORES_PARTS = 1 };
#else
enum { IGNORES_PARTS = 0 };
#endif

/* The name of the symbol that this hook would probe; NULL: it cannot be used here. */
static const char *usable_symbol(const struct hook *hook, const struct symbol *symbol,
				 const struct hook_facts *facts)
{
	switch (hook->how) {
	case HOOK_KPROBE_PART:
		return symbol->part[0] && !IGNORES_PARTS ? symbol->part : NULL;
	case HOOK_FENTRY:
		return symbol->is_exact && facts->allows_fentry && facts->has_btf ? symbol->name :
										    NULL;
	case HOOK_KPROBE:
		return symbol->is_exact ? symbol->name : NULL;
	case HOOK_KPROBE_CLONE:
		return symbol->clone[0] && !symbol->has_clones ? symbol->clone : NULL;
	case HOOK_NONE:
		break;
	}
	return NULL;
}

static void explain(const struct probe *probe, const struct symbol *symbol,
		    const struct hook_facts *facts, struct probe_result *result)
{
	result->state = PROBE_MISSING;
	if (!facts->is_module_loaded) {
		result->state = PROBE_WAITS;
		snprintf(result->why, sizeof(result->why), "%s is not loaded", probe->module);
	} else if (symbol->has_clones) {
		snprintf(result->why, sizeof(result->why),
			 "this kernel has several copies of %s, and none of them sees every call",
			 probe->symbol);
	} else if (symbol->clone[0]) {
		snprintf(result->why, sizeof(result->why),
			 "this kernel has only %s, whose arguments differ from the source",
			 symbol->clone);
	} else {
		snprintf(result->why, sizeof(result->why),
			 "this kernel has no %s that can be probed", probe->symbol);
	}
}

void hook_choice_make(const struct probe *probe, const struct symbol *symbol,
		      const struct hook_facts *facts, struct hook_choice *choice,
		      struct probe_result *result)
{
	memset(choice, 0, sizeof(*choice));
	memset(result, 0, sizeof(*result));
	for (size_t i = 0; i < PROBE_HOOKS_MAX && !choice->hook; i++) {
		const char *name = usable_symbol(&probe->hooks[i], symbol, facts);

		if (!name)
			continue;
		choice->hook = &probe->hooks[i];
		snprintf(choice->symbol, sizeof(choice->symbol), "%s", name);
	}
	if (!choice->hook)
		explain(probe, symbol, facts, result);
}
