// SPDX-License-Identifier: GPL-2.0-only
#include "blame/risk_rules.h"

#include <errno.h>
#include <string.h>

int risks_init(struct risks *risks, size_t limit)
{
	memset(risks, 0, sizeof(*risks));
	risks->table = risk_table_new(limit);
	return risks->table ? 0 : -ENOMEM;
}

void risks_release(struct risks *risks)
{
	risk_table_free(risks->table);
	risks->table = NULL;
}

/* enum ip_conntrack_status, uapi/linux/netfilter/nf_conntrack_common.h */
enum { STATUS_SEEN_REPLY = 1U << 1 };

static bool is_clean_end(uint8_t tcp_state)
{
	return tcp_state == TRACKER_TIME_WAIT || tcp_state == TRACKER_CLOSE;
}

bool removal_is_risky(const struct ledger_removal *r)
{
	return r->is_translated && r->has_seen_reply && !is_clean_end(r->tcp_state);
}

bool removal_puts_at_risk(const struct removal_observation *r)
{
	return flow_is_translated(&r->flow) && !is_clean_end(r->tcp_state) &&
	       (!r->status || (r->status & STATUS_SEEN_REPLY));
}

/* Where a new one goes. */
static struct risky_place *make_place(struct risks *risks, bool is_foreign)
{
	struct risky_place *oldest = NULL;
	size_t foreign = 0;
	bool is_full, is_share_full;

	for (size_t i = 0; i < risks->places_count; i++)
		foreign += risks->places[i].is_foreign;
	is_full = risks->places_count == RISKY_PLACES_MAX;
	is_share_full = is_foreign && foreign >= FOREIGN_PLACES_MAX;
	if (!is_full && !is_share_full)
		return &risks->places[risks->places_count++];
	for (size_t i = 0; i < risks->places_count; i++) {
		struct risky_place *place = &risks->places[i];

		if (is_share_full && !place->is_foreign)
			continue;
		if (!oldest || place->last_mono_ns < oldest->last_mono_ns)
			oldest = place;
	}
	return oldest;
}

void risks_note(struct risks *risks, const struct ledger_removal *r, bool is_foreign)
{
	for (size_t i = 0; i < risks->places_count; i++) {
		struct risky_place *place = &risks->places[i];

		if (!netns_equal(place->netns, r->netns))
			continue;
		if (r->mono_ns > place->last_mono_ns)
			place->last_mono_ns = r->mono_ns;
		return;
	}
	*make_place(risks, is_foreign) = (struct risky_place){ .netns = r->netns,
							       .last_mono_ns = r->mono_ns,
							       .is_foreign = is_foreign };
}

/* Only the newest counts: what came before it, a newer entry had replaced. */
bool risks_forgotten(struct removals *removals, struct ledger_walk *walk, struct netns_id netns,
		     uint8_t family, const struct tuple *orig, uint64_t looked_ns)
{
	const struct ledger_removal *r = &walk->removal;

	removals_find(removals, walk, netns, family, orig);
	do
		if (!removals_next(removals, walk))
			return false;
	while (walk->side != LEDGER_ORIG);
	return r->mono_ns <= looked_ns && !r->retranslated_ns[LEDGER_ORIG] && removal_is_risky(r);
}

bool risks_forgotten_anywhere(const struct risks *risks, struct removals *removals,
			      struct ledger_walk *walk, uint32_t node, uint8_t family,
			      const struct tuple *orig, uint64_t looked_ns)
{
	for (size_t i = 0; i < risks->places_count; i++)
		if (risks->places[i].netns.node == node &&
		    risks_forgotten(removals, walk, risks->places[i].netns, family, orig,
				    looked_ns))
			return true;
	return false;
}

uint64_t risks_last_ns(const struct risks *risks, uint32_t node)
{
	uint64_t last_ns = 0;

	for (size_t i = 0; i < risks->places_count; i++)
		if (risks->places[i].netns.node == node && risks->places[i].last_mono_ns > last_ns)
			last_ns = risks->places[i].last_mono_ns;
	return last_ns;
}
