// SPDX-License-Identifier: GPL-2.0-only
#include "session/command.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/job.h"
#include "base/message.h"
#include "cli/options.h"

int command_prepare(struct job *job, const struct options *options, char *why)
{
	return options->command ? job_prepare(job, options->command, options->user, why) : 0;
}

int command_start(struct job *job, const struct options *options, char *why)
{
	int err = options->command ? job_go(job) : 0;

	if (err)
		snprintf(why, JOB_WHY_BYTES, "cannot run %.150s: %s; put its path after --",
			 options->command[0], strerror(-err));
	return err ? -1 : 0;
}

bool command_has_ended(struct job *job, const struct options *options)
{
	int status;

	if (!job_has_ended(job, &status))
		return false;
	if (WIFSIGNALED(status))
		message("%s was killed by signal %d", options->command[0], WTERMSIG(status));
	else if (WEXITSTATUS(status))
		message("%s exited with status %d", options->command[0], WEXITSTATUS(status));
	return true;
}
