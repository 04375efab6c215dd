// SPDX-License-Identifier: GPL-2.0-only
#include "summary/summary.h"

#include <string.h>

#include "summary/advice.h"

static bool is_same_story(const struct story *s, const struct reset_blame *r)
{
	return s->blamed.verdict == r->verdict && s->blamed.cause == r->cause &&
	       s->blamed.confidence == r->confidence && s->blamed.flush == r->flush &&
	       s->blamed.ruleset.id == r->ruleset.id && s->blamed.arrival == r->arrival;
}

static struct story *find_story(struct summary *t, const struct finding *f)
{
	const struct reset_observation *reset = &f->seen->reset;
	struct story *s;

	for (size_t i = 0; i < t->stories_count; i++)
		if (is_same_story(&t->stories[i], f->reset))
			return &t->stories[i];
	if (t->stories_count == STORIES_MAX)
		return NULL;
	s = &t->stories[t->stories_count++];
	s->blamed = *f->reset;
	s->first = *f;
	s->first.seen = NULL;
	s->first.reset = NULL;
	s->packet = reset->packet;
	s->packet_flags = reset->flags;
	s->family = reset->family;
	s->victim = reset->victim;
	return s;
}

static void add_reset(struct summary *t, const struct finding *f)
{
	struct story *s;

	t->resets_total++;
	t->resets[f->reset->verdict]++;
	t->was_seen[f->reset->verdict][f->reset->cause] = true;
	if (!reset_is_blamed(f->reset))
		return;
	t->blamed++;
	/* entry-unknown is never more than a warning, whatever was seen. */
	if (f->reset->confidence == CONFIDENCE_PROVEN && f->reset->verdict != VERDICT_ENTRY_UNKNOWN)
		t->blamed_proven++;
	s = find_story(t, f);
	if (!s) {
		t->stories_untold++;
		return;
	}
	s->resets++;
	s->last_wall_ns = f->wall_ns;
}

/* None of them is blamed on conntrack: those are told one by one. */
static void add_resets(struct summary *t, const struct finding *f)
{
	uint64_t count = f->seen->counted.count;

	if (t->filter) {
		t->resets_unfiltered += count;
		return;
	}
	t->resets_total += count;
	t->resets_counted += count;
	t->resets[f->reset->verdict] += count;
	t->was_seen[f->reset->verdict][f->reset->cause] = true;
}

static void add_loss(struct summary *t, const struct lost_observation *lost)
{
	size_t i = 0;

	t->lost_total += lost->count;
	while (i < t->losses_count && strcmp(t->losses[i].probe, lost->probe) != 0)
		i++;
	if (i == LOSSES_MAX)
		return;
	if (i == t->losses_count) {
		memcpy(t->losses[i].probe, lost->probe, sizeof(t->losses[i].probe));
		t->losses_count++;
	}
	t->losses[i].count += lost->count;
}

static void add_removal(struct summary *t, const struct finding *f)
{
	const struct removal_observation *r = &f->seen->removal;

	if (!f->flush)
		t->removals[r->cause]++;
	else if (flow_is_translated(&r->flow) && r->tcp_state != TRACKER_TIME_WAIT &&
		 r->tcp_state != TRACKER_CLOSE)
		t->live_removed++;
}

/* Nothing is masqueraded to a loopback address; each namespace that ends removes its own. */
static bool queues_flush(const struct change_observation *c)
{
	return c->op == ADDRESS_REMOVE && !c->is_dead &&
	       !address_is_loopback(&c->address, c->family);
}

static void add_flush(struct summary *t, const struct flush *flush)
{
	if (!flush->is_ended || flush->is_single)
		return;
	/* One that found nothing to remove ran all the same. */
	if (flush->by && queues_flush(&flush->by->seen) && t->addresses_unflushed)
		t->addresses_unflushed--;
	if (!flush->entries)
		return;
	t->flushes++;
	t->removals[flush->cause] += flush->entries;
}

static void add_address(struct summary *t, const struct change *c)
{
	if (c->seen.op == ADDRESS_REMOVE) {
		t->addresses_removed++;
		t->addresses_unflushed += queues_flush(&c->seen);
		return;
	}
	t->addresses_added++;
	if (t->arrivals_count < ARRIVALS_MAX)
		t->arrivals[t->arrivals_count++] = (struct arrival){
			.netns = c->netns,
			.ifindex = c->seen.ifindex,
			.local = c->seen.local,
			.mono_ns = c->mono_ns,
			.wall_ns = c->wall_ns,
		};
}

const struct arrival *summary_return(const struct summary *t, const struct change *removed)
{
	for (size_t i = 0; i < t->arrivals_count; i++) {
		const struct arrival *a = &t->arrivals[i];

		if (netns_equal(a->netns, removed->netns) && a->mono_ns > removed->mono_ns &&
		    address_equal(&a->local, &removed->seen.local))
			return a;
	}
	return NULL;
}

static struct risk_group *find_group(struct summary *t, const struct victim *victim)
{
	for (size_t i = 0; i < t->risk_groups_count; i++)
		if (t->risk_groups[i].victim == victim)
			return &t->risk_groups[i];
	return NULL;
}

