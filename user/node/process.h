/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What /proc still knows of an actor when his event arrives: executable, unit,
 * container. He may be gone by then, or his pid another's; then the fields stay
 * empty, never wrong.
 */
#ifndef RSTBLAME_NODE_PROCESS_H
#define RSTBLAME_NODE_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "model/observation.h"

/* Reads /proc/PID/NAME into `buf`, as far as it fits, with a NUL behind. How many bytes it
 * has, or -1. */
ssize_t process_read(uint32_t pid, const char *name, char *buf, size_t size);
/* Where the symbolic link /proc/PID/NAME leads; "" when that cannot be read. */
void process_read_link(uint32_t pid, const char *name, char *buf, size_t size);

/* When the process began, in clock ticks since the boot (0 may be pid 1's), and what such a
 * tick is. With its pid that names a process for good. False: there is no such process. */
bool process_start_ticks(uint32_t pid, uint64_t *ticks);
bool process_is_since(uint32_t pid, uint64_t ticks); /* still the one that began then */
uint64_t process_tick_ns(void);

/* Completes an actor whose pid and start time are known, if he is still there; and the
 * names of his container, if that is known. */
void process_describe_actor(struct actor *actor);

/* Completes the actor of an address, link or act event in place. */
void process_describe_observation(struct observation *seen);

#endif
