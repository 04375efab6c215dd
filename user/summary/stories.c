// SPDX-License-Identifier: GPL-2.0-only
#include "summary/stories.h"

#include <string.h>

#include "summary/phrases.h"

/* Whose listeners were out of reach, in the advice. */
enum { LISTENERS_TOLD_MAX = 8 };

/* ---- whose it is ---- */

static const struct actor *blamed_actor(const struct reset_blame *b)
{
	const struct change *change = b->by ? b->by : b->arrival;
	const struct actor *actor = b->flush ? flush_actor(b->flush) : NULL;

	if (!actor && b->ruleset.id)
		actor = &b->ruleset.seen.actor;
	if (!actor && change)
		actor = &change->seen.actor;
	if (!actor || !actor->pid)
		actor = &b->actor;
	return actor->pid ? actor : NULL;
}

static bool is_by_kernel(const struct reset_blame *b)
{
	const struct change *change = b->by ? b->by : b->arrival;

	return !blamed_actor(b) &&
	       ((b->ruleset.id && b->ruleset.seen.by_kernel) || (change && change->seen.by_kernel));
}

const struct actor *story_actor(const struct story *s)
{
	return blamed_actor(&s->blamed);
}

uint64_t story_entries(const struct story *s)
{
	uint64_t entries = 0;

	for (size_t i = 0; i < s->acts_count; i++)
		entries += s->flushes[i] ? s->flushes[i]->entries : 0;
	return entries;
}

bool story_is_by_kernel(const struct story *s)
{
	return is_by_kernel(&s->blamed);
}

/* A script runs `ip` again and again: each has a pid of its own, and is one actor. */
static bool is_same_actor(const struct actor *a, const struct actor *b)
{
	if (!a || !b)
		return a == b;
	return !strcmp(a->comm, b->comm) && !strcmp(a->unit, b->unit) &&
	       !strcmp(a->container, b->container) && a->uid == b->uid;
}

static bool is_same_story(const struct story *s, const struct finding *f)
{
	const struct reset_blame *b = f->reset;

	return s->blamed.verdict == b->verdict && s->blamed.cause == b->cause &&
	       s->first.netns.node == f->netns.node &&
	       is_same_actor(blamed_actor(&s->blamed), blamed_actor(b)) &&
	       is_by_kernel(&s->blamed) == is_by_kernel(b) && !s->blamed.arrival == !b->arrival;
}

/* ---- what it tells ---- */

/* What is told of it is told of this reset. */
static void set_first(struct story *s, const struct finding *f)
{
	const struct reset_observation *reset = &f->seen->reset;

	s->blamed = *f->reset;
	s->first = *f;
	s->first.seen = NULL;
	s->first.reset = NULL;
	s->packet = reset->packet;
	s->packet_flags = reset->flags;
	s->family = reset->family;
	s->socket = reset->socket;
	s->is_sent_by_nat = reset->pickup == PICKUP_RENEWED;
	s->victim = reset->victim;
	s->ended = reset->ended;
	s->listener = reset->listener;
	memcpy(s->ifname, reset->ifname, sizeof(s->ifname));
	memcpy(s->reason, reset->reason, sizeof(s->reason));
}

static bool has_act(const struct story *s, uint64_t id)
{
	for (size_t i = 0; i < s->acts_count; i++)
		if (s->acts[i] == id)
			return true;
	return false;
}

static void add_act(struct story *s, const struct reset_blame *b)
{
	uint64_t id = b->flush ? b->flush->id : b->ruleset.id;

	if (!id)
		return;
	if (has_act(s, id))
		return;
	if (s->acts_count == STORY_ACTS_MAX) {
		s->has_more_acts = true;
		return;
	}
	s->flushes[s->acts_count] = b->flush;
	s->acts[s->acts_count++] = id;
}

static void add_victim(struct story *s, const struct victim *victim)
{
	if (!victim->process.pid || s->victims_count == STORY_VICTIMS_MAX)
		return;
	for (size_t i = 0; i < s->victims_count; i++)
		if (actor_equal(&s->victims[i].process, &victim->process))
			return;
	s->victims[s->victims_count++] = *victim;
}

static bool is_first(struct summary *t, uint32_t group, const struct finding *f, bool *is_full)
{
	const struct flow *flow = &f->reset->flow;
	const struct tuple *tuple = flow->family ? &flow->orig : &f->seen->reset.packet;
	enum connections_added added =
		connections_add(&t->connections, group, f->netns, f->seen->reset.family, tuple);

	*is_full |= added == CONNECTIONS_FULL;
	return added == CONNECTIONS_NEW;
}

/* The same RST, seen by its receiver, comes here only where its sender's story does not tell
 * of it. */
static void count_connection(struct summary *t, struct story *s, const struct finding *f)
{
	uint32_t group = s ? (uint32_t)(s - t->stories) + 1 : 0;

	if (f->seen->reset.delivered == DELIVERED_NO) {
		if (s)
			s->undelivered++;
		return;
	}
	if (s && is_first(t, group, f, &s->is_at_least))
		s->connections++;
	if (is_first(t, 0, f, &t->is_at_least))
		t->connections_reset++;
}

/* Its sender's story tells of this RST already, and of what it was caused by. A story of what
 * was received is no sender's. */
static bool is_told(const struct summary *t, const struct finding *f)
{
	const struct flush *flush = f->reset->flush;

	for (size_t i = 0; f->reset->sent_as && flush && i < t->stories_count; i++)
		if (t->stories[i].blamed.verdict != VERDICT_REMOTE &&
		    has_act(&t->stories[i], flush->id))
			return true;
	return false;
}

