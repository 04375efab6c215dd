/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RSTBLAME_BASE_THREAD_H
#define RSTBLAME_BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* Starts a thread that takes no signals: those are the main thread's, by its signalfd; and
 * that has none but the capabilities `keep` (base/capabilities.h) from its start on.
 * 0, or -errno. The caller joins it. */
int thread_start(pthread_t *thread, void *(*work)(void *arg), void *arg, uint64_t keep);

/* Joins it if it ends within `patience_ns`. False: it hangs, in the kernel for all that is
 * known, and is left behind: what it works on must not be freed any more. */
bool thread_join(pthread_t thread, uint64_t patience_ns);

#endif
