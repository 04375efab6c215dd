/* SPDX-License-Identifier: GPL-2.0-only */
/* Which form of each probe's functions this kernel has: all that the table of probes
 * names, looked up in one pass through /proc/kallsyms. */
#ifndef RSTBLAME_KERNEL_KERNEL_SYMBOLS_H
#define RSTBLAME_KERNEL_KERNEL_SYMBOLS_H

#include <stdint.h>
#include <stdio.h>

#include "kernel/kallsyms.h"
#include "kernel/probes.h"
#include "kernel/symbolizer.h"

/* Those that tell a softirq where the types tell no variables (probes.bpf.h), and what becomes
 * of a reset (flight.bpf.h); 0: none. */
struct kernel_variables {
	uint64_t preempt_count_offset, pcpu_hot_offset, per_cpu_offsets_address;
	uint64_t queue_handler_address;
};

enum { KERNEL_SYMBOLS_MAX = EVENT_PROBES * PROBE_HOOKS_MAX };

/* Each function of each module once. */
struct kernel_symbols {
	struct symbol items[KERNEL_SYMBOLS_MAX];
	size_t count;
	struct kernel_variables variables;
};

/* 0, or -errno of reading the table. Tens of milliseconds: the kernel prints 100,000
 * lines and more. So at the start, where `names` is not NULL, what else is wanted of them is
 * read along: which parts are built in (node/built_in.h), and the names of addresses, which
 * the caller frees: NULL when out of memory or when the kernel hides the addresses. */
int kernel_symbols_find(struct kernel_symbols *out, struct symbolizer **names);

/* The symbols alone, in a table that is open already. */
int kernel_symbols_find_in(FILE *file, struct kernel_symbols *out);

/* The function of that name in the probe's module (built in or loaded); NULL: the table
 * of probes does not name it there. */
const struct symbol *kernel_symbols_get(const struct kernel_symbols *symbols, const char *module,
					const char *name);

#endif
