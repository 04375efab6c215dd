// SPDX-License-Identifier: GPL-2.0-only
/* A program beside this one: what it is given, what it leaves behind, and its terminal. */
#include "cast/make.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/job.h"

/* What waits longer has failed. */
#define NEVER_NS SECONDS(20)

static char why[JOB_WHY_BYTES];
static int heard; /* what the program writes to its stdout, which is our stderr */

static void prepare(struct job *job, const char *script, const char *user)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	int fds[2], kept = dup(STDERR_FILENO);

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(dup2(fds[1], STDERR_FILENO), STDERR_FILENO);
	close(fds[1]);
	assert_int_equal(job_prepare(job, (char *const *)argv, user, why), 0);
	dup2(kept, STDERR_FILENO);
	close(kept);
	heard = fds[0];
}

static const char *hear(char *buf, size_t size)
{
	struct pollfd said = { .fd = heard, .events = POLLIN };
	ssize_t len = poll(&said, 1, 20000) == 1 ? read(heard, buf, size - 1) : 0;

	buf[len > 0 ? len : 0] = '\0';
	return buf;
}

/* Its status, or -1. */
static int wait_end(struct job *job)
{
	uint64_t until_ns = clock_mono_ns() + NEVER_NS;
	int status;

	while (clock_mono_ns() < until_ns) {
		if (job_has_ended(job, &status))
			return status;
		usleep(5000);
	}
	return -1;
}

static bool is_there(pid_t pid)
{
	return !kill(pid, 0);
}

static bool goes(pid_t pid)
{
	uint64_t until_ns = clock_mono_ns() + NEVER_NS;

	while (is_there(pid) && clock_mono_ns() < until_ns) {
		waitpid(pid, NULL, WNOHANG);
		usleep(5000);
	}
	return !is_there(pid);
}

static void waits_to_be_told(void **state)
{
	struct job job;
	char text[64];
	struct pollfd said;

	(void)state;
	prepare(&job, "echo out; echo err >&2; exit 7", NULL);
	said = (struct pollfd){ .fd = heard, .events = POLLIN };
	assert_int_equal(poll(&said, 1, 50), 0);
	assert_int_equal(job_go(&job), 0);
	assert_int_equal(WEXITSTATUS(wait_end(&job)), 7);
	assert_string_equal(hear(text, sizeof(text)), "out\nerr\n");
	job_end(&job, NULL);
	assert_int_equal(job.group, 0);
	close(heard);
}

static void is_never_told(void **state)
{
	struct job job;
	pid_t pid;

	(void)state;
	prepare(&job, "echo ran", NULL);
	pid = job.pid;
	job_end(&job, NULL);
	assert_false(is_there(pid));
	close(heard);
	job_end(&job, NULL); /* twice is once */
}

static void cannot_be_run(void **state)
{
	const char *const argv[] = { "/no/such", NULL };
	struct job job;

	(void)state;
	assert_int_equal(job_prepare(&job, (char *const *)argv, NULL, why), 0);
	assert_int_equal(job_go(&job), -ENOENT);
	job_end(&job, NULL);
	assert_int_equal(job_prepare(&job, (char *const *)argv, "no such user", why), -1);
	assert_non_null(strstr(why, "there is no user no such user"));
	job_end(&job, NULL);
}

/* Nothing that was opened after it was made, whether it is closed by exec or not. */
static void has_none_of_our_files(void **state)
{
	struct job job;
	char text[512], open_one[32];
	int leak;

	(void)state;
	prepare(&job, "for f in /proc/self/fd/*; do readlink $f; done; true", NULL);
	leak = open("/dev/zero", O_RDONLY);
	snprintf(open_one, sizeof(open_one), "/dev/zero");
	assert_int_equal(job_go(&job), 0);
	assert_int_equal(wait_end(&job), 0);
	assert_null(strstr(hear(text, sizeof(text)), open_one));
	job_end(&job, NULL);
	close(leak);
	close(heard);
}

static void becomes_a_user(void **state)
{
	struct job job;
	char text[128];

	(void)state;
	if (geteuid())
		skip();
	prepare(&job,
		"id -u; sed -n 's/^CapEff:.//p; s/^CapAmb:.//p' /proc/self/status; echo $USER",
		"nobody");
	assert_int_equal(job_go(&job), 0);
	assert_int_equal(wait_end(&job), 0);
	assert_string_equal(hear(text, sizeof(text)),
			    "65534\n0000000000000000\n0000000000000000\nnobody\n");
	job_end(&job, NULL);
	close(heard);
}

