/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's symbol table, /proc/kallsyms: which form of a function exists
 * here, and the names of a stack's addresses. */
#ifndef RSTBLAME_KALLSYMS_H
#define RSTBLAME_KALLSYMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One function that somebody wants to probe. */
struct symbol {
	const char *name;
	bool is_exact;   /* the plain name exists */
	char part[64];   /* "nf_ct_delete.part.0" if that exists, else "" */
	char module[32]; /* "" for vmlinux; of whichever was found */
};

/* Looks all of them up in one pass. 0, or -errno of reading the table. */
int symbols_find(struct symbol *symbols, size_t count);

struct symbolizer;

/* Reads the whole table; call it when the first stack has to be named. NULL when
 * out of memory, or when the kernel hides the addresses (kptr_restrict). */
struct symbolizer *symbolizer_new(void);
void symbolizer_free(struct symbolizer *symbolizer);
/* The function that holds the address. It lives as long as the symbolizer; "?"
 * when there is none. */
const char *symbolizer_name(const struct symbolizer *symbolizer, uint64_t address);

#endif
