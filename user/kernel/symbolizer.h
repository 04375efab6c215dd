/* SPDX-License-Identifier: GPL-2.0-only */
/* The names of a kernel stack's addresses. */
#ifndef RSTBLAME_KERNEL_SYMBOLIZER_H
#define RSTBLAME_KERNEL_SYMBOLIZER_H

#include <stdint.h>

#include "kernel/kallsyms.h"

struct symbolizer;

/* Reads the whole of /proc/kallsyms; call it when the first stack has to be named. NULL
 * when out of memory, or when the kernel hides the addresses (kptr_restrict). */
struct symbolizer *symbolizer_new(void);

/* The same for whoever reads the table anyway: begin, read, end. NULL: out of memory. */
struct symbolizer *symbolizer_begin(void);
struct kallsyms_reader symbolizer_reader(struct symbolizer *symbolizer);
/* Takes both, and gives the first back, or NULL as symbolizer_new() does. */
struct symbolizer *symbolizer_end(struct symbolizer *symbolizer, struct kallsyms *table);
void symbolizer_free(struct symbolizer *symbolizer);
/* The function that holds the address. It lives as long as the symbolizer; "?"
 * when there is none. */
const char *symbolizer_name(const struct symbolizer *symbolizer, uint64_t address);

#endif
