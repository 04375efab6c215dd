/* SPDX-License-Identifier: GPL-2.0-only */
/* The COMMAND of the command line: a reproduction, run inside the window (base/job.h). */
#ifndef RSTBLAME_SESSION_COMMAND_H
#define RSTBLAME_SESSION_COMMAND_H

#include <stdbool.h>

struct options;
struct job;

/* Makes its process, if there is a COMMAND; before anything else. 0, or -1 and one line in
 * `why` (JOB_WHY_BYTES). */
int command_prepare(struct job *job, const struct options *options, char *why);

/* Runs it. 0, or -1 and one line in `why`. */
int command_start(struct job *job, const struct options *options, char *why);

/* True once it has ended; says on stderr how, unless that was with status 0. */
bool command_has_ended(struct job *job, const struct options *options);

#endif
