// SPDX-License-Identifier: GPL-2.0-only
#include "model/finding.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "model/causes.h"

const struct tuple *risk_socket(const struct risk *risk)
{
	return risk->inner.sport ? &risk->inner : &risk->flow.orig;
}

bool reset_is_blamed(const struct reset_blame *r)
{
	switch (verdict_row(r->verdict)->blames) {
	case VERDICT_BLAMES_CONNTRACK:
		return true;
	case VERDICT_BLAMES_CHAIN: /* a new translation needs a removal */
		return r->because_count > 0;
	default:
		return false;
	}
}

bool reset_is_accused(const struct reset_blame *r)
{
	return reset_is_blamed(r) && r->verdict != VERDICT_ENTRY_UNKNOWN &&
	       r->confidence >= CONFIDENCE_LIKELY;
}

bool actor_equal(const struct actor *a, const struct actor *b)
{
	return a->pid && a->pid == b->pid && a->start_boottime_ns == b->start_boottime_ns;
}

const struct actor *flush_actor(const struct flush *f)
{
	if (f->actor.pid)
		return &f->actor;
	return f->by && f->by->seen.actor.pid ? &f->by->seen.actor : NULL;
}

/* ---- copies ---- */

/* A finding and what it points to that lives during a call only. Its first member is
 * what others see. */
struct kept {
	struct finding finding;
	struct observation seen;
	struct wanted_socket wanted;
	union {
		struct {
			struct flush flush;
			struct change by;
		};
		struct change change;
		struct reset_blame reset;
		struct risk risk;
	};
	char *owned; /* texts, or ports; NULL: none */
};

/* How much of an observation there is: a removal is a quarter of a reset, and of them
 * there are millions. */
static size_t observation_bytes(enum observation_type type)
{
	const size_t head = offsetof(struct observation, start);

	switch (type) {
	case OBSERVATION_ADDRESS:
	case OBSERVATION_LINK:
		return head + sizeof(struct change_observation);
	case OBSERVATION_ACT_BEGIN:
	case OBSERVATION_ACT_END:
		return head + sizeof(struct act_observation);
	case OBSERVATION_REMOVAL:
		return head + sizeof(struct removal_observation);
	case OBSERVATION_ENTRY:
		return head + sizeof(struct entry_observation);
	default:
		return sizeof(struct observation);
	}
}

static void visit_start(struct start_observation *start, void (*visit)(void *, const char **),
			void *ctx)
{
	visit(ctx, &start->version);
	visit(ctx, &start->host);
	visit(ctx, &start->kernel);
	visit(ctx, &start->arch);
	for (size_t i = 0; i < start->probes_count; i++) {
		visit(ctx, &start->probes[i].name);
		visit(ctx, &start->probes[i].how);
		visit(ctx, &start->probes[i].symbol);
		visit(ctx, &start->probes[i].why);
	}
}

/* Each text of the copy, which points to the original's at first. */
static void visit_texts(struct kept *k, void (*visit)(void *, const char **), void *ctx)
{
	switch (k->finding.type) {
	case FINDING_START:
		return visit_start(&k->seen.start, visit, ctx);
	case FINDING_ACT:
		if (k->seen.type == OBSERVATION_ACT_BEGIN)
			visit(ctx, &k->seen.act.stack);
		return;
	case FINDING_REMOVAL:
		return visit(ctx, &k->seen.removal.stack);
	case FINDING_FLUSH:
		return visit(ctx, (const char **)&k->flush.stack);
	default:
		return;
	}
}

static void measure_text(void *ctx, const char **text)
{
	size_t *bytes = ctx;

	*bytes += *text ? strlen(*text) + 1 : 0;
}

static void move_text(void *ctx, const char **text)
{
	char **to = ctx;

	if (!*text)
		return;
	*text = strcpy(*to, *text);
	*to += strlen(*to) + 1;
}

static bool own_texts(struct kept *k)
{
	size_t bytes = 0;
	char *to;

	visit_texts(k, measure_text, &bytes);
	if (!bytes)
		return true;
	k->owned = to = malloc(bytes);
	if (!to)
		return false;
	visit_texts(k, move_text, &to);
	return true;
}

static bool own_ports(struct kept *k)
{
	struct resets_observation *r = &k->seen.counted;
	size_t bytes = r->ports_count * sizeof(*r->ports);

	if (!bytes)
		return true;
	k->owned = malloc(bytes);
	if (!k->owned)
		return false;
	memcpy(k->owned, r->ports, bytes);
	r->ports = (const struct port_count *)(const void *)k->owned;
	return true;
}

/* A flush goes on after it was told, or is forgotten when it removed nothing. */
static void keep_flush(struct kept *k, const struct flush *flush)
{
	k->flush = *flush;
	k->finding.flush = &k->flush;
	if (!flush->by)
		return;
	k->by = *flush->by;
	k->flush.by = &k->by;
}

static void keep_rest(struct kept *k, const struct finding *f)
{
	if (f->type == FINDING_FLUSH)
		keep_flush(k, f->flush);
	if (f->wanted) {
		k->wanted = *f->wanted;
		k->finding.wanted = &k->wanted;
	}
	if (f->change) {
		k->change = *f->change;
		k->finding.change = &k->change;
	}
	if (f->reset) {
		k->reset = *f->reset;
		k->finding.reset = &k->reset;
	}
	if (f->risk) {
		k->risk = *f->risk;
		k->finding.risk = &k->risk;
	}
}

struct finding *finding_copy(const struct finding *f)
{
	struct kept *k = malloc(sizeof(*k));

	if (!k)
		return NULL;
	k->finding = *f;
	k->owned = NULL;
	if (f->seen) {
		memcpy(&k->seen, f->seen, observation_bytes(f->seen->type));
		k->finding.seen = &k->seen;
	}
	keep_rest(k, f);
	if (f->type == FINDING_RESETS ? own_ports(k) : own_texts(k))
		return &k->finding;
	finding_free(&k->finding);
	return NULL;
}

void finding_free(struct finding *f)
{
	struct kept *k = (struct kept *)f; /* its first member */

	if (!k)
		return;
	free(k->owned);
	free(k);
}

void finding_set_victim(struct finding *copy, const struct victim *victim,
			const struct reset_blame *blamed)
{
	struct kept *k = (struct kept *)copy;

	k->seen.reset.victim = *victim;
	k->reset = *blamed;
}
