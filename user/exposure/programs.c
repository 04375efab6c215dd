// SPDX-License-Identifier: GPL-2.0-only
#include "exposure/programs.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/process.h"

enum { WORDS_BYTES = 1024 };

static bool is_last_part(const char *word, size_t len, const char *name)
{
	size_t wanted = strlen(name);

	/* dhcpcd calls itself "dhcpcd: up0 [ip4]". */
	if (len && word[len - 1] == ':')
		len--;
	return len >= wanted && !strncmp(word + len - wanted, name, wanted) &&
	       (len == wanted || word[len - wanted - 1] == '/');
}

bool program_is(const char *words, const char *name)
{
	size_t len = strcspn(words, " ");

	if (is_last_part(words, len, name))
		return true;
	if (!is_last_part(words, len, "busybox") || !words[len])
		return false;
	return is_last_part(words + len + 1, strcspn(words + len + 1, " "), name);
}

bool program_has_word(const char *words, const char *word)
{
	size_t wanted = strlen(word);

	for (const char *at = words; (at = strstr(at, word)); at++)
		if ((at == words || at[-1] == ' ') && (!at[wanted] || at[wanted] == ' '))
			return true;
	return false;
}

/* A container's DHCP client has nothing to do with the node's addresses. */
static bool is_in(const char *own, uint32_t pid)
{
	char its[64];

	process_read_link(pid, "ns/net", its, sizeof(its));
	return *its && !strcmp(own, its);
}

static void take_process(uint32_t pid, program_fn take, void *ctx)
{
	struct look_place place = { .line = 0 };
	char words[WORDS_BYTES];
	ssize_t len = process_read(pid, "cmdline", words, sizeof(words));

	while (len > 0 && !words[len - 1])
		len--;
	if (len <= 0)
		return; /* a thread of the kernel's, or it went */
	for (ssize_t i = 0; i < len; i++)
		if (!words[i])
			words[i] = ' ';
	words[len] = '\0';
	snprintf(place.path, sizeof(place.path), "/proc/%u/cmdline", pid);
	take(ctx, words, &place);
}

static bool list_live(program_fn take, void *ctx)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;
	char own[64];

	process_read_link((uint32_t)getpid(), "ns/net", own, sizeof(own));
	while (proc && (entry = readdir(proc))) {
		uint32_t pid = (uint32_t)strtoul(entry->d_name, NULL, 10);

		if (isdigit((unsigned char)entry->d_name[0]) && is_in(own, pid))
			take_process(pid, take, ctx);
	}
	if (proc)
		closedir(proc);
	return proc != NULL;
}

/* How many columns stand before COMMAND, which is the last; 0: it is not the head. */
static unsigned int columns_before_command(const char *head)
{
	const char *end = strstr(head, "COMMAND");
	unsigned int columns = 0;

	for (bool was_blank = true; end && head < end; head++) {
		columns += was_blank && *head != ' ';
		was_blank = *head == ' ';
	}
	return columns;
}

static const char *skip_columns(const char *line, unsigned int columns)
{
	for (; columns; columns--) {
		line += strspn(line, " ");
		line += strcspn(line, " ");
	}
	return line + strspn(line, " ");
}

bool programs_list(const struct node_files *files, program_fn take, void *ctx)
{
	static const char *const names[] = { "process/ps_auxwwwm", "process/ps_auxwww*",
					     "process/ps_*", NULL };
	struct look_place place;
	char line[WORDS_BYTES];
	unsigned int columns = 0;
	FILE *file;

	if (files->is_live)
		return list_live(take, ctx);
	file = node_command_open(files, names, &place);
	while (file && fgets(line, sizeof(line), file)) {
		place.line++;
		line[strcspn(line, "\n")] = '\0';
		if (!columns)
			columns = columns_before_command(line);
		else
			take(ctx, skip_columns(line, columns), &place);
	}
	if (file)
		fclose(file);
	return file != NULL;
}
