// SPDX-License-Identifier: GPL-2.0-only
#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/capabilities.h"

/* Two seconds to end by itself. */
enum { STOP_TRIES = 400, STOP_TRY_US = 5000 };

static void run(char *const *argv, const struct child_wish *wish, int error_fd)
{
	sigset_t none;
	int err;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	setpgid(0, 0); /* Ctrl-C is for us: it has lines to give yet */
	capabilities_keep(0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	dup2(wish->out_fd, STDOUT_FILENO);
	dup2(wish->err_fd, STDERR_FILENO);
	execvp(argv[0], argv);
	err = errno;
	if (write(error_fd, &err, sizeof(err)) < 0)
		_exit(126);
	_exit(127);
}

pid_t child_start(char *const *argv, const struct child_wish *wish)
{
	int fds[2], err = 0;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (pid == 0)
		run(argv, wish, fds[1]);
	err = pid < 0 ? errno : 0;
	close(fds[1]);
	/* The pipe closes on a successful exec; otherwise errno comes through. */
	if (pid > 0 && read(fds[0], &err, sizeof(err)) == (ssize_t)sizeof(err))
		waitpid(pid, NULL, 0);
	close(fds[0]);
	return err ? -err : pid;
}

void child_stop(pid_t pid)
{
	if (waitpid(pid, NULL, WNOHANG) != 0)
		return;
	kill(pid, SIGTERM);
	for (int i = 0; i < STOP_TRIES; i++) {
		if (waitpid(pid, NULL, WNOHANG) != 0)
			return;
		usleep(STOP_TRY_US);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}
