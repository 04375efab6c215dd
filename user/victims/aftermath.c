// SPDX-License-Identifier: GPL-2.0-only
#include "victims/aftermath.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "blame/risk_rules.h"
#include "victims/hold_queue.h"
#include "victims/inspector.h"

/* How long a reset may wait for its victim. */
#define VICTIM_NS (400 * NSEC_PER_MSEC)
/* A flush is over when no removal came for so long; or a very long one is not. */
#define QUIET_NS (50 * NSEC_PER_MSEC)
#define PATIENCE_NS NSEC_PER_SEC
/* Listing all sockets may take a twentieth of the time; looking again a hundredth. */
enum { SWEEP_SHARE = 20, AGAIN_SHARE = 100 };
#define AGAIN_NS (60 * NSEC_PER_SEC)
/* At the end of the window. */
#define FINISH_NS (10 * NSEC_PER_SEC)

/* Past so many removals that matter, all sockets are listed instead: 15 MB. */
enum { ASKED_MAX = 256, JOIN_ROWS = 2048, TOLD_ROWS = 256, SOUGHT_MAX = 262144 };

/* A socket that the ledger knows, on its way to becoming a flow at risk. */
struct match {
	struct flow flow;
	struct netns_id netns;
};

struct aftermath {
	struct blame *blame;
	source_take_fn next;
	void *ctx;
	struct inspector *inspector;
	struct line line;
	uint64_t tickets, asked;
	uint64_t unlooked; /* resets whose victim was not looked for, or not in time */

	struct sockets sought;      /* flows that lost their entry since the last sweep */
	bool is_sought_cut;         /* and some more */
	struct inspection *sweep;   /* done, and being joined with the ledger */
	size_t joined;              /* rows of it */
	struct socket_row *matched; /* rows that matched, with index as tag */
	struct match *matches;
	size_t matches_count, matches_size;
	struct inspection *details; /* of the matches, and how many of them were told */
	size_t told;
	bool is_sweeping; /* from the request until its last flow is told */
	bool is_looking;  /* again, at what is at risk */

	uint64_t wall_offset_ns;
	uint64_t first_due_ns; /* since when a sweep is due; 0: it is not */
	uint64_t swept_ns;     /* the last sweep began to look */
	uint64_t next_sweep_ns, next_again_ns;
	uint64_t finish_ns; /* the deadline; 0: the window goes on */
	bool is_final_swept, is_final_looked;
};

static void stamp(const struct aftermath *a, struct observation *seen, uint64_t mono_ns)
{
	seen->mono_ns = mono_ns;
	seen->wall_ns = mono_ns + a->wall_offset_ns;
}

/* ---- handing on ---- */

static void seek(struct aftermath *a, const struct observation *seen)
{
	const struct removal_observation *r = &seen->removal;
	const struct socket_row row = { .tuple = r->flow.orig,
					.family = r->flow.family,
					.netns = seen->netns.inum };

	if (!removal_puts_at_risk(r))
		return;
	if (a->sought.count == SOUGHT_MAX || sockets_append(&a->sought, &row))
		a->is_sought_cut = true;
}

static int hand_on(struct aftermath *a, const struct observation *seen)
{
	int err = a->next(a->ctx, seen);

	if (!err && seen->type == OBSERVATION_REMOVAL)
		seek(a, seen);
	return err;
}

/* ---- the line ---- */

static bool wants_victim(struct aftermath *a, const struct observation *seen,
			 struct victim_place *out)
{
	return seen->type == OBSERVATION_RESET && blame_victim_place(a->blame, seen, out);
}

/* Whether it has to wait for an answer. */
static bool ask_for_victim(struct aftermath *a, struct line_item *item)
{
	struct victim_place sought;
	struct inspection *i;

	if (a->asked >= ASKED_MAX || !wants_victim(a, &item->seen, &sought))
		return false;
	i = inspection_new(INSPECT_ONE, 1);
	if (!i)
		return false;
	i->sockets.rows[0] = (struct socket_row){ .tuple = sought.tuple,
						  .family = item->seen.reset.family,
						  .netns = sought.inum,
						  .inode = sought.inode };
	i->id = item->ticket = ++a->tickets;
	i->until_ns = item->deadline_ns = clock_mono_ns() + VICTIM_NS;
	item->is_asked = true;
	a->asked++;
	inspector_submit(a->inspector, i);
	return true;
}

/* What waits before it may be the removal that tells its victim: asked again then. */
static bool may_go(struct aftermath *a, struct line_item *item)
{
	if (!item->is_asked)
		ask_for_victim(a, item);
	return !item->ticket || clock_mono_ns() >= item->deadline_ns;
}

/* In its time nobody could look, but its flow may be known to have been at risk: then
 * the socket was seen before. */
