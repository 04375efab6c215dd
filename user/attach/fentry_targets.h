/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The functions that fentry and fexit programs attach to, by their type ids. libbpf
 * looks each of them up by itself, through all types of the kernel and of each module:
 * half of the time that rstblame took to attach. Here it is one pass for all.
 */
#ifndef RSTBLAME_ATTACH_FENTRY_TARGETS_H
#define RSTBLAME_ATTACH_FENTRY_TARGETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kerneltypes;

struct target {
	const char *function; /* borrowed, as is the module; NULL: none is wanted */
	const char *module;   /* "": vmlinux */
	uint32_t type_id;     /* 0: the kernel tells none, and fentry cannot have it */
};

/* Fills in the ids. Where the kernel tells no types (NULL) all are 0, which is no error. */
void fentry_targets_find(struct target *targets, size_t count, struct kerneltypes *types);

/* The ids of the kernel's per-CPU variables that programs read; 0: the types tell none. */
struct target_variables {
	uint32_t preempt_count, pcpu_hot;
};

void fentry_targets_find_variables(struct target_variables *out, struct kerneltypes *types);

/* Before the first object is opened, for libbpf chooses a program's handler then. 0 or
 * -errno. */
int fentry_targets_register(void);

/* From now on programs that are loaded take the ids from there. `targets` is borrowed
 * until the next call; NULL gives up what the last one holds. */
void fentry_targets_use(const struct target *targets, size_t count,
			const struct target_variables *variables);

#endif
