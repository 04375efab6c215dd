/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The running kernel's own types and those of its modules, read once for all that
 * attaching asks of them: which functions there are, and where the BPF object's fields
 * are. Some megabytes: held while programs are chosen and loaded, not longer.
 */
#ifndef RSTBLAME_KERNEL_KERNEL_TYPES_H
#define RSTBLAME_KERNEL_KERNEL_TYPES_H

#include "kernel/btf_table.h"

struct kerneltypes;

/* NULL: this kernel tells none, or they could not be read. */
struct kerneltypes *kernel_types_read(void);
void kernel_types_free(struct kerneltypes *types);

/* Of a module, or "" for the kernel itself; read when first asked for. NULL: it has
 * none. */
struct btf_table *kernel_types_of(struct kerneltypes *types, const char *module);

/* Writes to the file those types only that the names need (see btf_cut_want()), of the
 * kernel and of the modules asked for so far. 0 or -errno. */
int kernel_types_cut(struct kerneltypes *types, const char *const *names, size_t count, int fd);

#endif
