// SPDX-License-Identifier: GPL-2.0-only
#include "summary/summary.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "model/words.h"
#include "summary/stories.h"

/* ---- flows that lost their entry, and what became of them ---- */

/* By the reply tuple, which is what the peer outside sends. */
enum { GROUP_REMOVED = UINT32_MAX, GROUP_ACCOUNTED = UINT32_MAX - 1 };

/* An act under which flows end that nobody gave up. Others end idle flows, too, or go with
 * the flow's own end. */
static bool is_of_live_flows(enum cause cause)
{
	return cause == CAUSE_ADDRESS_REMOVED || cause == CAUSE_LINK_DOWN ||
	       cause == CAUSE_USER_FLUSH || cause == CAUSE_USER_DELETE ||
	       cause == CAUSE_ROUTE_CHANGE || cause == CAUSE_MODULE_UNLOAD;
}

/* The namespace that reset it need not be the one that had the entry. */
static struct netns_id node_of(struct netns_id netns)
{
	return (struct netns_id){ .node = netns.node };
}

static void expect_reset(struct summary *t, const struct finding *f)
{
	const struct removal_observation *r = &f->seen->removal;
	struct netns_id node = node_of(f->netns);
	uint8_t family = r->flow.family;

	if (r->tcp_state != TRACKER_ESTABLISHED || !is_of_live_flows(f->flush->cause))
		return;
	if (connections_add(&t->connections, GROUP_REMOVED, node, family, &r->flow.reply) ==
	    CONNECTIONS_NEW)
		t->expected++;
}

/* It was reset, is at risk (its socket was found), has its entry again, or a new connection
 * has taken its place. */
static void account_for(struct summary *t, struct netns_id netns, uint8_t family,
			const struct tuple *reply)
{
	struct netns_id node = node_of(netns);

	if (t->expected && connections_has(&t->connections, GROUP_REMOVED, node, family, reply) &&
	    connections_add(&t->connections, GROUP_ACCOUNTED, node, family, reply) ==
		    CONNECTIONS_NEW)
		t->expected--;
}

static void account_for_reset(struct summary *t, const struct finding *f)
{
	const struct reset_blame *b = f->reset;

	account_for(t, f->netns, f->seen->reset.family, &f->seen->reset.packet);
	if (b->flow.family)
		account_for(t, f->netns, b->flow.family,
			    b->renewed_ago_ns ? &b->removed_reply : &b->flow.reply);
}

bool summary_expects_resets(const struct summary *t)
{
	return t->expected && !summary_may_miss_risk(t);
}

/* ---- findings ---- */

/* The rule did what it is there for, and yet the flow was cut off for want of its entry. */
static bool is_refusal(const struct reset_blame *b)
{
	return b->verdict == VERDICT_REFUSED_BY_RULE && b->flush;
}

static void add_reset(struct summary *t, const struct finding *f)
{
	bool is_undelivered = f->seen->reset.delivered == DELIVERED_NO;

	t->resets_total++;
	t->resets[f->reset->verdict]++;
	t->resets_by[f->reset->verdict][f->reset->cause]++;
	if (is_undelivered)
		t->undelivered++;
	else
		account_for_reset(t, f);
	if (!reset_is_blamed(f->reset)) {
		t->refused += is_refusal(f->reset);
		stories_add_other(t, f);
		return;
	}
	t->blamed++;
	/* entry-unknown is never more than a warning, whatever was seen. */
	if (f->reset->confidence == CONFIDENCE_PROVEN && f->reset->verdict != VERDICT_ENTRY_UNKNOWN)
		t->blamed_proven++;
	stories_add(t, f);
}

/* Those that are blamed on conntrack are entry-unknown: the others are told one by one. */
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
	t->resets_by[f->reset->verdict][f->reset->cause] += count;
	if (reset_is_blamed(f->reset)) {
		t->blamed += count;
		t->is_at_least = true; /* whose they were is not told */
	}
	stories_add_counted(t, f);
}

