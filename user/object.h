/* SPDX-License-Identifier: GPL-2.0-only */
/* The two builds of the BPF object: one for kernels that tell their own types, and one
 * without the kernel's variables, for those that do not (--btf). Maps, programs and
 * memory are the same. */
#ifndef RSTBLAME_OBJECT_H
#define RSTBLAME_OBJECT_H

#include <stdbool.h>

struct rstblame_bpf;
struct kerneltypes;

struct object_types {
	const char *path; /* a file of types, or NULL */
	bool has_kernel_types;
	struct kerneltypes *kernel; /* those, to be cut down; NULL: libbpf reads them whole */
	int fd; /* of the cut, which the caller closes after loading; negative: none */
};

/* Opened, not loaded. The caller destroys it (rstblame_bpf__destroy()). NULL and errno. */
struct rstblame_bpf *object_open(struct object_types *types);

#endif
