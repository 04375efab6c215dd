/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flows that spoke first after their entry was removed, and were translated anew
 * to another port: the peer does not know that port, and answers with a RST.
 * Blame's own; bounded, the oldest of who has the most is forgotten first. Pure.
 */
#ifndef RSTBLAME_BLAME_RETRANSLATIONS_H
#define RSTBLAME_BLAME_RETRANSLATIONS_H

#include "blame/budgets.h"
#include "blame/ledger.h"
#include "model/observation.h"

struct retranslation {
	struct netns_id netns; /* of the translation, not of the socket; struct dated */
	uint64_t mono_ns;
	struct flow flow;              /* as translated now */
	struct ledger_removal removed; /* a copy: the entry of before */
	bool was_reply; /* the inner end spoke first: what was the reply direction is now orig */
	bool is_bare;   /* and nothing translates it any more */
};

struct retranslations;

/* `strangers` must outlive it. NULL when out of memory. */
struct retranslations *retranslations_new(size_t limit, const struct strangers *strangers);
void retranslations_free(struct retranslations *retranslations);

/* Remembers a new entry that took the place of a removed one. One made by a SYN
 * (`is_new_connection`) only makes forget what was known of that tuple. */
void retranslations_add(struct retranslations *retranslations,
			const struct retranslation *retranslation, bool is_new_connection);

void retranslations_note_stranger(struct retranslations *retranslations, struct netns_id netns);

/* When the newest happened that is not remembered and may have to do with a reset in that
 * namespace; 0: all are. */
uint64_t retranslations_horizon(const struct retranslations *retranslations, struct netns_id netns);

/* The newest renewal of the flow with that original tuple before `mono_ns` on a
 * node, in whichever namespace; NULL: none. Valid until the next retranslations_add(). */
const struct retranslation *retranslations_find(const struct retranslations *retranslations,
						uint32_t node, uint8_t family,
						const struct tuple *orig, uint64_t mono_ns);

/* The newest one of which `packet`, having passed the node, is a translated packet: from the
 * one that spoke first on to another namespace. A bare one is not. NULL: none. Valid as above. */
const struct retranslation *retranslations_find_packet(const struct retranslations *retranslations,
						       uint32_t node, uint8_t family,
						       const struct tuple *packet,
						       uint64_t mono_ns);

#endif
