/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's symbol table, /proc/kallsyms, and which form of a function exists here. */
#ifndef RSTBLAME_KERNEL_KALLSYMS_H
#define RSTBLAME_KERNEL_KALLSYMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* ---- reading it ---- */

/* "ffffffffc0a1b2c0 t nf_ct_delete\t[nf_conntrack]" */
struct kallsyms_entry {
	uint64_t address; /* 0 where the kernel hides them (kptr_restrict) */
	char type;
	const char *name;
	const char *module; /* "" for vmlinux */
};

/* The caller closes it. NULL and errno. */
FILE *kallsyms_open(void);

/* What is to be read of the table, of 100,000 lines and more. */
struct kallsyms_reader {
	/* Whether the entry is of interest whose name `text` begins with: most lines need not
	 * be parsed. NULL: each is. */
	bool (*wants)(const void *ctx, const char *text);
	/* An entry's texts live for the call only. Whatever it returns but 0 ends the reading. */
	int (*take)(void *ctx, const struct kallsyms_entry *entry);
	void *ctx;
};

/* One pass for all readers: the kernel takes longer to print the table than they to read it.
 * What a `take` returned last, 0 at the table's end. */
int kallsyms_read(FILE *table, const struct kallsyms_reader *readers, size_t count);

bool kallsyms_is_text(const struct kallsyms_entry *entry);

/* ---- finding symbols ---- */

/* One function that somebody wants to probe, or a variable to read. */
struct symbol {
	const char *name;
	const char *home;  /* its module, NULL: vmlinux; what is built in, is found too */
	bool is_data;      /* wanted is a variable, not a function */
	bool is_exact;     /* the plain name exists */
	uint64_t address;  /* of the plain name; of a per-CPU variable, its offset */
	char part[64];     /* "nf_ct_delete.part.0" if that exists, else "" */
	char clone[64];    /* "….isra.0" or "….constprop.0" if one exists, else "" */
	char promoted[64]; /* "….llvm.N": a static function that ThinLTO calls from other files */
	bool has_clones;   /* more than one: whichever is probed, the others' calls are missed */
	char module[32];   /* "" for vmlinux; of whichever was found */
	uint32_t type_id;  /* in the types of that module, which fentry needs; 0: not told */
};

enum { BEGINNINGS = 4096 };

struct symbol_search {
	struct symbol *symbols;
	size_t count;
	/* How the names begin, by a hash: most entries are dropped by that alone. */
	size_t shortest; /* in bytes */
	bool are_beginnings[BEGINNINGS];
};

/* What looks all of them up, in `search`, which lives as long as it is read. */
struct kallsyms_reader symbols_reader(struct symbol_search *search, struct symbol *symbols,
				      size_t count);

/* Looks all of them up in a pass of their own. 0, or -errno of reading the table. */
int symbols_find_in(FILE *table, struct symbol *symbols, size_t count);

#endif
