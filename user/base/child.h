/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs that are run beside this one. */
#ifndef RSTBLAME_BASE_CHILD_H
#define RSTBLAME_BASE_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

/* Where a child's output goes, and whether it ends with the thread that started it. */
struct child_wish {
	int out_fd;    /* its stdout */
	int err_fd;    /* its stderr */
	bool is_bound; /* in a process group of its own, ended with the calling thread */
};

/* Starts argv[0], which is looked for in PATH. Its pid, or -errno of fork or exec. */
pid_t child_start(char *const *argv, const struct child_wish *wish);

/* Ends it, first by SIGTERM, and takes its status away. */
void child_stop(pid_t pid);

#endif
