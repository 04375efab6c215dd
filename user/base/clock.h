/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading the clocks, in nanoseconds. */
#ifndef RSTBLAME_BASE_CLOCK_H
#define RSTBLAME_BASE_CLOCK_H

#include <stdint.h>

#include "base/clock_history.h"
#include "base/nsec.h"

uint64_t clock_mono_ns(void);
uint64_t clock_thread_ns(void); /* what the calling thread has had of a CPU */
/* Add it to a CLOCK_MONOTONIC time of now to get the time since the epoch. */
uint64_t clock_wall_offset_ns(void);
/* Notes what the clocks are now; returns CLOCK_MONOTONIC. */
uint64_t clock_sample(struct clock_history *history);

#endif
