/* SPDX-License-Identifier: GPL-2.0-only */
/* What tracing needs of the caller and of the kernel, told before anything is
 * tried, so that the message names the cause and not its symptom. */
#ifndef RSTBLAME_NODE_PRIVILEGE_H
#define RSTBLAME_NODE_PRIVILEGE_H

#include <stdbool.h>
#include <stddef.h>

/* What has to be there, by index; NULL after the last: static. */
const char *privilege_name(size_t index);
bool privilege_has(size_t index);

/* 0, or -EPERM and in `why` one line with the missing capabilities and the cure; -ENOENT,
 * and the same of /sys. */
int privilege_check(char *why, size_t size);

/* Whether nothing keeps it from looking into all processes of the machine. False, and in
 * `why` one line with what does, the consequence and the cure. */
bool privilege_sees_processes(char *why, size_t size);

/* "none", "integrity", "confidentiality", or "unknown": static. */
const char *privilege_lockdown(void);

/* Whether the kernel tells its symbols' addresses (kptr_restrict). */
bool privilege_sees_symbols(void);

#endif
