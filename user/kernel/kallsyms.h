/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's symbol table, /proc/kallsyms, and which form of a function exists here. */
#ifndef RSTBLAME_KERNEL_KALLSYMS_H
#define RSTBLAME_KERNEL_KALLSYMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* ---- reading it ---- */

/* The whole table, of 100,000 lines and more: 5 MB and more. */
struct kallsyms {
	char *text;
	size_t size, room;
};

/* The caller closes it. NULL and errno. */
FILE *kallsyms_open(void);

/* Of one that is open. 0, or -errno; the caller releases it in either case. */
int kallsyms_load(struct kallsyms *table, FILE *file);
void kallsyms_release(struct kallsyms *table);

/* "ffffffffc0a1b2c0 t nf_ct_delete\t[nf_conntrack]" */
struct kallsyms_entry {
	const char *line; /* begins with the address */
	char type;
	const char *name;
	const char *module; /* "" for vmlinux */
};

/* 0 where the kernel hides them (kptr_restrict). */
uint64_t kallsyms_address(const char *line);

/* What is to be read of the table. */
struct kallsyms_reader {
	/* Whether the entry of that name is of interest. NULL: each is. */
	bool (*wants)(const void *ctx, const char *name);
	/* An entry's texts live as long as the table. Whatever it returns but 0 ends the reading. */
	int (*take)(void *ctx, const struct kallsyms_entry *entry);
	void *ctx;
};

/* One pass for all readers, in which the names are cut out of the text: it can be made once. What
 * a `take` returned last, 0 at the table's end. */
int kallsyms_read(struct kallsyms *table, const struct kallsyms_reader *readers, size_t count);

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
	bool are_beginnings[BEGINNINGS];
};

/* What looks all of them up, in `search`, which lives as long as it is read. */
struct kallsyms_reader symbols_reader(struct symbol_search *search, struct symbol *symbols,
				      size_t count);

/* Looks all of them up in a pass of their own. 0, or -errno of reading the table. */
int symbols_find_in(FILE *file, struct symbol *symbols, size_t count);

#endif
