/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel modules that come and go: the kernel's own uevents, which cost nothing
 * while nothing happens.
 */
#ifndef RSTBLAME_KERNEL_MODULES_H
#define RSTBLAME_KERNEL_MODULES_H

#include <stdbool.h>

enum { MODULE_NAME_BYTES = 64 };

struct module_event {
	bool has_come; /* else it went */
	char name[MODULE_NAME_BYTES];
};

/* To poll and to read from; the caller closes it. -errno (in another than the initial
 * network namespace there may be no uevents, but there is a descriptor). */
int modules_watch(void);

/* 1: *out is filled; 0: nothing more for now. */
int modules_next(int fd, struct module_event *out);

/* Reads one uevent, "add@/module/nf_nat" and its variables. Pure. */
bool module_event_parse(const char *text, struct module_event *out);

/* Whether it is loaded, and through with its initialization. */
bool module_is_live(const char *name);

#endif
