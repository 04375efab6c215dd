// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/kernel_symbols.h"

#include <errno.h>
#include <string.h>

#include "node/built_in.h"

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

enum { VARIABLES = 4, READERS_MAX = 3 };

/* The functions, and behind them the variables. */
struct wanted {
	struct symbol all[KERNEL_SYMBOLS_MAX + VARIABLES];
	size_t functions;
	struct symbol_search search;
};

static struct kallsyms_reader begin(struct wanted *w, struct kernel_symbols *out)
{
	static const char *const variables[VARIABLES] = { "__preempt_count", "__per_cpu_offset",
							  "pcpu_hot", "nf_queue_handler" };

	name_functions(out);
	w->functions = out->count;
	memcpy(w->all, out->items, out->count * sizeof(*w->all));
	for (size_t i = 0; i < VARIABLES; i++)
		w->all[w->functions + i] = (struct symbol){ .name = variables[i], .is_data = true };
	return symbols_reader(&w->search, w->all, w->functions + VARIABLES);
}

static void end(const struct wanted *w, struct kernel_symbols *out)
{
	const struct symbol *v = &w->all[w->functions];

	memcpy(out->items, w->all, out->count * sizeof(*w->all));
	out->variables = (struct kernel_variables){
		.preempt_count_offset = v[0].address,
		.per_cpu_offsets_address = v[1].address,
		.pcpu_hot_offset = v[2].address,
		.queue_handler_address = v[3].address,
	};
}

static int take_sign(void *ctx, const struct kallsyms_entry *entry)
{
	(void)ctx;
	if (!entry->module[0] && kallsyms_is_text(entry))
		built_in_take(entry->name);
	return 0;
}

static int read_all(struct kallsyms *table, struct kernel_symbols *out, struct symbolizer *names)
{
	struct wanted wanted;
	struct kallsyms_reader readers[READERS_MAX] = { begin(&wanted, out) };
	int err;

	if (names) {
		readers[1] = symbolizer_reader(names);
		readers[2] = (struct kallsyms_reader){ .take = take_sign };
	}
	err = kallsyms_read(table, readers, names ? READERS_MAX : 1);
	if (err)
		return err;
	end(&wanted, out);
	if (names)
		built_in_taken();
	return 0;
}

int kernel_symbols_find_in(FILE *file, struct kernel_symbols *out)
{
	struct kallsyms table;
	int err = kallsyms_load(&table, file);

	if (!err)
		err = read_all(&table, out, NULL);
	kallsyms_release(&table);
	return err;
}

/* Takes the table where it succeeds. */
static int read_with_names(struct kallsyms *table, struct kernel_symbols *out,
			   struct symbolizer **names)
{
	int err;

	*names = symbolizer_begin();
	err = read_all(table, out, *names);
	if (*names)
		*names = symbolizer_end(*names, table);
	return err;
}

int kernel_symbols_find(struct kernel_symbols *out, struct symbolizer **names)
{
	FILE *file = kallsyms_open();
	struct kallsyms table;
	int err;

	if (!file)
		return -errno;
	err = kallsyms_load(&table, file);
	fclose(file);
	if (!err)
		err = names ? read_with_names(&table, out, names) : read_all(&table, out, NULL);
	kallsyms_release(&table);
	return err;
}
