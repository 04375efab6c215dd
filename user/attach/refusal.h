/* SPDX-License-Identifier: GPL-2.0-only */
/* Why nothing can be traced here: one line for the user, with the cure. */
#ifndef RSTBLAME_ATTACH_REFUSAL_H
#define RSTBLAME_ATTACH_REFUSAL_H

#include <stdbool.h>

#include "attach/loader.h"

bool refusal_has_kprobes(void);

/* What the kernel refused (-errno of each way), and the cure for the likeliest cause. */
void refusal_explain(int fentry_err, int kprobe_err, char why[LOADER_WHY_BYTES]);

/* What --btf names, before it is blamed on the kernel; NULL: nothing. 0, or -errno and
 * the line. */
int refusal_check_btf(const char *path, char why[LOADER_WHY_BYTES]);

/* Seeing no reset at all is no run; other probes are reported as missing. The same. */
int refusal_check_resets(const struct probe_result *results, char why[LOADER_WHY_BYTES]);

#endif
