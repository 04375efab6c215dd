/* SPDX-License-Identifier: GPL-2.0-only */
/* The BPF objects, gzipped by the build, and of the kernel's types what one needs. */
#ifndef RSTBLAME_ATTACH_BPF_OBJECT_H
#define RSTBLAME_ATTACH_BPF_OBJECT_H

#include <stddef.h>

struct bpf_object;
struct rstblame_bpf;
struct kerneltypes;

struct object_types {
	const char *path;           /* a file of types, or NULL */
	struct kerneltypes *kernel; /* the kernel's own, to be cut down; NULL: none, or `path` */
	int fd; /* of the cut, which the caller closes after loading; negative: none */
};

/* That of the probes, opened, not loaded. The caller destroys it (rstblame_bpf__destroy()). NULL
 * and errno. */
struct rstblame_bpf *object_open(struct object_types *types);

/* Another, of `size` bytes as the build packs them. The caller closes it (bpf_object__close()).
 * NULL and errno. */
struct bpf_object *object_open_packed(const unsigned char *packed, size_t size,
				      struct object_types *types);

#endif
