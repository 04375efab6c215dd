// SPDX-License-Identifier: GPL-2.0-only
#include "victims/sweep.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "blame/risk_rules.h"

/* A flush is over when no removal came for so long; or a very long one is not. */
#define QUIET_NS (50 * NSEC_PER_MSEC)
#define PATIENCE_NS NSEC_PER_SEC
/* Listing all sockets may take a twentieth of the time; looking again a hundredth. */
enum { SWEEP_SHARE = 20, AGAIN_SHARE = 100 };
#define AGAIN_NS (60 * NSEC_PER_SEC)

/* Past so many removals that matter, all sockets are listed instead: 15 MB. */
enum { SOUGHT_MAX = 262144, JOIN_ROWS = 2048, TOLD_ROWS = 256 };

/* A socket that the ledger knows, on its way to becoming a flow at risk. */
struct match {
	struct flow flow;
	struct netns_id netns;
};

/* An address that went, and may come back within a moment. */
struct gone_address {
	struct socket_row at; /* tuple.src in a namespace */
	uint64_t mono_ns;
};

enum { GONE_MAX = 256 };

struct sweep {
	struct blame *blame;
	struct inspector *inspector;
	source_take_fn next;
	void *ctx;

	struct sockets sought;      /* flows that lost their entry since the last sweep */
	bool is_sought_cut;         /* and some more */
	struct inspection *listed;  /* done, and being joined with the ledger */
	size_t joined;              /* rows of it */
	struct socket_row *matched; /* rows that matched, with index as tag */
	struct match *matches;
	size_t matches_count, matches_size;
	struct inspection *details; /* of the matches, and how many of them were told */
	size_t told;
	bool is_sweeping; /* from the request until its last flow is told */
	bool is_looking;  /* again, at what is at risk */

	struct gone_address gone[GONE_MAX];
	size_t gone_count;
	bool is_checking; /* what was bound to them */

	uint64_t first_due_ns; /* since when a sweep is due; 0: it is not */
	uint64_t swept_ns;     /* the last sweep began to look */
	uint64_t next_sweep_ns, next_again_ns;
	bool is_over; /* the window is */
	bool is_final_swept, is_final_looked;
};

static void stamp(struct observation *seen, uint64_t mono_ns)
{
	seen->mono_ns = mono_ns;
	seen->wall_ns = mono_ns + clock_wall_offset_ns(); /* it may have been set meanwhile */
}

static void forget_gone(struct sweep *s, const struct socket_row *at)
{
	size_t kept = 0;

	for (size_t k = 0; k < s->gone_count; k++)
		if (s->gone[k].at.netns != at->netns || s->gone[k].at.family != at->family ||
		    !address_equal(&s->gone[k].at.tuple.src, &at->tuple.src))
			s->gone[kept++] = s->gone[k];
	s->gone_count = kept;
}

/* Sockets that are bound to an address that went hear nothing any more, NAT or none. */
static void note_address(struct sweep *s, const struct observation *seen)
{
	const struct socket_row at = { .tuple.src = seen->change.local,
				       .family = seen->change.family,
				       .netns = seen->netns.inum };

	forget_gone(s, &at);
	if (seen->change.op == ADDRESS_REMOVE && s->gone_count < GONE_MAX)
		s->gone[s->gone_count++] =
			(struct gone_address){ .at = at, .mono_ns = seen->mono_ns };
}

void sweep_note(struct sweep *s, const struct observation *seen)
{
	const struct removal_observation *r = &seen->removal;
	const struct socket_row row = { .tuple = r->flow.orig,
					.family = r->flow.family,
					.netns = seen->netns.inum };

	if (seen->type == OBSERVATION_ADDRESS)
		note_address(s, seen);
	if (seen->type != OBSERVATION_REMOVAL || !removal_puts_at_risk(r))
		return;
	if (s->sought.count == SOUGHT_MAX || sockets_append(&s->sought, &row))
		s->is_sought_cut = true;
}

/* ---- sweeps ---- */

