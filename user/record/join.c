// SPDX-License-Identifier: GPL-2.0-only
/* Which recordings are parts of one, and in what order. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "record/recording.h"

struct part {
	struct recording *recording;
	const struct start_observation *start; /* NULL: not known */
};

/* The same run of the same host. */
static bool is_of_one(const struct part *a, const struct part *b)
{
	return a->start && b->start && a->start->part && b->start->part &&
	       a->start->began_wall_ns == b->start->began_wall_ns &&
	       !strcmp(a->start->host, b->start->host);
}

/* Those of one recording by their numbers; all others stay where they were. */
static void order(struct part *parts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t k = i + 1; k < count; k++)
			if (is_of_one(&parts[i], &parts[k]) &&
			    parts[k].start->part < parts[i].start->part) {
				struct part swap = parts[i];

				parts[i] = parts[k];
				parts[k] = swap;
			}
}

/* They are in order: whether the file is one that was named before, too. */
static bool is_given_before(const struct part *parts, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (is_of_one(&parts[i], &parts[at]) &&
		    parts[i].start->part == parts[at].start->part)
			return true;
	return false;
}

size_t recordings_join(struct recording **recordings, size_t count)
{
	struct part *parts = calloc(count, sizeof(*parts));
	size_t left = 0;

	if (!parts)
		return count; /* each by itself */
	for (size_t i = 0; i < count; i++)
		parts[i] = (struct part){ recordings[i], recording_start(recordings[i]) };
	order(parts, count);
	for (size_t i = 0; i < count; i++) {
		size_t first = 0;

		while (first < i && !is_of_one(&parts[first], &parts[i]))
			first++;
		if (first < i) {
			if (!is_given_before(parts, i))
				recording_append(parts[first].recording, parts[i].recording);
			continue;
		}
		recording_set_node(parts[i].recording, (uint32_t)left);
		recordings[left++] = parts[i].recording;
	}
	free(parts);
	return left;
}
