/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RSTBLAME_BASE_THREAD_H
#define RSTBLAME_BASE_THREAD_H

#include <pthread.h>

/* Starts a thread that takes no signals: those are the main thread's, by its signalfd.
 * 0, or -errno. The caller joins it. */
int thread_start(pthread_t *thread, void *(*work)(void *arg), void *arg);

#endif
