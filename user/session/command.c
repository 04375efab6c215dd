// SPDX-License-Identifier: GPL-2.0-only
#include "session/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/message.h"

/* Two seconds to end by itself. */
enum { STOP_TRIES = 40, STOP_TRY_US = 50000 };

static void run_child(char *const *argv, int error_fd)
{
	sigset_t none;
	int err;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	dup2(STDERR_FILENO, STDOUT_FILENO);
	execvp(argv[0], argv);
	err = errno;
	if (write(error_fd, &err, sizeof(err)) < 0)
		_exit(126);
	_exit(127);
}

pid_t command_start(char *const *argv)
{
	int fds[2], err = 0;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (pid == 0)
		run_child(argv, fds[1]);
	err = pid < 0 ? errno : 0;
	close(fds[1]);
	/* The pipe closes on a successful exec; otherwise errno comes through. */
	if (pid > 0 && read(fds[0], &err, sizeof(err)) == (ssize_t)sizeof(err))
		waitpid(pid, NULL, 0);
	close(fds[0]);
	return err ? -err : pid;
}

bool command_has_ended(pid_t pid, const char *name)
{
	int status;

	if (waitpid(pid, &status, WNOHANG) != pid)
		return false;
	if (WIFSIGNALED(status))
		message("%s was killed by signal %d", name, WTERMSIG(status));
	else if (WEXITSTATUS(status))
		message("%s exited with status %d", name, WEXITSTATUS(status));
	return true;
}

void command_stop(pid_t pid)
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