static pid_t hear_pid(void)
{
	char text[32];
	pid_t pid = (pid_t)atoi(hear(text, sizeof(text)));

	assert_true(pid > 0);
	assert_true(is_there(pid));
	return pid;
}

/* What it leaves running ends, and is no matter of its own end; another's goes on. */
static void children_do_not_outlive_it(void **state)
{
	struct job job, other;
	pid_t child;

	(void)state;
	prepare(&other, "exec sleep 100", NULL);
	close(heard);
	assert_int_equal(job_go(&other), 0);
	prepare(&job, "sleep 100 & echo $!; exit 3", NULL);
	assert_int_equal(job_go(&job), 0);
	child = hear_pid();
	assert_int_equal(WEXITSTATUS(wait_end(&job)), 3);
	assert_true(is_there(child));
	job_end(&job, NULL);
	assert_true(goes(child));
	assert_true(is_there(other.pid));
	job_end(&other, NULL);
	close(heard);
}

static void is_killed_after_its_grace(void **state)
{
	volatile sig_atomic_t hurry = 1;
	struct job job;
	uint64_t since_ns;
	pid_t child;

	(void)state;
	prepare(&job, "trap '' TERM; sleep 100 & echo $!; wait", NULL);
	assert_int_equal(job_go(&job), 0);
	child = hear_pid();
	since_ns = clock_mono_ns();
	job_begin_end(&job); /* does not wait */
	assert_true(clock_mono_ns() - since_ns < JOB_GRACE_NS / 2);
	assert_true(is_there(child));
	job_end(&job, NULL);
	assert_true(clock_mono_ns() - since_ns >= JOB_GRACE_NS);
	assert_true(goes(child));
	close(heard);

	prepare(&job, "trap '' TERM; sleep 100 & echo $!; wait", NULL);
	assert_int_equal(job_go(&job), 0);
	child = hear_pid();
	since_ns = clock_mono_ns();
	job_end(&job, &hurry);
	assert_true(clock_mono_ns() - since_ns < JOB_GRACE_NS / 2);
	assert_true(goes(child));
	close(heard);
}

/* A stopped one hears nothing until it goes on. */
static void stopped_one_ends(void **state)
{
	struct job job;
	uint64_t since_ns;
	pid_t pid;

	(void)state;
	prepare(&job, "echo $$; exec sleep 100", NULL);
	assert_int_equal(job_go(&job), 0);
	pid = hear_pid();
	kill(pid, SIGSTOP);
	since_ns = clock_mono_ns();
	job_end(&job, NULL);
	assert_false(is_there(pid));
	assert_true(clock_mono_ns() - since_ns < JOB_GRACE_NS);
	close(heard);
}

/* ---- in a session with a terminal, of which this is the foreground ---- */

/* It reads the terminal and gets it; afterwards it is ours again. */
static int read_from_terminal(void)
{
	const char *const argv[] = { "sh", "-c", "read word </dev/tty; test \"$word\" = hello",
				     NULL };
	struct job job;
	int status;

	if (job_prepare(&job, (char *const *)argv, NULL, why) || job_go(&job))
		return 2;
	status = wait_end(&job);
	job_end(&job, NULL);
	if (tcgetpgrp(STDIN_FILENO) != getpgrp())
		return 3;
	return status ? 4 : 0;
}

static void reads_the_terminal(void **state)
{
	int terminal, status = -1;
	char text[128];
	pid_t pid = forkpty(&terminal, NULL, NULL, NULL);

	(void)state;
	if (!pid)
		_exit(read_from_terminal());
	assert_true(pid > 0);
	assert_int_equal(write(terminal, "hello\n", 6), 6);
	while (read(terminal, text, sizeof(text)) > 0)
		; /* until nobody has the other end */
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(terminal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_to_be_told),
		cmocka_unit_test(is_never_told),
		cmocka_unit_test(cannot_be_run),
		cmocka_unit_test(has_none_of_our_files),
		cmocka_unit_test(becomes_a_user),
		cmocka_unit_test(children_do_not_outlive_it),
		cmocka_unit_test(is_killed_after_its_grace),
		cmocka_unit_test(stopped_one_ends),
		cmocka_unit_test(reads_the_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
