// SPDX-License-Identifier: GPL-2.0-only
#include "session/stop.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "summary/summary.h"

static volatile sig_atomic_t hurry, count;
static volatile pid_t command_group;

void stop_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
}

static void on_signal(int signal)
{
	static const char text[] = "rstblame: ended at once: the report may be incomplete\n";
	struct pollfd out = { .fd = STDERR_FILENO, .events = POLLOUT };

	(void)signal;
	hurry = 1;
	count++;
	if (count < 2)
		return;
	if (command_group > 0)
		kill(-command_group, SIGKILL);
	if (poll(&out, 1, 0) == 1 && write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(STATUS_UNKNOWN);
	_exit(STATUS_UNKNOWN);
}

void stop_arm(bool was_signalled, pid_t command)
{
	struct sigaction action = { .sa_handler = on_signal };
	sigset_t set;

	count = was_signalled;
	command_group = command;
	stop_signals(&set);
	action.sa_mask = set;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

const volatile sig_atomic_t *stop_hurry(void)
{
	return &hurry;
}
