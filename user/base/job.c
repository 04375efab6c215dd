// SPDX-License-Identifier: GPL-2.0-only
#include "base/job.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define LOOK_NS (5 * NSEC_PER_MSEC)
/* For what was killed to be gone: one that the kernel holds is not waited for. */
#define KILLED_NS (500 * NSEC_PER_MSEC)

/* ---- the process, until it executes ---- */

static int become(const struct passwd *user)
{
	bool is_already = geteuid() == user->pw_uid && getegid() == user->pw_gid;

	if (!is_already && (initgroups(user->pw_name, user->pw_gid) || setgid(user->pw_gid) ||
			    setuid(user->pw_uid)))
		return -errno;
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (setenv("HOME", user->pw_dir, 1) || setenv("USER", user->pw_name, 1) ||
	    setenv("LOGNAME", user->pw_name, 1))
		return -errno;
	return 0;
}

static void execute(char *const *argv)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	dup2(STDERR_FILENO, STDOUT_FILENO);
	execvp(argv[0], argv);
}

static void wait_and_execute(char *const *argv, const struct passwd *user, int go_fd, int answer_fd)
{
	int err;
	char go;

	setpgid(0, 0);
	err = user ? become(user) : 0;
	prctl(PR_SET_PDEATHSIG, SIGTERM); /* last: another identity forgets it */
	if (write(answer_fd, &err, sizeof(err)) != (ssize_t)sizeof(err) || err)
		_exit(126);
	if (read(go_fd, &go, 1) != 1) /* there is nothing to be run any more */
		_exit(0);
	execute(argv);
	err = -errno;
	if (write(answer_fd, &err, sizeof(err)) < 0)
		_exit(126);
	_exit(127);
}

/* ---- ours ---- */

/* 0, or -errno; also where it says nothing: it executes, or is dead. */
static int read_answer(const struct job *job)
{
	int err = 0;
	ssize_t got;

	do
		got = read(job->answer_fd, &err, sizeof(err));
	while (got < 0 && errno == EINTR);
	return got == (ssize_t)sizeof(err) ? err : 0;
}

static int make_process(struct job *job, char *const *argv, const struct passwd *user)
{
	int go[2], answer[2];

	if (pipe2(go, O_CLOEXEC))
		return -errno;
	if (pipe2(answer, O_CLOEXEC)) {
		close(go[0]);
		close(go[1]);
		return -errno;
	}
	job->group = job->pid = fork();
	if (!job->pid) {
		close(go[1]);
		close(answer[0]);
		wait_and_execute(argv, user, go[0], answer[1]);
	}
	close(go[0]);
	close(answer[1]);
	job->go_fd = go[1];
	job->answer_fd = answer[0];
	if (job->pid > 0)
		return read_answer(job);
	job->group = job->pid = 0;
	return -errno;
}

int job_prepare(struct job *job, char *const *argv, const char *user, char why[JOB_WHY_BYTES])
{
	const struct passwd *row = NULL;
	int err;

	*job = (struct job){ .go_fd = -1, .answer_fd = -1 };
	errno = 0;
	if (user && !(row = getpwnam(user))) {
		snprintf(why, JOB_WHY_BYTES,
			 "--user: there is no user %.80s%s%s; use one of `getent passwd`", user,
			 errno ? ": " : "", errno ? strerror(errno) : "");
		return -1;
	}
	/* What its parent leaves behind is reaped here, soon: an init may take its time. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	err = make_process(job, argv, row);
	if (!err)
		return 0;
	if (row)
		snprintf(why, JOB_WHY_BYTES, "cannot run %.80s as %.80s: %s; run rstblame as root",
			 argv[0], user, strerror(-err));
	else
		snprintf(why, JOB_WHY_BYTES, "cannot run %.80s: %s", argv[0], strerror(-err));
	return -1;
}

int job_go(struct job *job)
{
	bool is_told = write(job->go_fd, "", 1) == 1;
	int err = is_told ? 0 : -errno;

	close(job->go_fd);
	job->go_fd = -1;
	return err ? err : read_answer(job);
}

/* ---- its terminal ---- */

static void set_foreground(int terminal, pid_t group)
{
	sigset_t set, before;

	sigemptyset(&set);
	sigaddset(&set, SIGTTOU); /* for who is in the background */
	pthread_sigmask(SIG_BLOCK, &set, &before);
	tcsetpgrp(terminal, group);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void give_terminal(struct job *job)
{
	int terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (terminal >= 0 && tcgetpgrp(terminal) == getpgrp()) {
		set_foreground(terminal, job->group);
		job->has_terminal = true;
		kill(-job->group, SIGCONT);
	}
	if (terminal >= 0)
		close(terminal);
}

static void take_terminal(struct job *job)
{
	int terminal = job->has_terminal ? open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;

	if (terminal < 0)
		return;
	if (tcgetpgrp(terminal) == job->group)
		set_foreground(terminal, getpgrp());
	close(terminal);
	job->has_terminal = false;
}

/* Ctrl-Z stops what the shell started as one. */
static void stop_with(struct job *job)
{
	take_terminal(job);
	kill(0, SIGTSTP);
	give_terminal(job);
	kill(-job->group, SIGCONT);
}

bool job_has_ended(struct job *job, int *status)
{
	while (job->pid && waitpid(job->pid, status, WNOHANG | WUNTRACED) == job->pid) {
		if (!WIFSTOPPED(*status)) {
			job->pid = 0;
			take_terminal(job);
			return true;
		}
		if (WSTOPSIG(*status) == SIGTTIN || WSTOPSIG(*status) == SIGTTOU)
			give_terminal(job);
		else if (WSTOPSIG(*status) == SIGTSTP && job->has_terminal)
			stop_with(job);
	}
	return false;
}

/* ---- its end ---- */

static bool is_left(struct job *job)
{
	while (waitpid(-job->group, NULL, WNOHANG) > 0)
		;
	return !kill(-job->group, 0) || errno == EPERM;
}

void job_begin_end(struct job *job)
{
	if (!job->group || job->ending_ns)
		return;
	job->ending_ns = clock_mono_ns();
	if (job->go_fd >= 0)
		close(job->go_fd); /* it has waited for nothing */
	job->go_fd = -1;
	kill(-job->group, SIGTERM);
	kill(-job->group, SIGCONT);
}

void job_end(struct job *job, const volatile sig_atomic_t *hurry)
{
	struct timespec pause = { .tv_nsec = LOOK_NS };
	uint64_t killed_ns = 0;

	job_begin_end(job);
	while (job->group && is_left(job)) {
		uint64_t now_ns = clock_mono_ns();

		if (!killed_ns && ((hurry && *hurry) || now_ns - job->ending_ns >= JOB_GRACE_NS)) {
			kill(-job->group, SIGKILL);
			killed_ns = now_ns;
		} else if (killed_ns && now_ns - killed_ns >= KILLED_NS) {
			break;
		}
		nanosleep(&pause, NULL);
	}
	take_terminal(job);
	if (job->answer_fd >= 0)
		close(job->answer_fd);
	job->answer_fd = -1;
	job->group = job->pid = 0;
}
