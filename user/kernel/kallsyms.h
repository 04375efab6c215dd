/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's symbol table, /proc/kallsyms: which form of a function exists
 * here, and the names of a stack's addresses. */
#ifndef RSTBLAME_KERNEL_KALLSYMS_H
#define RSTBLAME_KERNEL_KALLSYMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* One function that somebody wants to probe, or a variable to read. */
struct symbol {
	const char *name;
	const char *home; /* its module, NULL: vmlinux; what is built in, is found too */
	bool is_data;     /* wanted is a variable, not a function */
	bool is_exact;    /* the plain name exists */
	uint64_t address; /* of the plain name; of a per-CPU variable, its offset */
	char part[64];    /* "nf_ct_delete.part.0" if that exists, else "" */
	char clone[64];   /* "….isra.0" or "….constprop.0" if one exists, else "" */
	bool has_clones;  /* more than one: whichever is probed, the others' calls are missed */
	char module[32];  /* "" for vmlinux; of whichever was found */
};

/* Looks all of them up in one pass. 0, or -errno of reading the table. */
int symbols_find(struct symbol *symbols, size_t count);

/* The same in a table that is open already. */
int symbols_find_in(FILE *table, struct symbol *symbols, size_t count);

/* The same for one line of it. `module` is "" for vmlinux. */
void symbols_match(struct symbol *symbols, size_t count, uint64_t address, char type,
		   const char *name, const char *module);

struct symbolizer;

/* Reads the whole table; call it when the first stack has to be named. NULL when
 * out of memory, or when the kernel hides the addresses (kptr_restrict). */
struct symbolizer *symbolizer_new(void);
void symbolizer_free(struct symbolizer *symbolizer);
/* The function that holds the address. It lives as long as the symbolizer; "?"
 * when there is none. */
const char *symbolizer_name(const struct symbolizer *symbolizer, uint64_t address);

#endif
