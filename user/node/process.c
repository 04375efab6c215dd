// SPDX-License-Identifier: GPL-2.0-only
#include "node/process.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/nsec.h"
#include "node/cgroup.h"
#include "node/container.h"

enum { STAT_START_TIME = 22 };

ssize_t process_read(uint32_t pid, const char *name, char *buf, size_t size)
{
	char path[48];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : read(fd, buf, size - 1);
	buf[len > 0 ? len : 0] = '\0';
	if (fd >= 0)
		close(fd);
	return len;
}

void process_read_link(uint32_t pid, const char *name, char *buf, size_t size)
{
	char path[48];
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/%u/%s", pid, name);
	len = readlink(path, buf, size - 1);
	buf[len > 0 ? len : 0] = '\0';
}

bool process_start_ticks(uint32_t pid, uint64_t *ticks)
{
	char stat[1024];
	const char *field;

	if (process_read(pid, "stat", stat, sizeof(stat)) <= 0)
		return false;
	field = strrchr(stat, ')'); /* comm may hold anything, parentheses too */
	for (int i = 2; field && i < STAT_START_TIME; i++)
		field = strchr(field + 1, ' ');
	*ticks = field ? strtoull(field + 1, NULL, 10) : 0;
	return field;
}

bool process_is_since(uint32_t pid, uint64_t ticks)
{
	uint64_t now;

	return process_start_ticks(pid, &now) && now == ticks;
}

uint64_t process_tick_ns(void)
{
	return NSEC_PER_SEC / (uint64_t)sysconf(_SC_CLK_TCK);
}

/* The pid may be another process by now: the start times tell. The kernel's
 * start_boottime is in nanoseconds, /proc shows it in clock ticks. */
static bool is_same_process(const struct actor *actor)
{
	return process_is_since(actor->pid, actor->start_boottime_ns / process_tick_ns());
}

static void read_process(struct actor *actor)
{
	char cgroup[1024];
	const char *v2;

	if (!actor->pid || !is_same_process(actor))
		return;
	if (!actor->exe[0]) /* else it is known of the moment itself */
		process_read_link(actor->pid, "exe", actor->exe, sizeof(actor->exe));
	if (process_read(actor->pid, "cgroup", cgroup, sizeof(cgroup)) <= 0)
		return;
	v2 = strstr(cgroup, "0::/");
	if (!v2)
		return;
	/* The whole path knows better than the last part, which the record has. */
	actor->unit[0] = actor->container[0] = '\0';
	cgroup_read(v2 + 4, actor);
}

/* His container may be known of the event itself, and outlive him. */
void process_describe_actor(struct actor *actor)
{
	read_process(actor);
	container_name("", actor);
}

void process_describe_observation(struct observation *seen)
{
	if (seen->type == OBSERVATION_ADDRESS || seen->type == OBSERVATION_LINK)
		process_describe_actor(&seen->change.actor);
	else if (seen->type == OBSERVATION_ACT_BEGIN)
		process_describe_actor(&seen->act.actor);
	else if (seen->type == OBSERVATION_RESET)
		process_describe_actor(&seen->reset.ended.by);
	else if (seen->type == OBSERVATION_LISTENER)
		process_describe_actor(&seen->listener.actor);
	else if (seen->type == OBSERVATION_RULES)
		process_describe_actor(&seen->rules.actor);
}
