/* SPDX-License-Identifier: GPL-2.0-only */
/* What tracing needs of the caller and of the kernel, told before anything is
 * tried, so that the message names the cause and not its symptom. */
#ifndef RSTBLAME_PRIVILEGE_H
#define RSTBLAME_PRIVILEGE_H

#include <stddef.h>

/* 0, or -EPERM and in `why` one line with the missing capabilities and the cure. */
int privilege_check(char *why, size_t size);

/* "none", "integrity", "confidentiality", or "unknown": static. */
const char *privilege_lockdown(void);

#endif
