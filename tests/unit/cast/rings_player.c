// SPDX-License-Identifier: GPL-2.0-only
#include "cast/rings_player.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum { RECORDS = 512, BEHIND_MS = 10 };

struct record {
	struct event_header header;
	char word[16];
};

/* A BPF ring as its reader meets it: positions are counted in records. */
struct ring {
	struct record records[RECORDS];
	bool is_submitted[RECORDS];
	uint64_t read, written;
};

struct merge merge;
struct flush_writer flush;
uint64_t counts_ns;
char told[TOLD_BYTES];
int stops_with;
const char *unfinished;
void (*on_take)(void);

static struct ring rings[MERGE_RINGS];
static char flush_words[RECORDS][16];

/* ---- the merge's ends ---- */

static void read_ring(void *ctx, enum merge_ring which)
{
	struct ring *r = &rings[which];

	(void)ctx;
	while (r->read < r->written && r->is_submitted[r->read]) {
		struct record *record = &r->records[r->read++];

		if (!merge_put(&merge, which, record, sizeof(*record)))
			return;
	}
}

static int tell(const char *word)
{
	void (*call)(void) = on_take;

	assert_true(strlen(told) + strlen(word) + 2 < sizeof(told));
	if (told[0])
		strcat(told, " ");
	strcat(told, word);
	on_take = NULL;
	if (call)
		call();
	return stops_with;
}

static int take(void *ctx, const void *record, size_t size)
{
	(void)ctx;
	assert_int_equal(size, sizeof(struct record));
	return tell(((const struct record *)record)->word);
}

static int take_removed(void *ctx, const struct event_flush_slot *slots, size_t *used)
{
	(void)ctx;
	*used = 1;
	return tell(flush_words[((const struct event_removed4 *)slots)->addresses[0]]);
}

static bool is_reset_whole(void *ctx, const void *record, size_t size)
{
	(void)ctx;
	(void)size;
	return strcmp(((const struct record *)record)->word, unfinished) != 0;
}

static int give_up(void *ctx, enum merge_ring which)
{
	(void)ctx;
	return tell(which == MERGE_STATE ? "(state given up)" : "(resets given up)");
}

static int take_counts(void *ctx)
{
	(void)ctx;
	counts_ns = 0;
	return tell("counts");
}

/* ---- the probes ---- */

size_t reserve(enum merge_ring which)
{
	assert_true(rings[which].written < RECORDS);
	return rings[which].written++;
}

void submit(enum merge_ring which, size_t at, uint64_t ms, const char *word)
{
	struct record *record = &rings[which].records[at];

	record->header = (struct event_header){ .len = sizeof(*record), .ts_ns = MS(ms) };
	snprintf(record->word, sizeof(record->word), "%s", word);
	rings[which].is_submitted[at] = true;
}

void state(uint64_t ms, const char *word)
{
	submit(MERGE_STATE, reserve(MERGE_STATE), ms, word);
}

void reset(uint64_t ms, const char *word)
{
	submit(MERGE_RESETS, reserve(MERGE_RESETS), ms, word);
}

void removed(uint64_t ms, const char *word)
{
	struct event_removed4 e = { .head = { .ts_ns = MS(ms), .family = AF_INET },
				    .addresses = { (uint32_t)flush.head } };

	snprintf(flush_words[flush.head], sizeof(flush_words[0]), "%s", word);
	flush_writer_push(&flush, &e);
}

/* ---- the reader ---- */

int run(uint64_t now_ms)
{
	return merge_run(&merge, MS(now_ms), MS(now_ms - BEHIND_MS));
}

int rings_player_begin(void **s)
{
	(void)s;
	memset(&merge, 0, sizeof(merge));
	memset(rings, 0, sizeof(rings));
	told[0] = '\0';
	counts_ns = 0;
	stops_with = 0;
	on_take = NULL;
	unfinished = "";
	merge.ends = (struct merge_ends){ .read = read_ring,
					  .take = take,
					  .take_removed = take_removed,
					  .is_whole = is_reset_whole,
					  .give_up = give_up,
					  .take_counts = take_counts };
	merge.counts_ns = &counts_ns;
	for (enum merge_ring i = 0; i < MERGE_RINGS; i++) {
		merge.lanes[i].gauge.read = &rings[i].read;
		merge.lanes[i].gauge.written = &rings[i].written;
	}
	flush_writer_open(&flush, &merge.flush);
	return 0;
}

int rings_player_end(void **s)
{
	(void)s;
	flush_writer_close(&flush, &merge.flush);
	return 0;
}

uint64_t records_read(enum merge_ring which)
{
	return rings[which].read;
}
