/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's types (BTF) as one pass over their bytes finds them, and a cut of them:
 * the few that the BPF object names, with what these contain. libbpf looks for each
 * structure through all types that it is given, a hundred thousand of a whole kernel; of
 * a cut it is done at once.
 *
 * Pure: bytes in, bytes out. A table may build upon another, as a module's does upon the
 * kernel's; that one must live as long.
 */
#ifndef RSTBLAME_KERNEL_BTF_TABLE_H
#define RSTBLAME_KERNEL_BTF_TABLE_H

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

/* Of this table alone: the id of a function, a variable or a structure; 0: none. */
uint32_t btf_table_find_variable(const struct btf_table *table, const char *name);
uint32_t btf_table_find_struct(const struct btf_table *table, const char *name);

/* All of `names` in one pass, NULL where none is wanted; an id for each, 0 for none. */
void btf_table_find_functions(const struct btf_table *table, const char *const *names,
			      uint32_t *ids, size_t count);

/* Where that member of the structure is, in bytes; -ENOENT. */
int btf_table_member_offset(const struct btf_table *table, uint32_t struct_id, const char *member);

/* ---- a cut ---- */

struct btf_cut;

struct btf_cut *btf_cut_new(void);
void btf_cut_free(struct btf_cut *cut);

/* A name of a structure, union or enumeration that is wanted; what follows "___" is no
 * part of it, as in CO-RE. Before the first btf_cut_take(). 0 or -errno. */
int btf_cut_want(struct btf_cut *cut, const char *name);

/* Chooses the table's types of such names, save those that an earlier table had: the
 * kernel's own go before a module's, as libbpf has it. 0 or -ENOMEM. */
int btf_cut_take(struct btf_cut *cut, struct btf_table *table);

/* BTF of what was chosen. The caller frees it. NULL: out of memory. */
void *btf_cut_bytes(struct btf_cut *cut, size_t *size);

#endif
