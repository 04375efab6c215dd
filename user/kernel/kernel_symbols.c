// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/kernel_symbols.h"

#include <errno.h>
#include <string.h>

static bool is_same_module(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

const struct symbol *kernel_symbols_get(const struct kernel_symbols *symbols, const char *module,
					const char *name)
{
	for (size_t i = 0; i < symbols->count; i++) {
		const struct symbol *symbol = &symbols->items[i];

		if (!strcmp(symbol->name, name) && is_same_module(symbol->home, module))
			return symbol;
	}
	return NULL;
}

static void name_functions(struct kernel_symbols *out)
{
	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < EVENT_PROBES; i++) {
		const struct probe *probe = &probes[i];

		for (size_t k = 0; k < PROBE_HOOKS_MAX && probe->hooks[k].symbol; k++) {
			const char *name = probe->hooks[k].symbol;

			if (probe->hooks[k].how != HOOK_TRACEPOINT &&
			    !kernel_symbols_get(out, probe->module, name))
				out->items[out->count++] =
					(struct symbol){ .name = name, .home = probe->module };
		}
	}
}

enum { VARIABLES = 4 };

int kernel_symbols_find_in(FILE *table, struct kernel_symbols *out)
{
	struct symbol all[KERNEL_SYMBOLS_MAX + VARIABLES], *v;
	int err;

	name_functions(out);
	memcpy(all, out->items, out->count * sizeof(*all));
	v = &all[out->count];
	v[0] = (struct symbol){ .name = "__preempt_count", .is_data = true };
	v[1] = (struct symbol){ .name = "__per_cpu_offset", .is_data = true };
	v[2] = (struct symbol){ .name = "pcpu_hot", .is_data = true };
	v[3] = (struct symbol){ .name = "nf_queue_handler", .is_data = true };
	err = symbols_find_in(table, all, out->count + VARIABLES);
	if (err)
		return err;
	memcpy(out->items, all, out->count * sizeof(*all));
	out->variables = (struct kernel_variables){
		.preempt_count_offset = v[0].address,
		.per_cpu_offsets_address = v[1].address,
		.pcpu_hot_offset = v[2].address,
		.queue_handler_address = v[3].address,
	};
	return 0;
}

int kernel_symbols_find(struct kernel_symbols *out)
{
	FILE *table = kallsyms_open();
	int err;

	if (!table)
		return -errno;
	err = kernel_symbols_find_in(table, out);
	fclose(table);
	return err;
}
