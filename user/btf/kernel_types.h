/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The running kernel's own types and those of its modules, read once for all that
 * attaching asks of them: which functions there are, and where the BPF object's fields
 * are. Some megabytes: held while programs are chosen and loaded, not longer.
 *
 * What this room buys. libbpf alone can do all of it: it parses the types of the kernel
 * once for itself, looks for each structure that the object names and for each function
 * that a program attaches to through all of them, and through those of each module. The
 * same programs, start to attached, in millions of instructions (tests/bench/vm -i,
 * one CPU; /proc/kallsyms, read either way, is 220 and 610 of them):
 *
 *                            with this room   libbpf alone
 *     Debian's 6.1                      578          1,119
 *     Debian's 7.3                    1,398          2,003
 *
 * At a thousand million a second, which is what an emulated CPU does, that is half a
 * second and more of a start that is to stay under 0.85 s. Memory is no reason: 6 MB stay
 * resident beyond the rings, and 32 MB are the peak, either way. attach/fentry_targets.c
 * and attach/bpf_object.c hand to libbpf what was found here.
 */
#ifndef RSTBLAME_BTF_KERNEL_TYPES_H
#define RSTBLAME_BTF_KERNEL_TYPES_H

#include "btf/table.h"

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
