// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/kernel_symbols.h"

#include <string.h>

#include "kernel/module_symbols.h"
#include "kernel/modules.h"
#include "kernel/probes.h"

/* The kernel's types name its functions, though some of those that the compiler split or
 * cloned, too: then their programs are not loaded, and all is done again by the symbol
 * table. False: that has to be asked at once. */
static bool find_kernel_symbols(const struct btf_table *kernel, struct symbol *symbols)
{
	const char *names[EVENT_PROBES];
	uint32_t ids[EVENT_PROBES];

	for (size_t i = 0; i < EVENT_PROBES; i++)
		names[i] = probes[i].symbol;
	btf_table_find_functions(kernel, names, ids, EVENT_PROBES);
	for (size_t i = 0; i < EVENT_PROBES; i++) {
		/* A module that is built in has no table of its own. */
		if ((ids[i] != 0) == (probes[i].module != NULL))
			return false;
		symbols[i].is_exact = ids[i] != 0;
	}
	return true;
}

static bool is_found(const struct symbol *symbol)
{
	return symbol->is_exact || symbol->part[0] || symbol->clone[0];
}

static bool is_first_of_module(size_t probe)
{
	for (size_t i = 0; i < probe; i++)
		if (probes[i].module && !strcmp(probes[i].module, probes[probe].module))
			return false;
	return true;
}

/* What a module's own table does not have, kallsyms may know better. */
static bool find_module_symbols(const struct btf_table *kernel, struct symbol *symbols)
{
	for (size_t i = 0; i < EVENT_PROBES; i++) {
		if (!probes[i].module || !module_is_loaded(probes[i].module))
			continue;
		if (is_first_of_module(i) &&
		    modulesymbols_find(kernel, probes[i].module, symbols, EVENT_PROBES))
			return false;
		if (!is_found(&symbols[i]))
			return false;
	}
	return true;
}

/* The variables of probes.bpf.h, which libbpf takes from the types. */
static bool has_variables(const struct btf_table *kernel)
{
#if defined(__x86_64__)
	return btf_table_find_variable(kernel, "__preempt_count") ||
	       btf_table_find_variable(kernel, "pcpu_hot");
#else
	(void)kernel;
	return true;
#endif
}

/* Without /proc/kallsyms, whose printing takes the kernel a while. */
static bool find_quickly(struct kerneltypes *types, struct symbol *symbols)
{
	const struct btf_table *kernel = types ? kernel_types_of(types, "") : NULL;

	return kernel && has_variables(kernel) && find_kernel_symbols(kernel, symbols) &&
	       find_module_symbols(kernel, symbols);
}

enum { VARIABLES = 3 };

static void name_symbols(struct symbol *symbols)
{
	memset(symbols, 0, EVENT_PROBES * sizeof(*symbols));
	for (size_t i = 0; i < EVENT_PROBES; i++) {
		symbols[i].name = probes[i].symbol;
		symbols[i].home = probes[i].module;
	}
}

static int find_thoroughly(struct symbol *out, struct kernel_variables *variables)
{
	struct symbol symbols[EVENT_PROBES + VARIABLES] = { 0 };
	struct symbol *v = &symbols[EVENT_PROBES];
	int err;

	name_symbols(symbols);
	v[0] = (struct symbol){ .name = "__preempt_count", .is_data = true };
	v[1] = (struct symbol){ .name = "__per_cpu_offset", .is_data = true };
	v[2] = (struct symbol){ .name = "pcpu_hot", .is_data = true };
	err = symbols_find(symbols, EVENT_PROBES + VARIABLES);
	if (err)
		return err;
	memcpy(out, symbols, EVENT_PROBES * sizeof(*out));
	variables->preempt_count_offset = v[0].address;
	variables->per_cpu_offsets_address = v[1].address;
	variables->pcpu_hot_offset = v[2].address;
	return 0;
}

int kernel_symbols_find(struct kerneltypes *types, bool *is_thorough, struct symbol *symbols,
			struct kernel_variables *variables)
{
	name_symbols(symbols);
	if (!*is_thorough && find_quickly(types, symbols))
		return 0;
	*is_thorough = true;
	return find_thoroughly(symbols, variables);
}