static bool note_match(struct sweep *s, const struct socket_row *row, const struct match *m)
{
	size_t size = s->matches_size ? s->matches_size * 2 : 64;

	if (s->matches_count == s->matches_size) {
		struct match *matches = realloc(s->matches, size * sizeof(*matches));
		struct socket_row *rows;

		if (!matches)
			return false;
		s->matches = matches;
		rows = realloc(s->matched, size * sizeof(*rows));
		if (!rows)
			return false;
		s->matched = rows;
		s->matches_size = size;
	}
	s->matches[s->matches_count] = *m;
	s->matched[s->matches_count] = *row;
	s->matched[s->matches_count].tag = (uint32_t)s->matches_count;
	s->matches_count++;
	return true;
}

static int tell_sockets(struct sweep *s, const struct inspection *i, uint64_t now_ns)
{
	struct observation seen = { .type = OBSERVATION_SOCKETS };

	stamp(&seen, now_ns);
	seen.sockets = (struct sockets_observation){
		.is_again = i->kind == INSPECT_AGAIN,
		.looked_ns = i->looked_ns,
		.spent_ns = i->spent_ns,
		.sockets = i->sockets.count,
		.namespaces = i->namespaces,
		.unseen = i->unseen,
		.untraced = i->untraced,
	};
	return s->next(s->ctx, &seen);
}

static int end_sweep(struct sweep *s, uint64_t now_ns)
{
	int err = tell_sockets(s, s->listed, now_ns);

	inspection_free(s->listed);
	s->listed = NULL;
	s->matches_count = 0;
	s->is_sweeping = false;
	return err;
}

/* The next slice of what was listed: how much there is must not delay the rings. */
static int join(struct sweep *s, uint64_t now_ns)
{
	const struct sockets *all = &s->listed->sockets;
	size_t end = s->joined + JOIN_ROWS < all->count ? s->joined + JOIN_ROWS : all->count;
	struct inspection *details;

	for (; s->joined < end; s->joined++) {
		const struct socket_row *row = &all->rows[s->joined];
		const struct tuple *lost = row->is_inner ? &s->listed->asked.rows[row->tag].tuple :
							   &row->tuple;
		struct netns_id place = { .inum = row->netns };
		struct match m;

		if (socket_is_open(row) &&
		    blame_forgot(s->blame, place, row->family, lost, s->listed->looked_ns, &m.flow,
				 &m.netns) &&
		    !note_match(s, row, &m))
			s->listed->unseen++;
	}
	if (s->joined < all->count)
		return 0;
	s->joined++; /* done */
	details = s->matches_count ? inspection_new(INSPECT_DETAILS, s->matches_count) : NULL;
	if (!details)
		return end_sweep(s, now_ns);
	memcpy(details->sockets.rows, s->matched, s->matches_count * sizeof(*s->matched));
	inspector_submit(s->inspector, details);
	return 0;
}

static void begin_join(struct sweep *s, struct inspection *i)
{
	s->listed = i;
	s->joined = 0;
	s->swept_ns = i->looked_ns;
	s->next_sweep_ns = clock_mono_ns() + SWEEP_SHARE * i->spent_ns;
}

/* The next slice, for the same reason. */
static int tell_details(struct sweep *s, uint64_t now_ns)
{
	const struct inspection *i = s->details;
	size_t end = s->told + TOLD_ROWS < i->sockets.count ? s->told + TOLD_ROWS :
							      i->sockets.count;
	int err = 0;

	for (; s->told < end && !err; s->told++) {
		const struct socket_row *row = &i->sockets.rows[s->told];
		struct observation seen = { .type = OBSERVATION_AT_RISK };

		stamp(&seen, now_ns);
		seen.netns = s->matches[row->tag].netns;
		seen.risk = (struct risk_observation){ .flow = s->matches[row->tag].flow,
						       .looked_ns = s->listed->looked_ns,
						       .inode = row->inode,
						       .victim = i->victims[s->told] };
		if (row->is_inner)
			seen.risk.inner = row->tuple;
		err = s->next(s->ctx, &seen);
	}
	if (err || s->told < i->sockets.count)
		return err;
	inspection_free(s->details);
	s->details = NULL;
	return end_sweep(s, now_ns);
}

/* ---- looking again ---- */

static size_t count_risks(const struct sweep *s)
{
	size_t cursor = 0, count = 0;

	while (blame_risk(s->blame, &cursor))
		count++;
	return count;
}

