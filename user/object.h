/* SPDX-License-Identifier: GPL-2.0-only */
/* The two builds of the BPF object: one for kernels that tell their own types, and one
 * without the kernel's variables, for those that do not (--btf). Maps, programs and
 * memory are the same. */
#ifndef RSTBLAME_OBJECT_H
#define RSTBLAME_OBJECT_H

#include <stdbool.h>

struct rstblame_bpf;

/* Opened, not loaded. `btf_path`: a file of types, or NULL. The caller destroys it
 * (rstblame_bpf__destroy()). NULL and errno. */
struct rstblame_bpf *object_open(const char *btf_path, bool has_kernel_types);

#endif
