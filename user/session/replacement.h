/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Never silently blind: that a probed function was taken over (kernel/replaced.h) is said, and
 * counts as lost. Livepatches are looked for every few seconds, the rest at the window's
 * beginning and end.
 */
#ifndef RSTBLAME_SESSION_REPLACEMENT_H
#define RSTBLAME_SESSION_REPLACEMENT_H

#include <stdint.h>

#include "kernel/probes.h"

struct run;

/* Livepatches and others; those that were taken over, as bits, have a `why` now. */
uint32_t replacement_find(struct probe_result *results);

/* Observes those that were found before the start. */
void replacement_begin(struct run *run);

/* Looks again, for livepatches; at the end for all. Observes what is new. */
void replacement_look(struct run *run);
void replacement_end(struct run *run);

#endif
