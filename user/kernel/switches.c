// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/switches.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define FTRACE_FILE "/proc/sys/kernel/ftrace_enabled"
#define DEBUGFS "/sys/kernel/debug/"
#define KPROBES_FILE "kprobes/enabled"

enum switch_state switch_parse(const char *text, size_t len)
{
	if (!len)
		return SWITCH_UNKNOWN;
	switch (text[0]) {
	case '1':
	case 'Y':
		return SWITCH_ON;
	case '0':
	case 'N':
		return SWITCH_OFF;
	default:
		return SWITCH_UNKNOWN;
	}
}

const char *switch_state_name(enum switch_state state)
{
	static const char *const names[] = { "unknown", "on", "off" };

	return names[state];
}

enum sense switch_sense(enum switch_id id)
{
	return id == SWITCH_FTRACE ? SENSE_FTRACE : SENSE_KPROBES;
}

/* Asked for by name, a file system that is not there is looked for among the modules. */
static bool has_debugfs(void)
{
	FILE *file = fopen("/proc/filesystems", "re");
	char line[64];
	bool is_there = false;

	while (file && !is_there && fgets(line, sizeof(line), file))
		is_there = strstr(line, "\tdebugfs\n") != NULL;
	if (file)
		fclose(file);
	return is_there;
}

/* A mount without a place, in no namespace; the open file keeps it until it is closed. */
static int open_unmounted(void)
{
	int fs, mount = -1, fd = -1;

	if (!has_debugfs())
		return -1;
	fs = fsopen("debugfs", FSOPEN_CLOEXEC);
	if (fs >= 0 && !fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		mount = fsmount(fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_RDONLY);
	if (mount >= 0)
		fd = openat(mount, KPROBES_FILE, O_RDONLY | O_CLOEXEC);
	if (mount >= 0)
		close(mount);
	if (fs >= 0)
		close(fs);
	return fd;
}

void switches_open(struct switches *s)
{
	memset(s, 0, sizeof(*s));
	s->fds[SWITCH_FTRACE] = open(FTRACE_FILE, O_RDONLY | O_CLOEXEC);
	s->fds[SWITCH_KPROBES] = open(DEBUGFS KPROBES_FILE, O_RDONLY | O_CLOEXEC);
	if (s->fds[SWITCH_KPROBES] < 0)
		s->fds[SWITCH_KPROBES] = open_unmounted();
	switches_read(s);
}

void switches_close(struct switches *s)
{
	for (enum switch_id i = 0; i < SWITCHES; i++)
		if (s->fds[i] > 0)
			close(s->fds[i]);
	memset(s, 0, sizeof(*s));
}

bool switches_read(struct switches *s)
{
	bool has_turned = false;

	for (enum switch_id i = 0; i < SWITCHES; i++) {
		char text[8];
		ssize_t len = s->fds[i] > 0 ? pread(s->fds[i], text, sizeof(text), 0) : -1;
		enum switch_state now = len > 0 ? switch_parse(text, (size_t)len) : SWITCH_UNKNOWN;

		has_turned |= now != s->states[i];
		s->states[i] = now;
	}
	return has_turned;
}