static bool look_again(struct sweep *s)
{
	size_t cursor = 0, count = count_risks(s), at = 0;
	struct inspection *i = count ? inspection_new(INSPECT_AGAIN, count) : NULL;
	const struct risk *risk;

	if (!i)
		return false;
	while ((risk = blame_risk(s->blame, &cursor)) && at < count) {
		const struct socket_row flow = { .tuple = risk->flow.orig,
						 .netns = risk->netns.inum };

		i->sockets.rows[at] = (struct socket_row){
			.tuple = *risk_socket(risk),
			.family = risk->flow.family,
			.inode = risk->inode,
			.netns = risk->victim ? risk->victim->process.netns : 0,
			.tag = (uint32_t)at,
		};
		at += !sockets_append(&i->asked, &flow);
	}
	i->sockets.count = at;
	s->is_looking = true;
	inspector_submit(s->inspector, i);
	return true;
}

static int take_again(struct sweep *s, struct inspection *i, uint64_t now_ns)
{
	int err = 0;

	s->is_looking = false;
	s->next_again_ns = clock_mono_ns() + AGAIN_NS + AGAIN_SHARE * i->spent_ns;
	for (size_t k = 0; k < i->sockets.count && !err; k++) {
		const struct socket_row *row = &i->sockets.rows[k];
		struct observation seen = { .type = OBSERVATION_AT_RISK };

		if (row->state != SOCKET_NONE)
			continue;
		stamp(&seen, now_ns);
		seen.netns.inum = i->asked.rows[row->tag].netns;
		seen.risk.end = RISK_CLOSED;
		seen.risk.looked_ns = i->looked_ns;
		seen.risk.flow.family = row->family;
		seen.risk.flow.orig = i->asked.rows[row->tag].tuple;
		err = s->next(s->ctx, &seen);
	}
	return err ? err : tell_sockets(s, i, now_ns);
}

/* ---- addresses that went ---- */

/* The first is the oldest; 0: none. */
static uint64_t gone_due_ns(const struct sweep *s)
{
	return s->gone_count && !s->is_checking ? s->gone[0].mono_ns + PATIENCE_NS : 0;
}

static bool check_gone(struct sweep *s, uint64_t now_ns)
{
	struct inspection *i;
	size_t count = 0;

	if (!gone_due_ns(s))
		return false;
	while (count < s->gone_count && s->gone[count].mono_ns + PATIENCE_NS <= now_ns)
		count++;
	i = count ? inspection_new(INSPECT_BOUND, count) : NULL;
	if (!i)
		return false;
	for (size_t k = 0; k < count; k++)
		i->sockets.rows[k] = s->gone[k].at;
	s->gone_count -= count;
	memmove(s->gone, s->gone + count, s->gone_count * sizeof(*s->gone));
	s->is_checking = true;
	inspector_submit(s->inspector, i);
	return true;
}

static int take_bound(struct sweep *s, const struct inspection *i, uint64_t now_ns)
{
	int err = 0;

	s->is_checking = false;
	for (size_t k = 0; i->victims && k < i->sockets.count && !err; k++) {
		const struct socket_row *row = &i->sockets.rows[k];
		struct observation seen = { .type = OBSERVATION_AT_RISK };

		stamp(&seen, now_ns);
		seen.netns.inum = row->netns;
		seen.risk = (struct risk_observation){ .is_own_address = true,
						       .flow = { .family = row->family,
								 .orig = row->tuple },
						       .looked_ns = i->looked_ns,
						       .inode = row->inode,
						       .victim = i->victims[k] };
		err = s->next(s->ctx, &seen);
	}
	return err;
}

/* ---- turns ---- */

static bool begin_sweep(struct sweep *s)
{
	struct inspection *i = inspection_new(INSPECT_SWEEP, 0);

	if (!i)
		return false;
	if (!s->is_sought_cut) {
		i->sockets = s->sought;
		memset(&s->sought, 0, sizeof(s->sought));
	}
	s->sought.count = 0;
	s->is_sought_cut = false;
	s->first_due_ns = 0;
	s->is_sweeping = true;
	inspector_submit(s->inspector, i);
	return true;
}

/* Not by time alone: a removal may be handed on after a sweep began that is younger
 * than it. What is sought then was not in that sweep. */
static bool needs_sweep(const struct sweep *s)
{
	return s->sought.count || s->is_sought_cut || blame_risky_ns(s->blame, 0) > s->swept_ns;
}

