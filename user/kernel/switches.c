// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/switches.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "node/kernel_file.h"

#define FTRACE_FILE "/proc/sys/kernel/ftrace_enabled"
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

enum switch_state switch_refused(enum switch_id id, int err)
{
	return id == SWITCH_FTRACE && err == ENODEV ? SWITCH_DEAD : SWITCH_UNKNOWN;
}

bool switch_silences(enum switch_state state)
{
	return state == SWITCH_OFF || state == SWITCH_DEAD;
}

const char *switch_state_name(enum switch_state state)
{
	static const char *const names[] = { "unknown", "on", "off", "dead" };

	return names[state];
}

enum sense switch_sense(enum switch_id id)
{
	return id == SWITCH_FTRACE ? SENSE_FTRACE : SENSE_KPROBES;
}

void switches_open(struct switches *s)
{
	memset(s, 0, sizeof(*s));
	s->fds[SWITCH_FTRACE] = open(FTRACE_FILE, O_RDONLY | O_CLOEXEC);
	s->fds[SWITCH_KPROBES] = kernel_file_open("debugfs", "/sys/kernel/debug", KPROBES_FILE);
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
		enum switch_state now = len < 0 && s->fds[i] > 0 ? switch_refused(i, errno) :
					len <= 0                 ? SWITCH_UNKNOWN :
								   switch_parse(text, (size_t)len);

		has_turned |= now != s->states[i];
		s->states[i] = now;
	}
	return has_turned;
}
