/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * System calls that this program has no use for are refused (EPERM) from some point on, in
 * all of its threads and in what they start: a seccomp filter that lists what is refused, so
 * that what a library calls goes on working. Each call adds to what is refused already.
 */
#ifndef RSTBLAME_BASE_SYSTEM_CALLS_H
#define RSTBLAME_BASE_SYSTEM_CALLS_H

#include <stdbool.h>

/* Kinds of them, as bits. */
enum system_calls {
	/* Never of use: modules, mounts, other processes' memory, clocks, identities, keys, … */
	CALLS_NEVER = 1 << 0,
	/* Before a window is open only: namespaces are made, debugfs is looked into. */
	CALLS_AT_START = 1 << 1,
	/* Programs and maps are loaded and attached. What there is may still be read, and
	 * iterators walked. */
	CALLS_TO_TRACE = 1 << 2,
	CALLS_TO_EXECUTE = 1 << 3,
	/* Sockets, and namespaces entered. */
	CALLS_TO_LOOK = 1 << 4,
};

/* Sets no_new_privs and refuses those of `kinds`. 0, or -errno: no filter, as where the kernel
 * has none or a thread has another. */
int system_calls_refuse(unsigned int kinds);

/* Whether another's filter is in force, as of a container or a service. */
bool system_calls_are_filtered(void);

#endif
