/* SPDX-License-Identifier: GPL-2.0-only */
/* The BPF object, and of the kernel's types what it needs. */
#ifndef RSTBLAME_ATTACH_BPF_OBJECT_H
#define RSTBLAME_ATTACH_BPF_OBJECT_H

struct rstblame_bpf;
struct kerneltypes;

struct object_types {
	const char *path;           /* a file of types, or NULL */
	struct kerneltypes *kernel; /* the kernel's own, to be cut down; NULL: none, or `path` */
	int fd; /* of the cut, which the caller closes after loading; negative: none */
};

/* Opened, not loaded. The caller destroys it (rstblame_bpf__destroy()). NULL and errno. */
struct rstblame_bpf *object_open(struct object_types *types);

#endif
