// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/canaries.h"

#include <string.h>

#include "base/nsec.h"

/* A canary is over in less, on a slow machine, too. */
#define MOMENT_NS (2 * NSEC_PER_SEC)

/* Who changed something; NULL for what is no change. */
static const struct actor *changer(const struct observation *seen)
{
	switch (seen->type) {
	case OBSERVATION_ADDRESS:
	case OBSERVATION_LINK:
		return &seen->change.actor;
	case OBSERVATION_RULES:
		return &seen->rules.actor;
	case OBSERVATION_ACT_BEGIN:
		return &seen->act.actor;
	default:
		return NULL;
	}
}

static bool is_canary(const struct canaries *c, const struct actor *actor)
{
	return actor && actor->pid && actor->has_uid && !actor->uid && c->exe[0] &&
	       !strcmp(actor->exe, c->exe);
}

/* Its place, or that of the one which is over first. */
static struct canary_seen *place_of(struct canaries *c, uint32_t netns)
{
	struct canary_seen *place = &c->seen[0];

	for (size_t i = 0; i < CANARIES_MAX; i++) {
		if (c->seen[i].netns == netns)
			return &c->seen[i];
		if (c->seen[i].until_ns < place->until_ns)
			place = &c->seen[i];
	}
	return place;
}

bool canaries_take(struct canaries *c, const struct observation *seen)
{
	struct canary_seen *place = place_of(c, seen->netns.inum);

	if (is_canary(c, changer(seen)))
		*place = (struct canary_seen){ seen->netns.inum, seen->mono_ns + MOMENT_NS };
	return seen->netns.inum && place->netns == seen->netns.inum &&
	       seen->mono_ns < place->until_ns;
}