static void take_as_known(struct aftermath *a, struct observation *seen,
			  const struct victim_place *place)
{
	if (!place->known) {
		a->unlooked++;
		return;
	}
	seen->reset.victim = *place->known;
	seen->reset.victim.looked_ago_ns = place->known_ago_ns;
}

static int let_go(struct aftermath *a)
{
	struct line_item *item = line_first(&a->line);
	struct victim_place place;
	int err;

	if ((item->ticket || !item->is_asked) && wants_victim(a, &item->seen, &place))
		take_as_known(a, &item->seen, &place);
	err = hand_on(a, &item->seen);
	if (err) /* nothing after it is wanted */
		line_release(&a->line);
	else
		line_pop(&a->line);
	return err;
}

static int release(struct aftermath *a)
{
	struct line_item *item;
	int err = 0;

	while (!err && (item = line_first(&a->line)) && may_go(a, item))
		err = let_go(a);
	return err;
}

static int pass_unlooked(struct aftermath *a, const struct observation *seen,
			 const struct victim_place *place)
{
	struct observation known = *seen;

	take_as_known(a, &known, place);
	return hand_on(a, &known);
}

static int wait_in_line(struct aftermath *a, const struct observation *seen)
{
	struct line_item *item;
	int err = 0;

	/* In a storm the report goes on; who was hurt is told of some only. */
	while (!err && !(item = line_push(&a->line, seen)) && a->line.count)
		err = let_go(a);
	if (err || !item)
		return err ? err : hand_on(a, seen);
	ask_for_victim(a, item);
	return 0;
}

static int pass(struct aftermath *a, const struct observation *seen)
{
	struct victim_place place;

	if (a->line.count)
		return wait_in_line(a, seen);
	if (!wants_victim(a, seen, &place))
		return hand_on(a, seen);
	if (a->asked >= ASKED_MAX)
		return pass_unlooked(a, seen, &place);
	return wait_in_line(a, seen);
}

int aftermath_take(void *aftermath, const struct observation *seen)
{
	return pass(aftermath, seen);
}

static void take_victim(struct aftermath *a, const struct inspection *i)
{
	struct line_item *item = line_find(&a->line, i->id);

	a->asked--;
	if (!item)
		return; /* it went on without */
	item->seen.reset.victim = i->victims[0];
	item->ticket = 0;
	a->unlooked += i->is_cut;
}

/* ---- sweeps ---- */

static bool note_match(struct aftermath *a, const struct socket_row *row, const struct match *m)
{
	size_t size = a->matches_size ? a->matches_size * 2 : 64;

	if (a->matches_count == a->matches_size) {
		struct match *matches = realloc(a->matches, size * sizeof(*matches));
		struct socket_row *rows;

		if (!matches)
			return false;
		a->matches = matches;
		rows = realloc(a->matched, size * sizeof(*rows));
		if (!rows)
			return false;
		a->matched = rows;
		a->matches_size = size;
	}
	a->matches[a->matches_count] = *m;
	a->matched[a->matches_count] = *row;
	a->matched[a->matches_count].tag = (uint32_t)a->matches_count;
	a->matches_count++;
	return true;
}

static int tell_sockets(struct aftermath *a, const struct inspection *i, uint64_t now_ns)
{
	struct observation seen = { .type = OBSERVATION_SOCKETS };

	stamp(a, &seen, now_ns);
	seen.sockets = (struct sockets_observation){
		.is_again = i->kind == INSPECT_AGAIN,
		.looked_ns = i->looked_ns,
		.spent_ns = i->spent_ns,
		.sockets = i->sockets.count,
		.namespaces = i->namespaces,
		.unseen = i->unseen,
	};
	return pass(a, &seen);
}

static int end_sweep(struct aftermath *a, uint64_t now_ns)
{
	int err = tell_sockets(a, a->sweep, now_ns);

	inspection_free(a->sweep);
	a->sweep = NULL;
	a->matches_count = 0;
	a->is_sweeping = false;
	return err;
}

/* The next slice of what was listed: how much there is must not delay the rings. */
static int join(struct aftermath *a, uint64_t now_ns)
{
	const struct sockets *s = &a->sweep->sockets;
	size_t end = a->joined + JOIN_ROWS < s->count ? a->joined + JOIN_ROWS : s->count;
	struct inspection *details;

	for (; a->joined < end; a->joined++) {
		const struct socket_row *row = &s->rows[a->joined];
		struct netns_id place = { .inum = row->netns };
		struct match m;

		if (socket_is_open(row) &&
		    blame_forgot(a->blame, place, row->family, &row->tuple, a->sweep->looked_ns,
				 &m.flow, &m.netns) &&
		    !note_match(a, row, &m))
			a->sweep->unseen++;
	}
	if (a->joined < s->count)
		return 0;
	a->joined++; /* done */
	details = a->matches_count ? inspection_new(INSPECT_DETAILS, a->matches_count) : NULL;
	if (!details)
		return end_sweep(a, now_ns);
	memcpy(details->sockets.rows, a->matched, a->matches_count * sizeof(*a->matched));
	inspector_submit(a->inspector, details);
	return 0;
}

