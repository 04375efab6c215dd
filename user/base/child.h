/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs that serve this one (the user's own is base/job.h). */
#ifndef RSTBLAME_BASE_CHILD_H
#define RSTBLAME_BASE_CHILD_H

#include <sys/types.h>

/* Where a child's output goes. */
struct child_wish {
	int out_fd; /* its stdout */
	int err_fd; /* its stderr */
};

/* Starts argv[0], which is looked for in PATH: in a process group of its own, without
 * capabilities, and ended with the calling thread. Its pid, or -errno of fork or exec. */
pid_t child_start(char *const *argv, const struct child_wish *wish);

/* Ends it, first by SIGTERM, and takes its status away. */
void child_stop(pid_t pid);

#endif
