// SPDX-License-Identifier: GPL-2.0-only
#include "report/strays.h"

#include <string.h>

#define MINUTE_NS (60ULL * 1000 * 1000 * 1000)

static bool is_stray(const struct finding *f)
{
	const struct reset_blame *b = f->reset;
	const struct reset_observation *r;

	if (f->type != FINDING_RESET || b->confidence == CONFIDENCE_PROVEN)
		return false;
	r = &f->seen->reset;
	return r->kind == RESET_ANSWER && !(r->flags & PACKET_SYN) &&
	       (b->verdict == VERDICT_ENTRY_UNKNOWN || b->verdict == VERDICT_STALE_CONNECTION ||
		b->verdict == VERDICT_UNEXPLAINED) &&
	       !b->because_count && !b->removed_ago_ns && !b->doubted_cause && !b->arrival &&
	       !b->actor.pid && r->victim.socket_state == SOCKET_NONE &&
	       r->ended.how == SOCKET_END_NONE && r->socket == SOCKET_NONE;
}

static bool is_kind(const struct stray_kind *k, const struct finding *f, struct netns_id netns)
{
	return netns_equal(k->netns, netns) && k->family == f->seen->reset.family &&
	       k->verdict == f->reset->verdict && k->cause == f->reset->cause &&
	       k->confidence == f->reset->confidence;
}

/* NULL: there is no room for one more. */
static struct stray_kind *find(struct stray_kind *kinds, size_t *count, size_t max,
			       const struct finding *f, struct netns_id netns)
{
	for (size_t i = 0; i < *count; i++)
		if (is_kind(&kinds[i], f, netns))
			return &kinds[i];
	if (*count == max)
		return NULL;
	kinds[*count] = (struct stray_kind){ .netns = netns,
					     .family = f->seen->reset.family,
					     .verdict = f->reset->verdict,
					     .cause = f->reset->cause,
					     .confidence = f->reset->confidence };
	return &kinds[(*count)++];
}

bool strays_count(struct strays *s, const struct finding *f)
{
	const struct netns_id nowhere = { .node = f->netns.node };
	struct stray_kind *k;

	if (!is_stray(f))
		return false;
	if (!s->begin_ns)
		s->begin_ns = f->mono_ns;
	k = find(s->kinds, &s->kinds_count, STRAYS_KINDS_MAX, f, f->netns);
	if (!k)
		k = find(&s->kinds[STRAYS_KINDS_MAX], &s->others_count, STRAYS_OTHERS_MAX, f,
			 nowhere);
	if (!k) /* a replay of very many nodes */
		return false;
	if (k->told < STRAYS_TOLD_MAX && s->told < STRAYS_TOLD_OF_ALL_MAX) {
		k->told++;
		s->told++;
		return false;
	}
	if (!k->counted++) {
		k->id = f->id;
		k->first_wall_ns = f->wall_ns;
	}
	k->last_wall_ns = f->wall_ns;
	k->last_mono_ns = f->mono_ns;
	return true;
}

bool strays_are_due(const struct strays *s, const struct finding *f)
{
	return s->begin_ns && (f->type == FINDING_END || f->mono_ns >= s->begin_ns + MINUTE_NS);
}

static struct stray_kind *next_counted(struct strays *s)
{
	for (size_t i = 0; i < STRAYS_KINDS_MAX + STRAYS_OTHERS_MAX; i++)
		if (s->kinds[i].counted)
			return &s->kinds[i];
	return NULL;
}

static void write_line(struct stray_kind *k, struct observation *seen, struct reset_blame *blamed,
		       struct finding *out)
{
	*blamed = (struct reset_blame){ .verdict = k->verdict,
					.cause = k->cause,
					.confidence = k->confidence };
	*seen = (struct observation){ .type = OBSERVATION_RESETS,
				      .netns = k->netns,
				      .mono_ns = k->last_mono_ns,
				      .wall_ns = k->last_wall_ns,
				      .counted = { .family = k->family,
						   .count = k->counted,
						   .first_wall_ns = k->first_wall_ns,
						   .last_wall_ns = k->last_wall_ns } };
	*out = (struct finding){ .type = FINDING_RESETS,
				 .id = k->id,
				 .netns = k->netns,
				 .mono_ns = k->last_mono_ns,
				 .wall_ns = k->last_wall_ns,
				 .seen = seen,
				 .reset = blamed };
	k->counted = 0;
}

bool strays_begin(struct strays *s, const struct finding *f, struct observation *seen,
		  struct reset_blame *blamed, struct finding *out)
{
	for (size_t i = 0; i < STRAYS_KINDS_MAX + STRAYS_OTHERS_MAX; i++) {
		struct stray_kind *k = &s->kinds[i];

		if (k->id != f->id || k->counted != 1 || k->is_begun)
			continue;
		k->is_begun = true;
		write_line(k, seen, blamed, out);
		return true;
	}
	return false;
}

bool strays_next(struct strays *s, struct observation *seen, struct reset_blame *blamed,
		 struct finding *out)
{
	struct stray_kind *k = next_counted(s);

	if (k) {
		write_line(k, seen, blamed, out);
		return true;
	}
	memset(s, 0, sizeof(*s));
	return false;
}
