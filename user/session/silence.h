/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Never silently blind: what the kernel's switches (kernel/switches.h) silence is said, and
 * counts as lost. Attaching and detaching while kernel.ftrace_enabled is 0 broke ftrace for
 * the rest of the boot on 6.1, so nothing is attached then.
 */
#ifndef RSTBLAME_SESSION_SILENCE_H
#define RSTBLAME_SESSION_SILENCE_H

#include "kernel/probes.h"
#include "kernel/switches.h"

struct run;

/* 0: something can be attached. -1, and in `why` one line with the cure. */
int silence_check(const struct switches *s, char *why, size_t size);

/* Whether that switch silences any of the attached probes. */
bool silence_is_of(enum switch_id id, const struct probe_result *results);

/* After the start was observed: what is silent from the start. */
void silence_begin(struct run *run);

/* Looks at the switches, and observes those that have turned. Before the rings are drained,
 * so that what they tell is judged with it known. */
void silence_look(struct run *run);

/* After the report, before anything is detached: while kernel.ftrace_enabled is 0 that breaks
 * ftrace on 6.1, so it is said and waited for, 10 s at most. */
void silence_wait_to_detach(struct run *run);

#endif
