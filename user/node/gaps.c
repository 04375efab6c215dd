// SPDX-License-Identifier: GPL-2.0-only
#include "node/gaps.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/data_paths.h"
#include "node/namespaces.h"

static char *next(struct gaps *out)
{
	return out->lines[out->count < GAPS_HERE_MAX ? out->count++ : GAPS_HERE_MAX - 1];
}

static bool has_capability(const char *name)
{
	for (size_t i = 0; privilege_name(i); i++)
		if (!strcmp(privilege_name(i), name))
			return privilege_has(i);
	return false;
}

void gaps_note_setns(struct gaps *out, int err, const struct privilege_facts *facts)
{
	const char *cure = privilege_cure(err, facts);

	if (err)
		snprintf(
			next(out), GAP_BYTES,
			"setns is refused (%s): sockets in other network namespaces are not looked "
			"up%s%s",
			strerror(-err), cure ? "; " : "", cure ? cure : "");
}

/* Whoever has the capability may be refused by a filter. */
static void find_namespaces(struct gaps *out)
{
	struct privilege_facts facts;
	int home = namespace_remember(), err = home < 0 ? home : namespace_return(home);

	if (home >= 0)
		close(home);
	if (!has_capability("CAP_SYS_ADMIN"))
		return; /* that is said */
	privilege_look(&facts);
	gaps_note_setns(out, err, &facts);
}

/* By a setting that holds for root as well. */
static void find_symbols(struct gaps *out)
{
	if (has_capability("CAP_SYSLOG") && !privilege_sees_symbols())
		snprintf(next(out), GAP_BYTES,
			 "the kernel hides its symbols' addresses (kernel.kptr_restrict is 2): "
			 "functions in kernel stacks have no names, so causes that only a stack "
			 "tells stay unknown; sysctl kernel.kptr_restrict=1");
}

void gaps_note_data_paths(struct gaps *out, const struct data_paths *paths)
{
	for (size_t i = 0; i < paths->count; i++)
		data_path_format(&paths->items[i], next(out), GAP_BYTES);
}

static void find_data_paths(struct gaps *out)
{
	struct data_paths paths;

	data_paths_find(&paths);
	gaps_note_data_paths(out, &paths);
}

void gaps_find(struct gaps *out)
{
	char why[GAP_BYTES];
	bool is_told = false;

	out->count = 0;
	for (size_t i = 0; privilege_name(i); i++)
		if (*privilege_gap(i, why, sizeof(why)))
			snprintf(next(out), GAP_BYTES, "%s", why);
	if (!privilege_sees_processes(why, sizeof(why))) {
		for (size_t i = 0; i < out->count; i++)
			is_told |= !strcmp(out->lines[i], why);
		if (!is_told)
			snprintf(next(out), GAP_BYTES, "%s", why);
	}
	find_namespaces(out);
	find_symbols(out);
	find_data_paths(out);
}
