/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel counts itself in each network namespace, read in a thread of its own that
 * goes into them and out again. Reading changes nothing, and keeps none of them alive. One
 * takes some 0.1 ms of the thread.
 */
#ifndef RSTBLAME_NODE_KERNEL_COUNTER_H
#define RSTBLAME_NODE_KERNEL_COUNTER_H

#include "blame/tally.h"

struct kernel_counter;

/* Starts the thread. NULL and errno. */
struct kernel_counter *kernel_counter_new(void);
void kernel_counter_free(struct kernel_counter *counter);

/* Asks for a reading of all namespaces; while one is under way it does nothing. */
void kernel_counter_ask(struct kernel_counter *counter);

/* Takes what was read, the caller's from then on; NULL: nothing is done. */
struct kernel_reading *kernel_counter_take(struct kernel_counter *counter);
/* The same, but waits for what was asked; NULL: it took longer than `wait_ns`. */
struct kernel_reading *kernel_counter_wait(struct kernel_counter *counter, uint64_t wait_ns);
void kernel_reading_free(struct kernel_reading *reading); /* NULL is fine */

/* Readable when one is done. */
int kernel_counter_fd(const struct kernel_counter *counter);

/* The value of "name" in the lines "Tcp: …" of the text of /proc/net/snmp (twice: names, then
 * values). False: it has none. */
bool snmp_read(const char *text, const char *group, const char *name, uint64_t *value);

#endif
