// SPDX-License-Identifier: GPL-2.0-only
#include "session/replacement.h"

#include <stdio.h>
#include <unistd.h>

#include "kernel/replaced.h"
#include "node/kernel_file.h"
#include "session/watch_private.h"

#define LIVEPATCHES "/sys/kernel/livepatch"
#define TABLE "enabled_functions"

/* NULL: this kernel has none, or does not show it. */
static FILE *open_table(void)
{
	int fd = kernel_file_open("tracefs", "/sys/kernel/tracing", TABLE);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

	if (fd >= 0 && !file)
		close(fd);
	return file;
}

uint32_t replacement_find(struct probe_result *results)
{
	uint32_t found = replaced_by_patches(LIVEPATCHES, results);
	FILE *table = open_table();

	if (!table)
		return found;
	found |= replaced_by_others(table, results);
	fclose(table);
	return found;
}

static void observe_loss(struct run *run, uint32_t found)
{
	struct observation seen = { 0 };

	if (!found)
		return;
	run_stamp(&seen, OBSERVATION_LOST);
	seen.lost.sense = SENSE_REPLACED;
	seen.lost.count = (uint64_t)__builtin_popcount(found);
	snprintf(seen.lost.probe, sizeof(seen.lost.probe), "%s", sense_word(SENSE_REPLACED));
	run_observe(run, &seen);
}

void replacement_begin(struct run *run)
{
	observe_loss(run, run->replaced);
}

static void observe(struct run *run, uint32_t found)
{
	for (size_t i = 0; i < EVENT_PROBES; i++)
		if (found >> i & 1)
			run_observe_probe(run, i);
	observe_loss(run, found);
}

void replacement_look(struct run *run)
{
	observe(run, replaced_by_patches(LIVEPATCHES, run->probes));
}

void replacement_end(struct run *run)
{
	observe(run, replacement_find(run->probes));
}
