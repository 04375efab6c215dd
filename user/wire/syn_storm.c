// SPDX-License-Identifier: GPL-2.0-only
#include "wire/syn_storm.h"

#include <errno.h>
#include <stdlib.h>

#include "base/nsec.h"
#include "bpf/event.h"

/* Not more than one look in that time, and as long as that after the last sample. */
#define LOOK_NS NSEC_PER_SEC

void syn_storm_release(struct syn_storm *s)
{
	syn_counts_release(&s->counts);
	free(s->keys);
	free(s->values);
	s->keys = NULL;
	s->values = NULL;
}

void syn_storm_expect(struct syn_storm *s, uint64_t sample_ns)
{
	uint64_t until_ns = sample_ns + LOOK_NS;

	if (s->is_over)
		return;
	if (until_ns > s->until_ns)
		s->until_ns = until_ns;
	if (!s->due_ns)
		s->due_ns = until_ns;
}

/* `are_past`: the present generation's are left to the next look. */
static int read_ports(struct syn_storm *s, bool are_past)
{
	uint8_t generation = s->maps.generation(s->maps.ctx);
	int count = s->maps.read(s->maps.ctx, false, s->keys, s->values);
	int err = count < 0 ? count : 0;

	s->ports = count > 0 ? (size_t)count : 0;
	for (int i = 0; i < count && !err; i++)
		if (!are_past || s->keys[i].generation != generation)
			err = syn_counts_take(&s->counts, &s->keys[i], &s->values[i], false);
	return err;
}

static int read_others(struct syn_storm *s)
{
	int count = s->maps.read(s->maps.ctx, true, s->keys, s->values);
	int err = count < 0 ? count : 0;

	for (int i = 0; i < count && !err; i++)
		err = syn_counts_take(&s->counts, &s->keys[i], &s->values[i], true);
	return err;
}

/* What could not be read now will be found by the next look. */
static int read_counts(struct syn_storm *s, bool are_past)
{
	int err;

	if (!s->keys)
		s->keys = calloc(EVENT_SYN_PORTS_MAX, sizeof(*s->keys));
	if (!s->values)
		s->values = calloc(EVENT_SYN_PORTS_MAX, sizeof(*s->values));
	if (!s->keys || !s->values)
		return -ENOMEM;
	syn_counts_begin(&s->counts, s->maps.generation(s->maps.ctx));
	err = read_ports(s, are_past);
	if (!err)
		err = read_others(s);
	s->maps.end_round(s->maps.ctx);
	return err;
}

/* A scan of all ports must not leave the map full for good. */
static void make_room(struct syn_storm *s)
{
	if (s->ports < EVENT_SYN_PORTS_MAX / 4 || s->are_ports_kept)
		return;
	s->are_ports_kept = !s->maps.next_generation(s->maps.ctx);
	/* What came in the meantime, and is the last of them. */
	s->is_retiring = !read_counts(s, !s->are_ports_kept) && !s->are_ports_kept;
}

bool syn_storm_is_due(const struct syn_storm *s, uint64_t now_ns)
{
	return s->due_ns && now_ns >= s->due_ns && !s->read_ns;
}

void syn_storm_look(struct syn_storm *s)
{
	if (!read_counts(s, false))
		make_room(s);
}

int syn_storm_look_last(struct syn_storm *s)
{
	s->is_over = true;
	return read_counts(s, false);
}

void syn_storm_end_look(struct syn_storm *s, uint64_t now_ns)
{
	bool has_more = !syn_counts_is_empty(&s->counts) || now_ns < s->until_ns;

	s->read_ns = now_ns;
	s->due_ns = has_more && !s->is_over ? now_ns + LOOK_NS : 0;
}

uint64_t syn_storm_due_ns(const struct syn_storm *s)
{
	return s->read_ns ? s->read_ns : s->due_ns;
}

/* All of them were reported, and nobody counts them any more: see make_room(). */
static void retire_ports(struct syn_storm *s)
{
	size_t count = syn_counts_past(&s->counts, s->keys);
	size_t removed = s->maps.remove(s->maps.ctx, s->keys, count);

	syn_counts_drop(&s->counts, s->keys, removed);
	s->are_ports_kept = removed < count;
	s->is_retiring = false;
}

int syn_storm_report(struct syn_storm *s, uint64_t wall_offset_ns, source_take_fn take, void *ctx)
{
	struct observation seen;
	int err = 0;

	while (!err && syn_counts_tell(&s->counts, wall_offset_ns, &seen)) {
		seen.mono_ns = s->read_ns;
		seen.wall_ns = seen.mono_ns + wall_offset_ns;
		err = take(ctx, &seen);
	}
	s->read_ns = 0;
	if (!err && s->is_retiring)
		retire_ports(s);
	return err;
}
