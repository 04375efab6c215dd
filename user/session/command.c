// SPDX-License-Identifier: GPL-2.0-only
#include "session/command.h"

#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/message.h"

pid_t command_start(char *const *argv)
{
	struct child_wish wish = { .out_fd = STDERR_FILENO, .err_fd = STDERR_FILENO };

	return child_start(argv, &wish);
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