static void begin_join(struct aftermath *a, struct inspection *i)
{
	a->sweep = i;
	a->joined = 0;
	a->swept_ns = i->looked_ns;
	a->next_sweep_ns = clock_mono_ns() + SWEEP_SHARE * i->spent_ns;
}

/* The next slice, for the same reason. */
static int tell_details(struct aftermath *a, uint64_t now_ns)
{
	const struct inspection *i = a->details;
	size_t end = a->told + TOLD_ROWS < i->sockets.count ? a->told + TOLD_ROWS :
							      i->sockets.count;
	int err = 0;

	for (; a->told < end && !err; a->told++) {
		const struct socket_row *row = &i->sockets.rows[a->told];
		struct observation seen = { .type = OBSERVATION_AT_RISK };

		stamp(a, &seen, now_ns);
		seen.netns = a->matches[row->tag].netns;
		seen.risk = (struct risk_observation){ .flow = a->matches[row->tag].flow,
						       .looked_ns = a->sweep->looked_ns,
						       .inode = row->inode,
						       .victim = i->victims[a->told] };
		err = pass(a, &seen);
	}
	if (err || a->told < i->sockets.count)
		return err;
	inspection_free(a->details);
	a->details = NULL;
	return end_sweep(a, now_ns);
}

/* ---- looking again ---- */

static size_t count_risks(const struct aftermath *a)
{
	size_t cursor = 0, count = 0;

	while (blame_risk(a->blame, &cursor))
		count++;
	return count;
}

static bool look_again(struct aftermath *a)
{
	size_t cursor = 0, count = count_risks(a), at = 0;
	struct inspection *i = count ? inspection_new(INSPECT_AGAIN, count) : NULL;
	const struct risk *risk;

	if (!i)
		return false;
	while ((risk = blame_risk(a->blame, &cursor)) && at < count) {
		i->sockets.rows[at++] = (struct socket_row){
			.tuple = risk->flow.orig,
			.family = risk->flow.family,
			.inode = risk->inode,
			.netns = risk->victim ? risk->victim->process.netns : 0,
			.tag = risk->netns.inum,
		};
	}
	a->is_looking = true;
	inspector_submit(a->inspector, i);
	return true;
}

static int take_again(struct aftermath *a, struct inspection *i, uint64_t now_ns)
{
	int err = 0;

	a->is_looking = false;
	a->next_again_ns = clock_mono_ns() + AGAIN_NS + AGAIN_SHARE * i->spent_ns;
	for (size_t k = 0; k < i->sockets.count && !err; k++) {
		const struct socket_row *row = &i->sockets.rows[k];
		struct observation seen = { .type = OBSERVATION_AT_RISK };

		if (row->state != SOCKET_NONE)
			continue;
		stamp(a, &seen, now_ns);
		seen.netns.inum = row->tag;
		seen.risk.end = RISK_CLOSED;
		seen.risk.looked_ns = i->looked_ns;
		seen.risk.flow.family = row->family;
		seen.risk.flow.orig = row->tuple;
		err = pass(a, &seen);
	}
	return err ? err : tell_sockets(a, i, now_ns);
}

/* ---- turns ---- */

static int take_found(struct aftermath *a, struct inspection *i, uint64_t now_ns)
{
	int err = 0;

	switch (i->kind) {
	case INSPECT_ONE:
		take_victim(a, i);
		break;
	case INSPECT_SWEEP:
		begin_join(a, i);
		return 0; /* it is kept */
	case INSPECT_DETAILS:
		a->details = i;
		a->told = 0;
		return 0; /* it is kept, too */
	case INSPECT_AGAIN:
		err = take_again(a, i, now_ns);
		break;
	case INSPECTIONS:
		break;
	}
	inspection_free(i);
	return err;
}

static bool begin_sweep(struct aftermath *a)
{
	struct inspection *i = inspection_new(INSPECT_SWEEP, 0);

	if (!i)
		return false;
	if (!a->is_sought_cut) {
		i->sockets = a->sought;
		memset(&a->sought, 0, sizeof(a->sought));
	}
	a->sought.count = 0;
	a->is_sought_cut = false;
	a->first_due_ns = 0;
	a->is_sweeping = true;
	inspector_submit(a->inspector, i);
	return true;
}

/* Not by time alone: a removal may be handed on after a sweep began that is younger
 * than it. What is sought then was not in that sweep. */
