// SPDX-License-Identifier: GPL-2.0-only
#include "wire/merge.h"

#include "bpf/event.h"

static uint64_t lesser(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t next_ns(const struct merge *m, enum merge_ring ring)
{
	return reorder_next_ns(&m->lanes[ring].ahead);
}

static bool is_due(const struct merge *m, enum merge_ring ring, uint64_t due_ns)
{
	return m->lanes[ring].ahead.count && next_ns(m, ring) <= due_ns;
}

bool merge_put(struct merge *m, enum merge_ring ring, const void *record, size_t size)
{
	struct reorder *ahead = &m->lanes[ring].ahead;
	const struct event_header *header = record;

	if (size >= sizeof(*header))
		reorder_put(ahead, header->ts_ns, record, size);
	return !reorder_is_full(ahead);
}

static void look_ahead(struct merge *m, enum merge_ring ring)
{
	struct merge_lane *lane = &m->lanes[ring];

	if (reorder_is_full(&lane->ahead))
		return;
	ring_gauge_note(&lane->gauge);
	m->ends.read(m->ends.ctx, ring);
}

/* Right after look_ahead(): by a record that is not submitted. */
static bool is_blocked(const struct merge_lane *lane)
{
	return !reorder_is_full(&lane->ahead) && ring_gauge_is_behind(&lane->gauge);
}

/* Up to when all that happened can be seen in that ring, `until_ns` at most. */
static uint64_t seen_until_ns(struct merge *m, enum merge_ring ring, uint64_t now_ns,
			      uint64_t until_ns)
{
	struct merge_lane *lane = &m->lanes[ring];
	bool was_given_up = lane->gauge.is_given_up;

	look_ahead(m, ring);
	until_ns = ring_gauge_until_ns(&lane->gauge, is_blocked(lane),
				       reorder_is_full(&lane->ahead), now_ns, until_ns);
	if (lane->gauge.is_given_up && !was_given_up && !m->err)
		m->err = m->ends.give_up(m->ends.ctx, ring);
	return until_ns;
}

/* One that was not blocked when this run began, and is found to be when what lay before was
 * handed on, holds up all that is left of the run: what it hides is of about that time. */
static void look_again(struct merge *m, enum merge_ring ring)
{
	const struct merge_lane *lane = &m->lanes[ring];

	look_ahead(m, ring);
	if (is_blocked(lane) && !lane->gauge.blocked_ns)
		m->is_held = true;
}

static void hand_on_next(struct merge *m, enum merge_ring ring)
{
	size_t size;
	const void *record = reorder_take(&m->lanes[ring].ahead, &size);

	m->err = m->ends.take(m->ends.ctx, record, size);
}

/* The state ring's records up to `due_ns`. */
static void run_records(struct merge *m, uint64_t due_ns)
{
	while (!m->err) {
		look_again(m, MERGE_STATE);
		if (m->is_held || !is_due(m, MERGE_STATE, due_ns))
			return;
		hand_on_next(m, MERGE_STATE);
	}
}

/* What flushes removed, up to `due_ns`. */
static void run_removed(struct merge *m, uint64_t due_ns)
{
	struct event_flush_slot slots[2];

	while (!m->err && flush_ring_next_ns(&m->flush) <= due_ns) {
		size_t used = 1;

		flush_ring_peek(&m->flush, slots);
		m->err = m->ends.take_removed(m->ends.ctx, slots, &used);
		flush_ring_skip(&m->flush, used);
	}
	flush_ring_commit(&m->flush);
}

/* Both kinds of state up to `due_ns`, by rule 2. */
static void run_state(struct merge *m, uint64_t due_ns)
{
	while (!m->err) {
		uint64_t removed_ns = flush_ring_next_ns(&m->flush), record_ns;

		run_records(m, lesser(removed_ns, due_ns));
		if (m->is_held || removed_ns > due_ns)
			return;
		record_ns = next_ns(m, MERGE_STATE);
		run_removed(m, record_ns <= due_ns ? record_ns - 1 : due_ns);
	}
}

/* Of the next reset, by rule 8. */
static bool is_whole(const struct merge *m)
{
	const struct reorder *ahead = &m->lanes[MERGE_RESETS].ahead;
	size_t size;
	const void *record = reorder_look(ahead, 0, &size);

	return m->ends.is_whole(m->ends.ctx, record, size) || reorder_is_full(ahead) ||
	       m->now_ns - reorder_next_ns(ahead) > FATE_PATIENCE_NS;
}

static void run_all(struct merge *m, uint64_t due_ns)
{
	while (!m->err && !m->is_held) {
		bool has_reset;

		look_again(m, MERGE_RESETS);
		has_reset = is_due(m, MERGE_RESETS, due_ns);
		run_state(m, has_reset ? next_ns(m, MERGE_RESETS) : due_ns);
		if (!has_reset)
			return;
		if (m->err || m->is_held)
			return;
		m->is_held = !is_whole(m);
		if (!m->is_held)
			hand_on_next(m, MERGE_RESETS);
	}
}

static uint64_t first_ns(const struct merge *m)
{
	return lesser(flush_ring_next_ns(&m->flush),
		      lesser(next_ns(m, MERGE_STATE), next_ns(m, MERGE_RESETS)));
}

int merge_run(struct merge *m, uint64_t now_ns, uint64_t until_ns)
{
	uint64_t due_ns = until_ns;

	m->err = 0;
	m->now_ns = now_ns;
	m->is_held = false;
	flush_ring_look(&m->flush);
	for (enum merge_ring ring = 0; ring < MERGE_RINGS; ring++)
		due_ns = lesser(due_ns, seen_until_ns(m, ring, now_ns, until_ns));
	m->first_ns = first_ns(m) <= due_ns ? first_ns(m) : UINT64_MAX;
	run_all(m, due_ns);
	m->is_held |= due_ns < until_ns;
	if (!m->err && !m->is_held && *m->counts_ns && *m->counts_ns <= until_ns)
		m->err = m->ends.take_counts(m->ends.ctx);
	return m->err;
}

static bool has_records(const struct merge *m)
{
	return m->lanes[MERGE_STATE].ahead.count || m->lanes[MERGE_RESETS].ahead.count;
}

bool merge_is_idle(const struct merge *m)
{
	return !m->is_held && !has_records(m) && flush_ring_is_idle(&m->flush) && !*m->counts_ns;
}

bool merge_may_wait(struct merge *m, uint64_t now_ns)
{
	if (flush_ring_is_idle(&m->flush))
		return false;
	look_ahead(m, MERGE_STATE);
	look_ahead(m, MERGE_RESETS);
	flush_ring_look(&m->flush);
	return !has_records(m) && flush_ring_may_wait(&m->flush, now_ns);
}
