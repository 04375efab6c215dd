/* SPDX-License-Identifier: GPL-2.0-only */
/* Parts of the kernel that are modules as a rule: whether one is here, loaded or built in.
 * Asking for what is not would load it. */
#ifndef RSTBLAME_NODE_BUILT_IN_H
#define RSTBLAME_NODE_BUILT_IN_H

#include <stdbool.h>
#include <stdio.h>

/* Of those built in, where signs[] in built_in.c has a row for it, or /sys/module has it. Any
 * thread; a few system calls, the first time perhaps tens of milliseconds. */
bool module_is_here(const char *name);

/* For whoever reads /proc/kallsyms anyway, in place of a reading of its own: each function of the
 * kernel itself, and that these were all. By one thread, before module_is_here() is first asked. */
void built_in_take(const char *function);
void built_in_taken(void);

/* Whether modprobe could find it: false only where that is known. */
bool module_can_be_loaded(const char *name);

/* In the text of /proc/kallsyms, whose names are readable whatever kptr_restrict says: a
 * function of that module's, in the kernel itself. Pure. */
bool built_in_find(FILE *kallsyms, const char *name);

#endif
