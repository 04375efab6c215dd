/* SPDX-License-Identifier: GPL-2.0-only */
/* What the calling thread may do beyond what its user may: capabilities(7), a bit each. Each
 * thread has its own, and a new one those of who starts it. */
#ifndef RSTBLAME_BASE_CAPABILITIES_H
#define RSTBLAME_BASE_CAPABILITIES_H

#include <linux/capability.h>
#include <stdint.h>

#define CAPABILITY(number) (UINT64_C(1) << (number))

/* For a thread that looks at the node: it enters namespaces, asks conntrack, and reads what
 * /proc has of others' processes. */
#define CAPABILITIES_TO_LOOK                                                                       \
	(CAPABILITY(CAP_SYS_ADMIN) | CAPABILITY(CAP_NET_ADMIN) | CAPABILITY(CAP_SYS_PTRACE) |      \
	 CAPABILITY(CAP_DAC_READ_SEARCH))

/* The effective ones. */
uint64_t capabilities_held(void);

/* Leaves the calling thread those of `keep` that it has, effective and permitted; the rest is
 * gone for good, from the bounding set too where it may take it out there (CAP_SETPCAP).
 * Nothing is inheritable or ambient, and what is executed as root gains nothing by it.
 * 0, or -EPERM: all is as it was. */
int capabilities_keep(uint64_t keep);

#endif