static void add_loss(struct summary *t, const struct lost_observation *lost)
{
	size_t i = 0;

	t->lost_total += lost->count;
	if (lost->is_foreign)
		t->lost_foreign += lost->count;
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

/* What the kernel counted and nobody saw is lost, whatever the reason. */
static void add_witness(struct summary *t, const struct witness_observation *w)
{
	struct lost_observation lost = { .count = w->missing };
	struct doubt *doubt = &t->doubts[w->of];

	t->unwitnessed += w->unread;
	if (!w->missing)
		return;
	snprintf(lost.probe, sizeof(lost.probe), "unseen-%s", witness_name(w->of));
	add_loss(t, &lost);
	if (w->counted - w->seen > doubt->counted - doubt->seen)
		*doubt = (struct doubt){ w->counted, w->seen };
}

static void add_removal(struct summary *t, const struct finding *f)
{
	const struct removal_observation *r = &f->seen->removal;

	if (!f->flush)
		t->removals[r->cause]++;
	else if (flow_is_translated(&r->flow) && r->tcp_state != TRACKER_TIME_WAIT &&
		 r->tcp_state != TRACKER_CLOSE) {
		t->live_removed++;
		expect_reset(t, f);
	}
}

/* Nothing is masqueraded to a loopback address; each namespace that ends removes its own. */
static bool queues_flush(const struct change_observation *c)
{
	return c->op == ADDRESS_REMOVE && !c->is_dead &&
	       !address_is_loopback(&c->address, c->family);
}

static void add_flush(struct summary *t, const struct flush *flush)
{
	if (!flush->is_ended)
		return;
	if (flush->is_single) { /* its removals are counted one by one */
		t->flushes++;
		t->flushes_by[flush->cause]++;
		return;
	}
	/* One that found nothing to remove ran all the same. */
	if (flush->by && queues_flush(&flush->by->seen) && t->addresses_unflushed)
		t->addresses_unflushed--;
	if (!flush->entries)
		return;
	t->flushes++;
	t->flushes_by[flush->cause]++;
	t->removals[flush->cause] += flush->entries;
}

static void add_arrival(struct summary *t, const struct change *c)
{
	static const struct strangers none; /* they are owners already */
	struct netns_id owner = c->netns;
	size_t at = t->arrivals_count;

	if (c->seen.is_foreign)
		owner.inum = OWNER_FOREIGN;
	if (at == ARRIVALS_MAX)
		at = budgets_evict(&t->arrivals_budgets, &none, t->arrivals, sizeof(*t->arrivals),
				   at);
	else
		t->arrivals_count++;
	budgets_take(&t->arrivals_budgets, owner);
	t->arrivals[at] = (struct arrival){
		.when = { owner, c->mono_ns },
		.netns = c->netns,
		.ifindex = c->seen.ifindex,
		.local = c->seen.local,
		.wall_ns = c->wall_ns,
		.actor = c->seen.actor,
	};
}

static void add_address(struct summary *t, const struct change *c)
{
	if (c->seen.op == ADDRESS_REMOVE) {
		t->addresses_removed++;
		t->addresses_unflushed += queues_flush(&c->seen);
		return;
	}
	t->addresses_added++;
	add_arrival(t, c);
}

const struct arrival *summary_return(const struct summary *t, const struct change *removed)
{
	const struct arrival *first = NULL;

	for (size_t i = 0; i < t->arrivals_count; i++) {
		const struct arrival *a = &t->arrivals[i];

		if (netns_equal(a->netns, removed->netns) && a->when.mono_ns > removed->mono_ns &&
		    address_equal(&a->local, &removed->seen.local) &&
		    (!first || a->when.mono_ns < first->when.mono_ns))
			first = a;
	}
	return first;
}

static void add_ruleset(struct summary *t, const struct finding *f)
{
	const struct ruleset_observation *r = &f->seen->ruleset;
	size_t i = 0;

	if (r->op != RULESET_HOOKS_ADDED || !(r->hooks & HOOKS_NAT))
		return;
	while (i < t->hooks_returns_count && !netns_equal(t->hooks_returns[i].netns, f->netns))
		i++;
	if (i == HOOKS_RETURNS_MAX)
		return;
	if (i == t->hooks_returns_count)
		t->hooks_returns_count++;
	t->hooks_returns[i] = (struct hooks_return){ f->netns, f->mono_ns };
}

bool summary_has_hooks_again(const struct summary *t, const struct ruleset *removed)
{
	for (size_t i = 0; i < t->hooks_returns_count; i++)
		if (netns_equal(t->hooks_returns[i].netns, removed->netns))
			return t->hooks_returns[i].mono_ns > removed->mono_ns;
	return false;
}

void summary_add_host(struct summary *t, const struct finding *f)
{
	const struct start_observation *s = &f->seen->start;
	uint32_t node = f->netns.node;

	if (node >= HOSTS_MAX)
		return;
	utf8_printable(s->host ? s->host : "", t->hosts[node].name, HOST_BYTES);
	utf8_printable(s->version ? s->version : "", t->hosts[node].version,
		       sizeof(t->hosts[node].version));
}

const char *summary_host(const struct summary *t, uint32_t node)
{
	return t->nodes > 1 && node < HOSTS_MAX ? t->hosts[node].name : "";
}

static bool is_worse(const struct story *a, const struct story *b)
{
	if (!a->connections != !b->connections)
		return a->connections;
	if (a->blamed.confidence != b->blamed.confidence)
		return a->blamed.confidence > b->blamed.confidence;
	return a->connections > b->connections;
}

const struct story *summary_worst(const struct summary *t)
{
	const struct story *worst = NULL;

	for (size_t i = 0; i < t->stories_count; i++)
		if (!worst || is_worse(&t->stories[i], worst))
			worst = &t->stories[i];
	return worst;
}

const struct story *summary_refused(const struct summary *t)
{
	for (size_t i = 0; i < t->others_count; i++)
		if (is_refusal(&t->others[i].blamed))
			return &t->others[i];
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

	account_for(t, risk->netns, risk->flow.family, &risk->flow.reply);
	if (!t->own_gone)
		t->own_gone = risk->by;
	t->has_more_gone |= risk->by && risk->by != t->own_gone;
	t->at_risk++;
	t->at_risk_own += risk->by != NULL;
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
	t->at_risk_own -= risk->by != NULL;
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
	uint64_t untraced = t->look.untraced + look->untraced;

	t->look = *look;
	t->look.unseen = unseen;
	t->look.untraced = untraced;
}

bool summary_may_miss_risk(const struct summary *t)
{
	return (t->look.unseen || t->look.untraced) && (t->is_audit || t->live_removed);
}

uint64_t summary_lost(const struct summary *t, enum sense sense)
{
	for (size_t i = 0; i < t->losses_count; i++)
		if (!strcmp(t->losses[i].probe, sense_word(sense)))
			return t->losses[i].count;
	return 0;
}

enum sense summary_switch_off(const struct summary *t)
{
	return summary_lost(t, SENSE_FTRACE)   ? SENSE_FTRACE :
	       summary_lost(t, SENSE_KPROBES)  ? SENSE_KPROBES :
	       summary_lost(t, SENSE_REPLACED) ? SENSE_REPLACED :
						 SENSE_OTHER;
}

/* Once, whichever recordings have it. */
static void add_gap(struct summary *t, const char *words)
{
	char gap[sizeof(t->gaps[0])];

	utf8_printable(words, gap, sizeof(gap));
	for (size_t i = 0; i < t->gaps_count; i++)
		if (!strcmp(t->gaps[i], gap))
			return;
	if (t->gaps_count < START_GAPS_MAX)
		memcpy(t->gaps[t->gaps_count++], gap, sizeof(gap));
}

static void add_start(struct summary *t, const struct finding *f)
{
	const struct start_observation *s = &f->seen->start;

	summary_add_host(t, f);
	t->is_audit = s->is_audit;
	if (s->window_s > t->planned_s)
		t->planned_s = s->window_s;
	for (size_t i = 0; i < s->gaps_count; i++)
		add_gap(t, s->gaps[i]);
	/* Each probe that is there says that it lost nothing, so far. */
	for (size_t i = 0; i < s->probes_count; i++) {
		struct lost_observation none = { .count = 0 };

		strncpy(none.probe, s->probes[i].name, sizeof(none.probe) - 1);
		add_loss(t, &none);
		if (s->probes[i].is_blind && !t->is_blind)
			t->blind = s->probes[i].sense;
		t->is_blind |= s->probes[i].is_blind;
	}
}

void summary_add(struct summary *t, const struct finding *f)
{
	if (f->netns.node >= t->nodes)
		t->nodes = f->netns.node + 1;
	switch (f->type) {
	case FINDING_START:
		add_start(t, f);
		break;
	case FINDING_RULESET:
		add_ruleset(t, f);
		break;
	case FINDING_ADDRESS:
		add_address(t, f->change);
		break;
	case FINDING_REMOVAL:
		add_removal(t, f);
		break;
	case FINDING_ENTRY:
		account_for(t, f->netns, f->seen->entry.flow.family, &f->seen->entry.flow.reply);
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
	case FINDING_WITNESS:
		add_witness(t, &f->seen->witness);
		break;
	case FINDING_END:
		if (f->seen->window_s > t->window_s)
			t->window_s = f->seen->window_s;
		break;
	case FINDING_LINK:
	case FINDING_PROBE:
	case FINDING_LOG:
	case FINDING_NAMESPACE:
	case FINDING_LISTENER:
	case FINDING_RULES:
	case FINDING_ACT:
		break;
	}
}

enum status summary_status(const struct summary *t)
{
	if (t->blamed_proven)
		return STATUS_CRITICAL;
	/* Those that are not followed were at risk, and may be still. */
	if (t->blamed || t->refused || t->at_risk || t->unfollowed)
		return STATUS_WARNING;
	if (t->lost_total > t->lost_foreign || t->is_blind || t->look.unsure ||
	    summary_may_miss_risk(t))
		return STATUS_UNKNOWN;
	return summary_expects_resets(t) ? STATUS_WARNING : STATUS_OK;
}

const char *status_name(enum status status)
{
	static const char *const names[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

	return names[status];
}
