/* SPDX-License-Identifier: GPL-2.0-only */
/* The COMMAND of the command line: a reproduction, run inside the window. */
#ifndef RSTBLAME_SESSION_COMMAND_H
#define RSTBLAME_SESSION_COMMAND_H

#include <stdbool.h>
#include <sys/types.h>

/* Starts it with our stderr as its stdout (ours is data) and no signal blocked.
 * The pid, or -errno when it could not be executed. */
pid_t command_start(char *const *argv);

/* True once it has ended; says on stderr how, unless that was with status 0. */
bool command_has_ended(pid_t pid, const char *name);

#endif
