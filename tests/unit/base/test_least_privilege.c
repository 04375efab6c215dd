// SPDX-License-Identifier: GPL-2.0-only
/* What a thread keeps, and what is refused to the process. */
#include "cast/make.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/capabilities.h"
#include "base/clock.h"
#include "base/system_calls.h"
#include "base/thread.h"
#include "node/holdings.h"

/* A line of this thread's status, as a number. */
static uint64_t status_of(const char *name)
{
	FILE *file = fopen("/proc/thread-self/status", "r");
	char line[256];
	uint64_t value = UINT64_MAX;

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, strlen(name)))
			value = strtoull(line + strlen(name), NULL, 16);
	if (file)
		fclose(file);
	return value;
}

struct seen {
	uint64_t effective, permitted, inheritable, ambient;
};

static void *look(void *seen)
{
	*(struct seen *)seen = (struct seen){ status_of("CapEff:"), status_of("CapPrm:"),
					      status_of("CapInh:"), status_of("CapAmb:") };
	return NULL;
}

static void thread_keeps_what_it_was_given(void **state)
{
	uint64_t before = status_of("CapEff:");
	uint64_t keeps[] = { 0, CAPABILITIES_TO_LOOK, UINT64_MAX };
	struct seen seen;
	pthread_t thread;

	(void)state;
	for (size_t i = 0; i < sizeof(keeps) / sizeof(keeps[0]); i++) {
		assert_int_equal(thread_start(&thread, look, &seen, keeps[i]), 0);
		assert_true(thread_join(thread, SECONDS(20)));
		assert_int_equal(seen.effective, before & keeps[i]);
		assert_int_equal(seen.permitted, before & keeps[i]);
		assert_int_equal(seen.inheritable, 0);
		assert_int_equal(seen.ambient, 0);
	}
	/* Those of who started it are as they were. */
	assert_int_equal(status_of("CapEff:"), before);
	assert_int_equal(capabilities_held(), before);
}

static void *hang(void *fd)
{
	char byte;

	return read(*(int *)fd, &byte, 1) == 1 ? fd : NULL;
}

static void hung_thread_is_left_behind(void **state)
{
	static int fds[2];
	uint64_t since_ns = clock_mono_ns();
	pthread_t thread;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(thread_start(&thread, hang, &fds[0], 0), 0);
	assert_false(thread_join(thread, MS(50)));
	assert_true(clock_mono_ns() - since_ns < SECONDS(10));
	close(fds[1]);
}

/* ---- in a process of its own: it is for good ---- */

static bool is_refused(long result)
{
	return result < 0 && errno == EPERM;
}

/* A descriptor that is none: EBADF where the call itself is let through. */
static bool is_let_through(long result)
{
	return result >= 0 || errno == EBADF || errno == EINVAL || errno == EFAULT;
}

static long bpf(int command)
{
	return syscall(__NR_bpf, command, NULL, 0);
}

static void *refused_here_too(void *go_fd)
{
	char byte;
	bool *answer = calloc(1, sizeof(*answer));

	if (answer && read(*(int *)go_fd, &byte, 1) == 1)
		*answer = is_refused(syscall(__NR_delete_module, "", 0)) &&
			  prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
	return answer;
}

/* The number of the first that is not as it should be; 0: all are. */
static int never(void)
{
	int fds[2];
	pthread_t thread;
	void *answer;

	if (pipe(fds) || pthread_create(&thread, NULL, refused_here_too, &fds[0]))
		return 1;
	if (system_calls_refuse(CALLS_NEVER))
		return 2;
	if (!is_refused(syscall(__NR_delete_module, "", 0)) ||
	    !is_refused(mount("", "", "", 0, NULL)))
		return 3;
	if (!is_refused(setns(-1, CLONE_NEWNS)) || !is_let_through(setns(-1, CLONE_NEWNET)))
		return 4;
	/* Without root's capabilities the kernel refuses some of what follows itself. */
	if (!is_let_through(syscall(__NR_execve, NULL, NULL, NULL)) ||
	    socket(AF_INET, SOCK_DGRAM, 0) < 0)
		return 5;
	/* A thread that was there before. */
	if (write(fds[1], "", 1) != 1 || pthread_join(thread, &answer) || !*(bool *)answer)
		return 6;
	return 0;
}

static int when_attached(void)
{
	if (system_calls_refuse(CALLS_NEVER | CALLS_TO_EXECUTE) ||
	    system_calls_refuse(CALLS_AT_START | CALLS_TO_TRACE))
		return 1;
	if (!is_refused(unshare(CLONE_NEWNET)) || !is_refused(bpf(BPF_PROG_LOAD)) ||
	    !is_refused(bpf(BPF_MAP_CREATE)))
		return 2;
	if (!is_refused(syscall(__NR_perf_event_open, NULL, 0, 0, 0, 0)) ||
	    !is_refused(syscall(__NR_execve, NULL, NULL, NULL)))
		return 3;
	return is_refused(syscall(__NR_reboot, 0, 0, 0, NULL)) ? 0 : 4;
}

static int to_read(void)
{
	if (system_calls_refuse(CALLS_NEVER | CALLS_TO_LOOK))
		return 1;
	if (!is_refused(socket(AF_INET, SOCK_DGRAM, 0)) || !is_refused(setns(-1, CLONE_NEWNET)) ||
	    !is_refused(bpf(BPF_MAP_LOOKUP_ELEM)))
		return 2;
	return open("/dev/null", O_RDONLY) < 0 ? 3 : 0;
}

static void says_in_a_child(int (*play)(void))
{
	int status = -1;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid)
		_exit(play());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void calls_are_refused(void **state)
{
	(void)state;
	says_in_a_child(never);
	says_in_a_child(when_attached);
	says_in_a_child(to_read);
}

/* Another's filter is told from our own. */
static int filters(void)
{
	if (system_calls_are_filtered() || system_calls_refuse(CALLS_NEVER))
		return 1;
	return system_calls_are_filtered() ? 2 : 0;
}

static void own_filter_is_no_other(void **state)
{
	(void)state;
	if (status_of("Seccomp:"))
		skip(); /* as in a container */
	says_in_a_child(filters);
}

/* ---- the table ---- */

static void each_use_has_what_it_needs(void **state)
{
	const uint64_t for_good = holdings_for(USE_TO_LOOK | USE_NAMES);

	(void)state;
	assert_int_equal(holdings_for(0), 0);
	assert_int_equal(holdings_for(USE_TO_LOOK), CAPABILITIES_TO_LOOK);
	assert_int_equal(for_good & (CAPABILITY(CAP_BPF) | CAPABILITY(CAP_PERFMON)), 0);
	assert_int_equal(holdings_for(USE_TO_ATTACH) & CAPABILITY(CAP_SYS_MODULE), 0);
	assert_true(holdings_for(USE_WHILE_LATE) & CAPABILITY(CAP_PERFMON));
	for (size_t i = 0; holding_row(i); i++) {
		const struct holding *row = holding_row(i);

		assert_true(row->uses);
		assert_true(*row->what && *row->kept);
		/* What the table says of the time after is what is done. */
		if (!strcmp(row->kept, "kept"))
			assert_true(for_good & CAPABILITY(row->capability));
		else
			assert_int_equal(for_good & CAPABILITY(row->capability), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(thread_keeps_what_it_was_given),
		cmocka_unit_test(calls_are_refused),
		cmocka_unit_test(own_filter_is_no_other),
		cmocka_unit_test(each_use_has_what_it_needs),
		/* Last: a child that is forked while its thread ends inherits ASan's lock, taken. */
		cmocka_unit_test(hung_thread_is_left_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
