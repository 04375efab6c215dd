/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Functions that something took over while they are probed. The probe still fires, or does not
 * any more, and what runs behind it is not what the probe was made for:
 *
 * - a livepatch (/sys/kernel/livepatch) puts another function in its place, in which what is
 *   probed elsewhere may be inlined;
 * - others who may change where a function goes on (I in tracefs' enabled_functions,
 *   FTRACE_OPS_FL_IPMODIFY), or who took its one direct call (D), which is BPF's own else.
 */
#ifndef RSTBLAME_KERNEL_REPLACED_H
#define RSTBLAME_KERNEL_REPLACED_H

#include <stdint.h>
#include <stdio.h>

#include "kernel/probes.h"

/* By a livepatch: looks below that directory, as /sys/kernel/livepatch is. Each attached probe
 * whose function is one of an enabled patch's gets that as its `why`. Returns a set of those
 * that got one now: bit `probe`. */
uint32_t replaced_by_patches(const char *directory, struct probe_result *results);

/* By others, as the text of enabled_functions has it. The same. */
uint32_t replaced_by_others(FILE *enabled_functions, struct probe_result *results);

#endif
