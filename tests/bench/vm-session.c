// SPDX-License-Identifier: GPL-2.0-only
/* One session from start to end, without a shell's forks in its times. */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "vm-tool.h"

static pid_t start(char **command, int *out)
{
	int ends[2];
	pid_t pid;

	if (pipe(ends))
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		execvp(command[0], command);
		die(command[0]);
	}
	close(ends[1]);
	*out = ends[0];
	return pid;
}

/* rstblame's first line is written when all is attached. */
static void wait_for_line(int fd)
{
	char byte;

	do {
		if (read(fd, &byte, 1) != 1) {
			errno = EPIPE;
			die("ended before it was attached");
		}
	} while (byte != '\n');
}

/* Until it is closed. When the last of it came. */
static uint64_t drain(int fd)
{
	uint64_t last = now_ns();
	char buffer[4096];

	while (read(fd, buffer, sizeof(buffer)) > 0)
		last = now_ns();
	return last;
}

static FILE *open_proc(pid_t pid, const char *name)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	file = fopen(path, "r");
	if (!file)
		die(path);
	return file;
}

/* Time on a CPU, of all threads, those that have ended too. */
static uint64_t cpu_ns(pid_t pid)
{
	struct timespec spent;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &spent))
		die("the process's clock");
	return (uint64_t)spent.tv_sec * 1000000000 + (uint64_t)spent.tv_nsec;
}

static unsigned long long status_number(pid_t pid, const char *key)
{
	FILE *file = open_proc(pid, "status");
	unsigned long long value = 0;
	char line[256];

	while (fgets(line, sizeof(line), file))
		if (!strncmp(line, key, strlen(key)) && line[strlen(key)] == ':')
			value = strtoull(line + strlen(key) + 1, NULL, 10);
	fclose(file);
	return value;
}

struct resident {
	unsigned long long rings_kb, rest_kb;
};

/* Maps of BPF maps and of perf events are called anon_inode: the rest is the process's
 * own. */
static struct resident resident(pid_t pid)
{
	FILE *file = open_proc(pid, "smaps");
	struct resident r = { 0, 0 };
	char line[512];
	int is_ring = 0;

	while (fgets(line, sizeof(line), file)) {
		if (isdigit((unsigned char)line[0]) || (line[0] >= 'a' && line[0] <= 'f'))
			is_ring = strstr(line, "anon_inode:") != NULL;
		else if (!strncmp(line, "Rss:", 4))
			*(is_ring ? &r.rings_kb : &r.rest_kb) += strtoull(line + 4, NULL, 10);
	}
	fclose(file);
	return r;
}

int measure_session(unsigned idle_s, char **command)
{
	uint64_t started, attached, interrupted, reported, attach_cpu, idle_cpu;
	unsigned long long switches;
	struct resident r;
	struct rusage usage;
	int out, status;
	pid_t pid;

	started = now_ns();
	pid = start(command, &out);
	wait_for_line(out);
	attached = now_ns();
	attach_cpu = cpu_ns(pid);
	sleep(1); /* what it does once, after its first line */
	switches = status_number(pid, "voluntary_ctxt_switches");
	idle_cpu = cpu_ns(pid);
	sleep(idle_s);
	switches = status_number(pid, "voluntary_ctxt_switches") - switches;
	idle_cpu = cpu_ns(pid) - idle_cpu;
	r = resident(pid);
	interrupted = now_ns();
	kill(pid, SIGINT);
	reported = drain(out);
	if (wait4(pid, &status, 0, &usage) != pid)
		die("wait");
	printf("{\"attach_ns\":%llu,\"attach_cpu_ns\":%llu,\"report_ns\":%llu,\"detach_ns\":%llu,\"idle_s\":%u,"
	       "\"idle_wakeups\":%llu,\"idle_cpu_ns\":%llu,\"resident_kb\":%llu,\"rings_kb\":%llu,"
	       "\"peak_kb\":%ld,\"status\":%d}\n",
	       (unsigned long long)(attached - started), (unsigned long long)attach_cpu,
	       (unsigned long long)(reported - interrupted),
	       (unsigned long long)(now_ns() - interrupted), idle_s, switches,
	       (unsigned long long)idle_cpu, r.rest_kb, r.rings_kb, usage.ru_maxrss,
	       WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	return 0;
}
