/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A module's own symbol table, from the kernel's memory. /proc/kallsyms has the same
 * lines at its end, but the kernel prints a hundred thousand others before them: a
 * quarter of the time that rstblame took to attach.
 */
#ifndef RSTBLAME_KERNEL_MODULE_SYMBOLS_H
#define RSTBLAME_KERNEL_MODULE_SYMBOLS_H

#include "kernel/btf_table.h"
#include "kernel/kallsyms.h"

/* Looks for the symbols in that module, which is loaded. 0, or -errno: ask
 * /proc/kallsyms (no right to read /proc/kcore, or a kernel that keeps it otherwise). */
int modulesymbols_find(const struct btf_table *kernel, const char *module, struct symbol *symbols,
		       size_t count);

#endif
