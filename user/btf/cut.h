/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A cut of the kernel's types: the few that the BPF object names, with what these contain.
 * libbpf looks for each structure through all types that it is given, a hundred thousand
 * of a whole kernel; of a cut it is done at once. Pure: tables in, bytes out.
 */
#ifndef RSTBLAME_BTF_CUT_H
#define RSTBLAME_BTF_CUT_H

#include <stddef.h>

#include "btf/table.h"

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