static bool needs_sweep(const struct aftermath *a)
{
	return a->sought.count || a->is_sought_cut || blame_risky_ns(a->blame, 0) > a->swept_ns;
}

/* When the next sweep should begin; 0: none is due. */
static uint64_t sweep_due_ns(const struct aftermath *a)
{
	uint64_t risky_ns = blame_risky_ns(a->blame, 0), due_ns;

	if (a->is_sweeping || !needs_sweep(a))
		return 0;
	due_ns = risky_ns + QUIET_NS;
	if (a->first_due_ns && due_ns > a->first_due_ns + PATIENCE_NS)
		due_ns = a->first_due_ns + PATIENCE_NS;
	return due_ns > a->next_sweep_ns ? due_ns : a->next_sweep_ns;
}

static void plan(struct aftermath *a)
{
	uint64_t now_ns = clock_mono_ns(), due_ns = sweep_due_ns(a);
	size_t cursor = 0;

	if (due_ns && !a->first_due_ns)
		a->first_due_ns = now_ns;
	if (due_ns && due_ns <= now_ns)
		begin_sweep(a);
	if (!a->is_sweeping && !a->is_looking && now_ns >= a->next_again_ns &&
	    blame_risk(a->blame, &cursor)) {
		if (a->next_again_ns)
			look_again(a);
		else
			a->next_again_ns = now_ns + AGAIN_NS;
	}
}

int aftermath_turn(struct aftermath *a, uint64_t drained_ns)
{
	struct inspection *i;
	int err = 0;

	/* The wall clock may have been set meanwhile. */
	a->wall_offset_ns = clock_wall_offset_ns();
	while (!err && (i = inspector_take(a->inspector)))
		err = take_found(a, i, drained_ns);
	if (!err && a->sweep && a->joined <= a->sweep->sockets.count)
		err = join(a, drained_ns);
	if (!err && a->details)
		err = tell_details(a, drained_ns);
	if (!err)
		err = release(a);
	if (!err && !a->finish_ns)
		plan(a);
	return err;
}

static void sooner(uint64_t *due_ns, uint64_t ns)
{
	if (ns && (!*due_ns || ns < *due_ns))
		*due_ns = ns;
}

uint64_t aftermath_due_ns(const struct aftermath *a)
{
	struct line line = a->line;
	const struct line_item *first = line_first(&line);
	uint64_t due_ns = 0;
	size_t cursor = 0;

	if (a->details || (a->sweep && a->joined <= a->sweep->sockets.count))
		return clock_mono_ns();
	if (first && first->ticket)
		due_ns = first->deadline_ns;
	if (a->finish_ns)
		sooner(&due_ns, a->finish_ns);
	else
		sooner(&due_ns, sweep_due_ns(a));
	if (!a->is_looking && blame_risk(a->blame, &cursor))
		sooner(&due_ns, a->next_again_ns);
	return due_ns;
}

static void give_up(struct aftermath *a)
{
	struct observation seen = { .type = OBSERVATION_SOCKETS };

	stamp(a, &seen, clock_mono_ns());
	seen.sockets.is_again = true;
	seen.sockets.unseen = 1;
	pass(a, &seen);
	while (line_first(&a->line) && !let_go(a))
		;
}

bool aftermath_is_finished(struct aftermath *a)
{
	uint64_t now_ns = clock_mono_ns();

	if (!a->finish_ns)
		a->finish_ns = now_ns + FINISH_NS;
	if (now_ns >= a->finish_ns) {
		give_up(a);
		return true;
	}
	if (a->is_sweeping || a->is_looking)
		return false;
	if (!a->is_final_swept) {
		a->is_final_swept = true;
		if (needs_sweep(a) && begin_sweep(a))
			return false;
	}
	if (!a->is_final_looked) {
		a->is_final_looked = true;
		if (look_again(a))
			return false;
	}
	return !a->line.count;
}

/* ---- set up ---- */

struct aftermath *aftermath_new(struct blame *blame, source_take_fn next, void *ctx)
{
	struct aftermath *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->blame = blame;
	a->next = next;
	a->ctx = ctx;
	a->inspector = inspector_new();
	if (a->inspector)
		return a;
	free(a);
	return NULL;
}

void aftermath_free(struct aftermath *a)
{
	if (!a)
		return;
	inspector_free(a->inspector);
	inspection_free(a->sweep);
	inspection_free(a->details);
	line_release(&a->line);
	sockets_release(&a->sought);
	free(a->matches);
	free(a->matched);
	free(a);
}

uint64_t aftermath_unlooked(const struct aftermath *a)
{
	return a->unlooked;
}

int aftermath_fd(const struct aftermath *a)
{
	return inspector_fd(a->inspector);
}
