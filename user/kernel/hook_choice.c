// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/hook_choice.h"

#include <stdio.h>
#include <string.h>

/* The name of the symbol that this hook would probe; NULL: it cannot be used here. */
static const char *usable_symbol(const struct hook *hook, const struct symbol *symbol,
				 const struct hook_facts *facts)
{
	if (!symbol && hook->how != HOOK_TRACEPOINT)
		return NULL;
	switch (hook->how) {
	case HOOK_KPROBE_PART:
		return symbol->part[0] ? symbol->part : NULL;
	case HOOK_FENTRY:
		return symbol->is_exact && facts->allows_fentry && symbol->type_id ? symbol->name :
										     NULL;
	case HOOK_KPROBE:
		if (symbol->promoted[0] && !symbol->is_exact)
			return symbol->promoted;
		return symbol->is_exact ? symbol->name : NULL;
	case HOOK_KPROBE_CLONE:
		return symbol->clone[0] && !symbol->has_clones ? symbol->clone : NULL;
	case HOOK_TRACEPOINT: /* the kernel says when it is asked for it */
		return hook->symbol;
	case HOOK_NONE:
		break;
	}
	return NULL;
}

/* A compiler may make copies of a function for some of its callers, beside the whole for the
 * others. Their arguments are not known, so they are not probed. */
static void note_gap(struct hook_choice *choice)
{
	const struct symbol *symbol = choice->function;

	if (symbol && symbol->clone[0] && strcmp(choice->symbol, symbol->clone) != 0)
		snprintf(choice->gap, sizeof(choice->gap),
			 symbol->has_clones ? "calls of its copies (%s and others) are not seen" :
					      "calls of its copy %s are not seen",
			 symbol->clone);
}

/* "nf_ct_iterate_cleanup or nf_ct_iterate_cleanup_net" */
static void name_functions(const struct probe *probe, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < PROBE_HOOKS_MAX && probe->hooks[i].symbol && len < size; i++) {
		const char *name = probe->hooks[i].symbol;

		if (i && !strcmp(name, probe->hooks[i - 1].symbol))
			continue;
		len += (size_t)snprintf(out + len, size - len, "%s%s", i ? " or " : "", name);
	}
}

/* The first of the probe's functions of which only clones are left; NULL: none. */
static const struct symbol *cloned_function(const struct probe *probe,
					    const struct kernel_symbols *symbols)
{
	for (size_t i = 0; i < PROBE_HOOKS_MAX && probe->hooks[i].symbol; i++) {
		const struct symbol *symbol =
			kernel_symbols_get(symbols, probe->module, probe->hooks[i].symbol);

		if (symbol && symbol->clone[0])
			return symbol;
	}
	return NULL;
}

static void explain(const struct probe *probe, const struct kernel_symbols *symbols,
		    const struct hook_facts *facts, struct probe_result *result)
{
	const struct symbol *cloned = cloned_function(probe, symbols);
	char names[96];

	result->state = PROBE_MISSING;
	if (!facts->is_module_loaded) {
		result->state = PROBE_WAITS;
		snprintf(result->why, sizeof(result->why), "%s is not loaded", probe->module);
	} else if (cloned && cloned->has_clones) {
		snprintf(result->why, sizeof(result->why),
			 "this kernel has several copies of %s, and none of them sees every call",
			 cloned->name);
	} else if (cloned) {
		snprintf(result->why, sizeof(result->why),
			 "this kernel has only %s, whose arguments differ from the source",
			 cloned->clone);
	} else {
		name_functions(probe, names, sizeof(names));
		snprintf(result->why, sizeof(result->why),
			 "this kernel has no %s that can be probed", names);
	}
}

void hook_choice_make(const struct probe *probe, const struct kernel_symbols *symbols,
		      const struct hook_facts *facts, struct hook_choice *choice,
		      struct probe_result *result)
{
	memset(choice, 0, sizeof(*choice));
	memset(result, 0, sizeof(*result));
	for (size_t i = 0; i < PROBE_HOOKS_MAX && probe->hooks[i].symbol; i++) {
		const struct hook *hook = &probe->hooks[i];
		const struct symbol *symbol =
			kernel_symbols_get(symbols, probe->module, hook->symbol);
		const char *name = usable_symbol(hook, symbol, facts);

		if (!name || (facts->refused && hook <= facts->refused))
			continue;
		choice->hook = hook;
		choice->function = symbol;
		snprintf(choice->symbol, sizeof(choice->symbol), "%s", name);
		note_gap(choice);
		return;
	}
	explain(probe, symbols, facts, result);
}