/* One namespace's leave room for the others'. */
static bool may_begin(const struct story *stories, size_t count, size_t limit,
		      size_t limit_of_netns, struct netns_id netns)
{
	size_t own = 0;

	for (size_t i = 0; i < count; i++)
		own += netns_equal(stories[i].first.netns, netns);
	return count < limit && own < limit_of_netns;
}

void stories_add(struct summary *t, const struct finding *f)
{
	struct story *s = NULL;

	if (is_told(t, f))
		return;
	for (size_t i = 0; i < t->stories_count && !s; i++)
		if (is_same_story(&t->stories[i], f))
			s = &t->stories[i];
	if (!s &&
	    may_begin(t->stories, t->stories_count, STORIES_MAX, STORIES_OF_NETNS_MAX, f->netns)) {
		s = &t->stories[t->stories_count++];
		set_first(s, f);
		s->first_wall_ns = f->wall_ns;
	}
	count_connection(t, s, f);
	if (!s) {
		t->stories_untold++;
		return;
	}
	if (f->reset->confidence > s->blamed.confidence)
		set_first(s, f);
	s->resets++;
	s->proven += f->reset->confidence == CONFIDENCE_PROVEN;
	s->last_wall_ns = f->wall_ns;
	add_act(s, f->reset);
	add_victim(s, &f->seen->reset.victim);
}

/* ---- not blamed ---- */

/* On a busy machine there may be no time to find whose a socket is. */
static bool may_be_same_process(const struct victim *a, const struct victim *b)
{
	return !a->process.pid || !b->process.pid || a->process.pid == b->process.pid;
}

/* Of who listens there: what a later look found after one that had no time. */
static bool tells_more(const struct victim *later, const struct victim *known)
{
	if (later->role != VICTIM_LISTENER || known->process.pid)
		return false;
	return later->look == LOOK_FOUND ||
	       (later->look == LOOK_ABSENT && known->look != LOOK_FOUND);
}

/* Who listens there out of reach decides what to do about it. Whom nobody looked for is the
 * one that was found on that port. */
static bool is_same_listener(const struct story *s, const struct finding *f)
{
	const struct reset_observation *r = &f->seen->reset;
	bool is_found = is_listener_found(&r->victim), is_absent = r->victim.look == LOOK_ABSENT;

	if (!is_listener_found(&s->victim))
		return !is_found;
	return !is_absent && s->packet.dport == r->packet.dport &&
	       s->first.netns.inum == f->netns.inum &&
	       (!is_found || (s->victim.barrier == r->victim.barrier &&
			      may_be_same_process(&s->victim, &r->victim)));
}

/* Of those, what ended the socket decides what to do about it, too. */
static bool is_same_other(const struct story *s, const struct finding *f)
{
	const struct socket_end *ended = &f->seen->reset.ended;

	return is_same_story(s, f) && is_same_listener(s, f) && s->ended.how == ended->how &&
	       !strcmp(s->ended.by.comm, ended->by.comm) && !s->blamed.by == !f->reset->by &&
	       s->is_sent_by_nat == (f->seen->reset.pickup == PICKUP_RENEWED);
}

/* One that names a listener before one of nobody. */
static struct story *find_other(struct summary *t, const struct finding *f)
{
	struct story *found = NULL;

	for (size_t i = 0; i < t->others_count; i++) {
		struct story *s = &t->others[i];

		if (is_same_other(s, f) && (!found || is_listener_found(&s->victim)))
			found = s;
	}
	return found;
}

/* A scan of ports comes by each that listens on loopback. */
static bool has_enough_listeners(const struct summary *t, const struct finding *f)
{
	size_t count = 0;

	for (size_t i = 0; i < t->others_count; i++)
		count += is_listener_found(&t->others[i].victim);
	return is_listener_found(&f->seen->reset.victim) && count >= LISTENERS_TOLD_MAX;
}

void stories_add_other(struct summary *t, const struct finding *f)
{
	struct story *s;

	if (f->reset->sent_as) /* of its sender's */
		return;
	s = find_other(t, f);
	if (s) {
		s->resets++;
		if (tells_more(&f->seen->reset.victim, &s->victim))
			s->victim = f->seen->reset.victim;
		add_act(s, f->reset);
		return;
	}
	if (!may_begin(t->others, t->others_count, OTHERS_MAX, OTHERS_OF_NETNS_MAX, f->netns) ||
	    has_enough_listeners(t, f))
		return;
	s = &t->others[t->others_count++];
	set_first(s, f);
	s->resets = 1;
	add_act(s, f->reset);
}

/* The first of them have lines of their own, and so a story. */
static void add_counted_blamed(struct summary *t, const struct finding *f)
{
	for (size_t i = 0; i < t->stories_count; i++)
		if (is_same_story(&t->stories[i], f)) {
			t->stories[i].resets += f->seen->counted.count;
			t->stories[i].is_at_least = true;
			if (f->seen->counted.last_wall_ns > t->stories[i].last_wall_ns)
				t->stories[i].last_wall_ns = f->seen->counted.last_wall_ns;
			return;
		}
	t->stories_untold += f->seen->counted.count;
}

void stories_add_counted(struct summary *t, const struct finding *f)
{
	struct story *s;

	if (reset_is_blamed(f->reset))
		return add_counted_blamed(t, f);
	for (size_t i = 0; i < t->others_count; i++)
		if (is_same_story(&t->others[i], f) && !is_listener_found(&t->others[i].victim)) {
			t->others[i].resets += f->seen->counted.count;
			return;
		}
	if (!may_begin(t->others, t->others_count, OTHERS_MAX, OTHERS_OF_NETNS_MAX, f->netns))
		return;
	s = &t->others[t->others_count++];
	s->blamed = *f->reset;
	s->first.netns = f->netns;
	s->first.mono_ns = f->mono_ns;
	s->first.wall_ns = f->wall_ns;
	s->resets = f->seen->counted.count;
}
