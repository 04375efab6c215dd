// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/replaced.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(EVENT_PROBES <= 32, "a bit for each");

/* "nf_ct_delete.part.0" is a part of nf_ct_delete: whoever replaces this leaves that unused. */
static bool is_function(const struct probe_result *result, const char *name, size_t len)
{
	size_t own = strcspn(result->symbol, ".");

	return own && own == len && !strncmp(result->symbol, name, len);
}

/* What it has to say by itself is more. */
static uint32_t note(struct probe_result *results, const char *name, size_t len, const char *by)
{
	uint32_t noted = 0;

	for (size_t i = 0; i < EVENT_PROBES; i++) {
		struct probe_result *r = &results[i];

		if (!probe_sees(r->state) || r->why[0] || !is_function(r, name, len))
			continue;
		snprintf(r->why, sizeof(r->why), "%.*s was taken over by %s", (int)len, name, by);
		noted |= 1U << i;
	}
	return noted;
}

/* ---- livepatches: PATCH/enabled, PATCH/OBJECT/FUNCTION,POSITION ---- */

static DIR *open_below(int directory, const char *name)
{
	int fd = openat(directory, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *opened = fd < 0 ? NULL : fdopendir(fd);

	if (fd >= 0 && !opened)
		close(fd);
	return opened;
}

static bool is_enabled(int patch)
{
	int fd = openat(patch, "enabled", O_RDONLY | O_CLOEXEC);
	char value = '0';
	bool is_read = fd >= 0 && read(fd, &value, 1) == 1;

	if (fd >= 0)
		close(fd);
	return is_read && value == '1';
}

static uint32_t note_object(int patch, const char *object, const char *by,
			    struct probe_result *results)
{
	DIR *functions = open_below(patch, object);
	const struct dirent *entry;
	uint32_t noted = 0;

	while (functions && (entry = readdir(functions)))
		noted |= note(results, entry->d_name, strcspn(entry->d_name, ","), by);
	if (functions)
		closedir(functions);
	return noted;
}

static uint32_t note_patch(int directory, const char *name, struct probe_result *results)
{
	DIR *patch = open_below(directory, name);
	const struct dirent *entry;
	uint32_t noted = 0;
	char by[96];

	if (!patch)
		return 0;
	snprintf(by, sizeof(by), "the livepatch %.64s", name);
	while (is_enabled(dirfd(patch)) && (entry = readdir(patch)))
		if (entry->d_name[0] != '.')
			noted |= note_object(dirfd(patch), entry->d_name, by, results);
	closedir(patch);
	return noted;
}

uint32_t replaced_by_patches(const char *directory, struct probe_result *results)
{
	DIR *patches = open_below(AT_FDCWD, directory);
	const struct dirent *entry;
	uint32_t noted = 0;

	while (patches && (entry = readdir(patches)))
		if (entry->d_name[0] != '.')
			noted |= note_patch(dirfd(patches), entry->d_name, results);
	if (patches)
		closedir(patches);
	return noted;
}

/* ---- enabled_functions: t_show() in kernel/trace/ftrace.c ----
 *
 *	tcp_reset (2) R I     	tramp: ftrace_regs_caller+0x0/0x65 (…)
 *	nf_ct_delete [nf_conntrack] (1)     D   M
 *		direct-->bpf_trampoline_6442505669_0+0x0/0x1000
 */

#define DIRECT "direct-->"

/* Before SHARE_IPMODIFY (53cd885bc5c3, 6.0) a direct call, BPF's own fentry too, has `I` by
 * itself and shares the function with nobody; since then a livepatch beside one is found as
 * a livepatch. So `I` says something only without `D`.
 *
 * The flags stand between the count of users and what is behind a tab, or an arrow. */
static bool has_flag(const char *line, char flag)
{
	const char *flags = strchr(line, ')');
	size_t len = flags ? strcspn(flags, "\t\n-") : 0;

	return flags && memchr(flags, flag, len);
}

/* BPF shares its one with all other programs of that function; an address has no name. */
static bool is_of_bpf(const char *direct)
{
	return !strncmp(direct, "bpf_", 4) || !strncmp(direct, "0x", 2);
}

static uint32_t note_direct(const char *direct, const char *function, struct probe_result *results)
{
	char by[96];

	if (is_of_bpf(direct))
		return 0;
	snprintf(by, sizeof(by), "a direct call of %.*s", (int)strcspn(direct, "+ \t\n"), direct);
	return note(results, function, strlen(function), by);
}

uint32_t replaced_by_others(FILE *enabled_functions, struct probe_result *results)
{
	char line[512], function[128] = "";
	uint32_t noted = 0;

	while (fgets(line, sizeof(line), enabled_functions)) {
		const char *direct = strstr(line, DIRECT);

		if (line[0] != '\t' && line[0] != ' ') {
			snprintf(function, sizeof(function), "%.*s", (int)strcspn(line, " \t\n"),
				 line);
			if (has_flag(line, 'I') && !has_flag(line, 'D'))
				noted |= note(results, function, strlen(function),
					      "someone who may change where it goes on (IPMODIFY)");
		}
		if (direct)
			noted |= note_direct(direct + strlen(DIRECT), function, results);
	}
	return noted;
}
