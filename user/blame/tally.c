// SPDX-License-Identifier: GPL-2.0-only
#include "blame/tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

/* A namespace, in which something was seen or which was read. */
struct space {
	uint32_t inum;
	bool has_base;
	uint64_t seen, asked_seen, base_seen; /* resets; when last asked; at the base */
	uint64_t base;                        /* what the kernel had counted by then */
	uint64_t missing;                     /* as reported */
};

struct tally {
	struct space *spaces; /* by inum */
	size_t count, size;
	uint64_t lost;  /* resets */
	bool is_broken; /* out of memory: nothing is claimed any more */
};

struct tally *tally_new(void)
{
	return calloc(1, sizeof(struct tally));
}

void tally_free(struct tally *t)
{
	if (!t)
		return;
	free(t->spaces);
	free(t);
}

static size_t position(const struct tally *t, uint32_t inum)
{
	size_t low = 0, high = t->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (t->spaces[middle].inum < inum)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* NULL: out of memory. */
static struct space *space_of(struct tally *t, uint32_t inum)
{
	size_t at = position(t, inum);

	if (at < t->count && t->spaces[at].inum == inum)
		return &t->spaces[at];
	if (!array_reserve(&t->spaces, &t->size, t->count + 1, sizeof(*t->spaces))) {
		t->is_broken = true;
		return NULL;
	}
	memmove(&t->spaces[at + 1], &t->spaces[at], (t->count - at) * sizeof(*t->spaces));
	t->count++;
	t->spaces[at] = (struct space){ .inum = inum };
	return &t->spaces[at];
}

static void add_resets(struct tally *t, uint32_t inum, uint64_t count)
{
	struct space *space = space_of(t, inum);

	if (space)
		space->seen += count;
}

/* What the kernel decided against (TCP MD5 without the key) it does not count: the seen may
 * be more. */
void tally_note(struct tally *t, const struct observation *seen)
{
	if (seen->type == OBSERVATION_RESETS)
		add_resets(t, seen->netns.inum, seen->counted.count);
	else if (seen->type == OBSERVATION_RESET &&
		 (seen->reset.kind == RESET_ANSWER || seen->reset.kind == RESET_ABORT))
		add_resets(t, seen->netns.inum, 1);
	else if (seen->type == OBSERVATION_LOST && sense_is_of_resets(seen->lost.sense))
		t->lost += seen->lost.count;
}

void tally_ask(struct tally *t)
{
	for (size_t i = 0; i < t->count; i++)
		t->spaces[i].asked_seen = t->spaces[i].seen;
}

/* Of what the kernel counted, what is to be explained. A namespace that has the number of
 * one that went begins at nothing, so that its counts are below: all of its own were seen. */
static uint64_t since_base(const struct space *space, uint64_t counted)
{
	return counted > space->base ? counted - space->base : 0;
}

static int compare_space(struct tally *t, struct space *space, uint64_t counted,
			 struct witness_observation *total, source_take_fn take, void *ctx)
{
	struct observation o = { .type = OBSERVATION_WITNESS, .netns.inum = space->inum };
	struct witness_observation *w = &o.witness;
	uint64_t missing;

	w->of = WITNESS_RESETS;
	w->counted = since_base(space, counted);
	w->seen = space->seen - space->base_seen;
	w->lost = t->lost;
	total->namespaces++;
	total->counted += w->counted;
	total->seen += w->seen;
	missing = w->counted > w->seen + w->lost ? w->counted - w->seen - w->lost : 0;
	if (missing <= space->missing)
		return 0;
	w->missing = missing - space->missing;
	space->missing = missing;
	return take(ctx, &o);
}

int tally_compare(struct tally *t, const struct kernel_reading *reading, bool is_last,
		  source_take_fn take, void *ctx)
{
	struct observation all = { .type = OBSERVATION_WITNESS };
	struct witness_observation *total = &all.witness;
	int err = 0;

	for (size_t i = 0; i < reading->count && !err; i++) {
		const struct kernel_count *c = &reading->counts[i];
		struct space *space = space_of(t, c->inum);

		if (t->is_broken)
			return 0;
		if (space->has_base) {
			err = compare_space(t, space, c->resets, total, take, ctx);
			continue;
		}
		space->has_base = true;
		space->base = c->resets;
		space->base_seen = space->asked_seen;
	}
	if (err || !is_last)
		return err;
	total->of = WITNESS_RESETS;
	total->lost = t->lost;
	total->unread = reading->unread;
	return take(ctx, &all);
}
