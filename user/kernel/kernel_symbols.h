/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which form of each probe's function this kernel has. The whole symbol table says it,
 * but printing that takes the kernel longer than all the rest of attaching; the types and
 * the modules' own tables say it quickly, if not always.
 */
#ifndef RSTBLAME_KERNEL_KERNEL_SYMBOLS_H
#define RSTBLAME_KERNEL_KERNEL_SYMBOLS_H

#include "kernel/kallsyms.h"
#include "kernel/kernel_types.h"

/* Those that tell a softirq where the types tell no variables (probes.bpf.h); 0: none. */
struct kernel_variables {
	uint64_t preempt_count_offset, pcpu_hot_offset, per_cpu_offsets_address;
};

/* Fills in EVENT_PROBES symbols. `is_thorough` asks for the whole table, and is set where
 * nothing less would do; else a function that the types name may prove to be missing when
 * its program is loaded. `types` may be NULL. 0 or -errno. */
int kernel_symbols_find(struct kerneltypes *types, bool *is_thorough, struct symbol *symbols,
			struct kernel_variables *variables);

#endif