/* When the next sweep should begin; 0: none is due. */
static uint64_t next_due_ns(const struct sweep *s)
{
	uint64_t risky_ns = blame_risky_ns(s->blame, 0), due_ns;

	if (s->is_sweeping || !needs_sweep(s))
		return 0;
	due_ns = risky_ns + QUIET_NS;
	if (s->first_due_ns && due_ns > s->first_due_ns + PATIENCE_NS)
		due_ns = s->first_due_ns + PATIENCE_NS;
	return due_ns > s->next_sweep_ns ? due_ns : s->next_sweep_ns;
}

static void plan(struct sweep *s)
{
	uint64_t now_ns = clock_mono_ns(), due_ns = next_due_ns(s);
	size_t cursor = 0;

	if (due_ns && !s->first_due_ns)
		s->first_due_ns = now_ns;
	if (due_ns && due_ns <= now_ns)
		begin_sweep(s);
	check_gone(s, now_ns);
	if (!s->is_sweeping && !s->is_looking && now_ns >= s->next_again_ns &&
	    blame_risk(s->blame, &cursor)) {
		if (s->next_again_ns)
			look_again(s);
		else
			s->next_again_ns = now_ns + AGAIN_NS;
	}
}

int sweep_found(struct sweep *s, struct inspection *i, uint64_t now_ns)
{
	int err = 0;

	switch (i->kind) {
	case INSPECT_SWEEP:
		begin_join(s, i);
		return 0; /* it is kept */
	case INSPECT_DETAILS:
		s->details = i;
		s->told = 0;
		return 0; /* it is kept, too */
	case INSPECT_AGAIN:
		err = take_again(s, i, now_ns);
		break;
	case INSPECT_BOUND:
		err = take_bound(s, i, now_ns);
		break;
	case INSPECT_ONE: /* of the victims */
	case INSPECT_LISTENER:
	case INSPECTIONS:
		break;
	}
	inspection_free(i);
	return err;
}

static bool is_joining(const struct sweep *s)
{
	return s->listed && s->joined <= s->listed->sockets.count;
}

int sweep_turn(struct sweep *s, uint64_t drained_ns)
{
	int err = 0;

	if (is_joining(s))
		err = join(s, drained_ns);
	if (!err && s->details)
		err = tell_details(s, drained_ns);
	if (!err && !s->is_over)
		plan(s);
	return err;
}

static void sooner(uint64_t *due_ns, uint64_t ns)
{
	if (ns && (!*due_ns || ns < *due_ns))
		*due_ns = ns;
}

uint64_t sweep_due_ns(const struct sweep *s)
{
	uint64_t due_ns = 0;
	size_t cursor = 0;

	if (s->details || is_joining(s))
		return clock_mono_ns();
	if (!s->is_over) {
		sooner(&due_ns, next_due_ns(s));
		sooner(&due_ns, gone_due_ns(s));
	}
	if (!s->is_looking && blame_risk(s->blame, &cursor))
		sooner(&due_ns, s->next_again_ns);
	return due_ns;
}

/* ---- the end ---- */

bool sweep_is_finished(struct sweep *s)
{
	s->is_over = true;
	if (s->is_sweeping || s->is_looking || s->is_checking || check_gone(s, clock_mono_ns()))
		return false;
	if (!s->is_final_swept) {
		s->is_final_swept = true;
		if (needs_sweep(s) && begin_sweep(s))
			return false;
	}
	if (!s->is_final_looked) {
		s->is_final_looked = true;
		if (look_again(s))
			return false;
	}
	return true;
}

void sweep_give_up(struct sweep *s)
{
	struct observation seen = { .type = OBSERVATION_SOCKETS };

	stamp(&seen, clock_mono_ns());
	seen.sockets.is_again = true;
	seen.sockets.unseen = 1;
	s->next(s->ctx, &seen);
}

/* ---- set up ---- */

struct sweep *sweep_new(struct inspector *inspector, struct blame *blame, source_take_fn next,
			void *ctx)
{
	struct sweep *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->inspector = inspector;
	s->blame = blame;
	s->next = next;
	s->ctx = ctx;
	return s;
}

void sweep_free(struct sweep *s)
{
	if (!s)
		return;
	inspection_free(s->listed);
	inspection_free(s->details);
	sockets_release(&s->sought);
	free(s->matches);
	free(s->matched);
	free(s);
}
