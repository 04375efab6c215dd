/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Signals while the window is being wound up. Until then a signal is read like any other
 * event and ends the window with its full report (wakes.c). From then on one more than
 * that hurries: nothing and nobody is waited for; and the next ends the process at once,
 * whatever it hangs in: the kernel takes the probes out.
 */
#ifndef RSTBLAME_SESSION_STOP_H
#define RSTBLAME_SESSION_STOP_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

/* The signals that end a window. */
void stop_signals(sigset_t *set);

/* Takes them by a handler, unblocked. `was_signalled`: one has ended the window. The process
 * group of COMMAND (0: none) is killed where the process ends at once. */
void stop_arm(bool was_signalled, pid_t command);

/* Not 0: wait for nothing. Valid always. */
const volatile sig_atomic_t *stop_hurry(void);

#endif
