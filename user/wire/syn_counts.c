// SPDX-License-Identifier: GPL-2.0-only
#include "wire/syn_counts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "bpf/event.h"

/* The maps hold little more keys than half of it. */
enum { TOLD_SLOTS = 2 * EVENT_SYN_PORTS_MAX, TOLD_MAX = TOLD_SLOTS / 4 * 3 };

struct syn_told {
	struct event_syn_key key;
	bool is_used, is_other, is_gone;
	uint64_t count;   /* as last told */
	uint64_t last_ns; /* of those */
};

struct syn_row {
	struct syn_told *told;
	uint8_t generation;
	uint64_t added; /* since it was told */
	uint64_t first_ns, last_ns;
};

void syn_counts_release(struct syn_counts *c)
{
	free(c->told);
	free(c->rows);
	free(c->ports);
	memset(c, 0, sizeof(*c));
}

static bool is_same(const struct syn_told *t, const struct event_syn_key *key, bool is_other)
{
	return t->is_other == is_other && t->key.netns == key->netns && t->key.port == key->port &&
	       t->key.family == key->family && t->key.generation == key->generation;
}

static struct syn_told *find_told(struct syn_counts *c, const struct event_syn_key *key,
				  bool is_other)
{
	uint64_t hash = ((uint64_t)key->netns << 32) ^ ((uint64_t)key->port << 16) ^
			((uint64_t)key->generation << 8) ^ key->family;
	size_t at = (size_t)((hash * 0x9e3779b97f4a7c15ULL) >> 32) % TOLD_SLOTS;

	if (!c->told)
		c->told = calloc(TOLD_SLOTS, sizeof(*c->told));
	if (!c->told)
		return NULL;
	while (c->told[at].is_used && !is_same(&c->told[at], key, is_other))
		at = (at + 1) % TOLD_SLOTS;
	if (c->told[at].is_used)
		return &c->told[at];
	if (c->told_count == TOLD_MAX)
		return NULL;
	c->told_count++;
	c->told[at] = (struct syn_told){ .key = *key, .is_used = true, .is_other = is_other };
	return &c->told[at];
}

static struct syn_row *add_row(struct syn_counts *c)
{
	size_t count = c->rows_count + 1;

	if (!array_reserve(&c->rows, &c->rows_size, count, sizeof(*c->rows)) ||
	    !array_reserve(&c->ports, &c->ports_size, count, sizeof(*c->ports)))
		return NULL;
	return &c->rows[c->rows_count++];
}

void syn_counts_begin(struct syn_counts *c, uint8_t generation)
{
	c->generation = generation;
	c->rows_count = c->next = 0;
}

int syn_counts_take(struct syn_counts *c, const struct event_syn_key *key,
		    const struct event_syn_count *count, bool is_other)
{
	struct syn_told *told = find_told(c, key, is_other);
	struct syn_row *row;

	if (!told)
		return -ENOMEM;
	told->is_gone = false;
	if (count->count == told->count)
		return 0;
	row = add_row(c);
	if (!row)
		return -ENOMEM;
	*row = (struct syn_row){ .told = told,
				 .generation = is_other ? c->generation : key->generation,
				 .added = count->count - told->count,
				 .first_ns = count->first_ns,
				 .last_ns = count->last_ns };
	/* A round may begin a moment late on another CPU. */
	if (row->first_ns < told->last_ns)
		row->first_ns = told->last_ns;
	if (row->last_ns < row->first_ns)
		row->last_ns = row->first_ns;
	return 0;
}

bool syn_counts_is_empty(const struct syn_counts *c)
{
	return c->next == c->rows_count;
}

static bool is_same_place(const struct syn_row *a, const struct syn_row *b)
{
	return a->told->key.netns == b->told->key.netns &&
	       a->told->key.family == b->told->key.family && a->generation == b->generation;
}

/* By namespace, family and generation, in which a port is once; of one, what was counted
 * most comes first. */
static int compare_rows(const void *a, const void *b)
{
	const struct syn_row *x = a, *y = b;

	if (x->told->key.netns != y->told->key.netns)
		return x->told->key.netns < y->told->key.netns ? -1 : 1;
	if (x->told->key.family != y->told->key.family)
		return x->told->key.family < y->told->key.family ? -1 : 1;
	if (x->generation != y->generation)
		return x->generation < y->generation ? -1 : 1;
	if (x->added != y->added)
		return x->added > y->added ? -1 : 1;
	return ntohs(x->told->key.port) - ntohs(y->told->key.port);
}

static void tell_row(struct syn_counts *c, const struct syn_row *row, uint64_t wall_offset_ns,
		     struct resets_observation *out)
{
	uint64_t first_ns = row->first_ns + wall_offset_ns, last_ns = row->last_ns + wall_offset_ns;

	out->count += row->added;
	if (!out->first_wall_ns || first_ns < out->first_wall_ns)
		out->first_wall_ns = first_ns;
	if (last_ns > out->last_wall_ns)
		out->last_wall_ns = last_ns;
	if (!row->told->is_other)
		c->ports[out->ports_count++] =
			(struct port_count){ .port = ntohs(row->told->key.port),
					     .count = row->added };
	row->told->count += row->added;
	row->told->last_ns = row->last_ns;
}

bool syn_counts_tell(struct syn_counts *c, uint64_t wall_offset_ns, struct observation *out)
{
	const struct syn_row *first;

	if (!c->next && c->rows_count)
		qsort(c->rows, c->rows_count, sizeof(*c->rows), compare_rows);
	if (syn_counts_is_empty(c)) {
		syn_counts_begin(c, c->generation);
		return false;
	}
	first = &c->rows[c->next];
	memset(out, 0, sizeof(*out));
	out->type = OBSERVATION_RESETS;
	out->netns.inum = first->told->key.netns;
	out->counted.family = first->told->key.family;
	out->counted.ports = c->ports;
	do
		tell_row(c, &c->rows[c->next++], wall_offset_ns, &out->counted);
	while (!syn_counts_is_empty(c) && is_same_place(first, &c->rows[c->next]));
	return true;
}

size_t syn_counts_past(const struct syn_counts *c, struct event_syn_key *keys)
{
	size_t count = 0;

	for (size_t i = 0; c->told && i < TOLD_SLOTS && count < EVENT_SYN_PORTS_MAX; i++) {
		const struct syn_told *t = &c->told[i];

		if (t->is_used && !t->is_other && t->key.generation != c->generation)
			keys[count++] = t->key;
	}
	return count;
}

void syn_counts_drop(struct syn_counts *c, const struct event_syn_key *keys, size_t count)
{
	struct syn_told *before = c->told, *after = calloc(TOLD_SLOTS, sizeof(*after));

	for (size_t i = 0; i < count; i++) {
		struct syn_told *t = find_told(c, &keys[i], false);

		if (t) {
			t->count = t->last_ns = 0;
			t->is_gone = true;
		}
	}
	if (!after) /* what is gone takes its place until then */
		return;
	syn_counts_begin(c, c->generation); /* rows point into the one before */
	c->told = after;
	c->told_count = 0;
	for (size_t i = 0; before && i < TOLD_SLOTS; i++)
		if (before[i].is_used && !before[i].is_gone)
			*find_told(c, &before[i].key, before[i].is_other) = before[i];
	free(before);
}
