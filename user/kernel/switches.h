/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What silences probes that attached, without an error and without a loss. Anyone who is
 * root may turn these at any time:
 *
 * - kernel.ftrace_enabled: all that goes through ftrace, fentry and kprobes alike (bpf/README.md
 *   says which kernels take a 0 when);
 * - debugfs' kprobes/enabled: all kprobes; their list stays as it was.
 */
#ifndef RSTBLAME_KERNEL_SWITCHES_H
#define RSTBLAME_KERNEL_SWITCHES_H

#include <stdbool.h>
#include <stddef.h>

#include "model/sense.h"

enum switch_id { SWITCH_FTRACE, SWITCH_KPROBES, SWITCHES };

enum switch_state {
	SWITCH_UNKNOWN,
	SWITCH_ON,
	SWITCH_OFF,
	/* The kernel shut its ftrace down after a fault of its own, until it is booted
	 * (ftrace_kill()): the sysctl, too, has ENODEV for an answer then. */
	SWITCH_DEAD,
};

struct switches {
	int fds[SWITCHES]; /* negative: this kernel has none, or does not show it */
	enum switch_state states[SWITCHES];
};

/* Opens and reads them, from a mount of debugfs that nobody else sees where it is not
 * mounted. The caller closes them, also those that were only zeroed. */
void switches_open(struct switches *s);
void switches_close(struct switches *s);

/* Reads them again: two reads of a few bytes. Returns whether one has turned. */
bool switches_read(struct switches *s);

enum sense switch_sense(enum switch_id id);

/* What a file says: "1\n", "N\n". Pure. And what its refusal says: errno. */
enum switch_state switch_parse(const char *text, size_t len);
enum switch_state switch_refused(enum switch_id id, int err);

/* Probes see nothing: it is off, or dead. */
bool switch_silences(enum switch_state state);

const char *switch_state_name(enum switch_state state); /* "on", … */

#endif
