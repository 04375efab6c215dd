/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's types (BTF) as one pass over their bytes finds them.
 *
 * Pure: bytes in. A table may build upon another, as a module's does upon the kernel's;
 * that one must live as long.
 */
#ifndef RSTBLAME_BTF_TABLE_H
#define RSTBLAME_BTF_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct btf_table {
	const struct btf_table *base; /* NULL: none */
	const uint8_t *types;
	const char *strings;
	uint32_t types_bytes, strings_bytes;
	uint32_t first_id, count; /* ids are from first_id on, 0 is void */
	uint32_t first_string;    /* an offset below it is the base's */
	uint32_t *places;         /* of each type in `types` */
	uint32_t *cut_ids;        /* of each type in the cut, 0: not chosen */
};

/* `bytes` are borrowed. 0 or -errno. */
int btf_table_init(struct btf_table *table, const void *bytes, size_t size,
		   const struct btf_table *base);
void btf_table_release(struct btf_table *table);

/* The name at that offset; "" where there is none. */
const char *btf_table_string(const struct btf_table *table, uint32_t offset);

/* Of this table alone: its id; 0: none. */
uint32_t btf_table_find_variable(const struct btf_table *table, const char *name);

/* An enumerator's value, of whichever enum: the first of that name; UINT32_MAX: none. */
uint32_t btf_table_find_constant(const struct btf_table *table, const char *name);

/* All of `names` in one pass, NULL where none is wanted; an id for each, 0 for none. */
void btf_table_find_functions(const struct btf_table *table, const char *const *names,
			      uint32_t *ids, size_t count);

#endif