static void begin_risk(struct summary *t, const struct risk *risk)
{
	struct risk_group *group = find_group(t, risk->victim);

	t->at_risk++;
	t->risks++;
	if (!group && t->risk_groups_count < RISK_GROUPS_MAX) {
		group = &t->risk_groups[t->risk_groups_count++];
		group->victim = risk->victim;
	}
	if (group)
		group->flows++;
}

static void end_risk(struct summary *t, const struct risk *risk)
{
	struct risk_group *group = find_group(t, risk->victim);

	t->at_risk--;
	t->risks_over[risk->end]++;
	if (group)
		group->flows--;
}

bool summary_knows_risk(const struct summary *t)
{
	return !t->live_removed || t->sweeps || t->risks || t->unfollowed;
}

/* What one could not see, a later one that looks for others does not make up for. */
static void add_look(struct summary *t, const struct sockets_observation *look)
{
	uint32_t unseen = t->look.unseen > look->unseen ? t->look.unseen : look->unseen;

	t->look = *look;
	t->look.unseen = unseen;
}

bool summary_may_miss_risk(const struct summary *t)
{
	return t->look.unseen && (t->is_audit || t->live_removed);
}

static void add_start(struct summary *t, const struct start_observation *start)
{
	t->is_audit = start->is_audit;
	if (start->window_s > t->planned_s)
		t->planned_s = start->window_s;
	/* Each probe that is there says that it lost nothing, so far. */
	for (size_t i = 0; i < start->probes_count; i++) {
		struct lost_observation none = { .count = 0 };

		strncpy(none.probe, start->probes[i].name, sizeof(none.probe) - 1);
		add_loss(t, &none);
		t->is_blind |= start->probes[i].is_blind;
	}
}

void summary_add(struct summary *t, const struct finding *f)
{
	switch (f->type) {
	case FINDING_START:
		add_start(t, &f->seen->start);
		break;
	case FINDING_ADDRESS:
		add_address(t, f->change);
		break;
	case FINDING_REMOVAL:
		add_removal(t, f);
		break;
	case FINDING_FLUSH:
		add_flush(t, f->flush);
		break;
	case FINDING_RESET:
		add_reset(t, f);
		break;
	case FINDING_RESETS:
		add_resets(t, f);
		break;
	case FINDING_AT_RISK:
		begin_risk(t, f->risk);
		break;
	case FINDING_RISK_OVER:
		end_risk(t, f->risk);
		break;
	case FINDING_UNFOLLOWED:
		t->unfollowed++;
		t->follow_limit = f->risk->limit;
		break;
	case FINDING_SOCKETS:
		t->sweeps += !f->seen->sockets.is_again;
		add_look(t, &f->seen->sockets);
		break;
	case FINDING_LOST:
		add_loss(t, &f->seen->lost);
		break;
	case FINDING_END:
		if (f->seen->window_s > t->window_s)
			t->window_s = f->seen->window_s;
		break;
	case FINDING_LINK:
	case FINDING_RULESET:
	case FINDING_PROBE:
	case FINDING_LOG:
	case FINDING_NAMESPACE:
	case FINDING_ACT:
	case FINDING_ENTRY:
		break;
	}
}

enum status summary_status(const struct summary *t)
{
	if (t->blamed_proven)
		return STATUS_CRITICAL;
	/* Those that are not followed were at risk, and may be still. */
	if (t->blamed || t->at_risk || t->unfollowed)
		return STATUS_WARNING;
	return t->lost_total || t->is_blind || t->look.unsure || summary_may_miss_risk(t) ?
		       STATUS_UNKNOWN :
		       STATUS_OK;
}

const char *status_name(enum status status)
{
	static const char *const names[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

	return names[status];
}

static bool is_listed(const char *const *list, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(list[i], text))
			return true;
	return false;
}

static size_t add_advice(const struct reset_blame *blamed, const char **out, size_t count)
{
	const char *const *lines = advice_for(blamed);

	for (; *lines && count < ADVICE_MAX; lines++)
		if (!is_listed(out, count, *lines))
			out[count++] = *lines;
	return count;
}

static size_t add_advice_at_risk(const char **out, size_t count)
{
	static const char at_risk[] =
		"Restart or reconnect the clients at risk, or make them send something before the "
		"server does: a client-side keepalive recreates the entry.";

	if (count < ADVICE_MAX)
		out[count++] = at_risk;
	return count;
}

/* On what was blamed; with nothing blamed, on the other resets. */
size_t summary_advice(const struct summary *t, const char **out)
{
	size_t count = 0;

	for (size_t i = 0; i < t->stories_count; i++)
		count = add_advice(&t->stories[i].blamed, out, count);
	if (t->at_risk || t->unfollowed)
		count = add_advice_at_risk(out, count);
	if (t->blamed)
		return count;
	for (enum verdict v = 0; v < VERDICTS; v++)
		for (enum cause c = 0; c < CAUSES; c++)
			if (t->was_seen[v][c]) {
				struct reset_blame seen = { .verdict = v, .cause = c };

				count = add_advice(&seen, out, count);
			}
	return count;
}
