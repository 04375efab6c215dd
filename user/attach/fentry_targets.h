/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The functions that fentry and fexit programs attach to, by their type ids. libbpf
 * looks each of them up by itself, through all types of the kernel and of each module:
 * half of the time that rstblame took to attach. Here it is one pass for all. And the
 * function that a program attaches to is the chosen one, which is not always the one that
 * its section names.
 */
#ifndef RSTBLAME_ATTACH_FENTRY_TARGETS_H
#define RSTBLAME_ATTACH_FENTRY_TARGETS_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernel/hook_choice.h"

struct kerneltypes;

/* Fills in the type ids of the functions that were found. Where the kernel tells no types
 * (NULL) all are 0, which is no error. */
void fentry_targets_find(struct kernel_symbols *symbols, struct kerneltypes *types);

/* The ids of the kernel's per-CPU variables that programs read; 0: the types tell none. */
struct target_variables {
	uint32_t preempt_count, pcpu_hot;
	bool has_addresses; /* of those two, from kallsyms */
	/* No ids: which counters of the kernel say that a reset was made and sent, UINT32_MAX
	 * for none. 7.0 has moved them. */
	uint32_t made_counter, sent_counter;
};

void fentry_targets_find_variables(struct target_variables *out, struct kerneltypes *types);

/* What a tracing program is opened as, before its handler sets the type that it is loaded as. */
enum bpf_prog_type fentry_targets_opened_type(void);

/* Before the first object is opened, for libbpf chooses a program's handler then. 0 or
 * -errno. */
int fentry_targets_register(void);

/* From now on programs that are loaded take the ids from there: EVENT_PROBES choices, by
 * the programs' names. They are borrowed until the next call; NULL gives up what the last
 * one holds. */
void fentry_targets_use(const struct hook_choice *choices,
			const struct target_variables *variables);

#endif
