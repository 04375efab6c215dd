/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The address and link events of the window, and which of them a flush came
 * from. Blame's own; bounded: of the owner that holds the most (budgets.h) the oldest that
 * no flush points to is forgotten first.
 */
#ifndef RSTBLAME_BLAME_CHANGES_H
#define RSTBLAME_BLAME_CHANGES_H

#include "blame/budgets.h"
#include "model/finding.h"

struct changes;

/* `strangers` must outlive it. NULL when out of memory. */
struct changes *changes_new(size_t limit, const struct strangers *strangers);
void changes_free(struct changes *changes);

/* Copies what a flush may come from: an address removed, a link down. The result
 * keeps its place in memory until it is forgotten, which a pinned one never is.
 * NULL when there is no room; later joins then know that something is missing. */
struct change *changes_add(struct changes *changes, const struct observation *seen, uint64_t id);

/* A namespace turned out to be foreign: strangers_note() was called. */
void changes_note_stranger(struct changes *changes, struct netns_id netns);

/* Events of that namespace up to `mono_ns` were not seen. */
void changes_note_gap(struct changes *changes, struct netns_id netns, uint64_t mono_ns);

/* When the newest change of that namespace that is not remembered happened; 0: all are. */
uint64_t changes_horizon(const struct changes *changes, struct netns_id netns);

/* Joins a flush to the change that its recording names by id, if that can be
 * the one at all (namespace, kind, before the flush). */
void changes_join_recorded(struct changes *changes, struct flush *flush, uint64_t recorded_id);

/* The flush removed nothing and goes: its change need not be kept for it. */
void changes_unpin(struct changes *changes, const struct flush *flush);

/* Takes the flush's join back: the change may be another's. */
void changes_part(struct changes *changes, struct flush *flush);

/* Whether links that go down are seen at all: as their probe tells; a lost event of it
 * says no for good. */
void changes_note_probe(struct changes *changes, enum sense sense, bool is_attached);
void changes_note_loss(struct changes *changes, enum sense sense);

/* Joins a flush to the change behind it, by what the kernel's work item carries
 * (namespace, interface, address), and claims that change. Sets by, join and
 * family of the flush; and its cause, to module-unload, where masquerade flushed
 * a link that had not gone down. */
void changes_join(struct changes *changes, struct flush *flush);

/* The same for a flush whose work item was not seen: by the address that its
 * entries were translated to. */
void changes_join_by_tuple(struct changes *changes, struct flush *flush, uint8_t family,
			   const struct address *translated_to);

/* Notes an address event for changes_arrival(). Of each address the first one counts:
 * what comes back had been here. Bounded, for each owner: an address that finds no room has
 * no arrival, and changes_misses_arrivals() says so of its namespace. */
void changes_note_address(struct changes *changes, const struct observation *seen, uint64_t id);

/* How an address came to a namespace that did not have it when the window began: a
 * flow to it that is older was another node's. NULL: it was there, or nothing is known.
 * Valid for as long as `changes`. */
const struct change *changes_arrival(struct changes *changes, struct netns_id netns, uint8_t family,
				     const struct address *address);

bool changes_misses_arrivals(const struct changes *changes, struct netns_id netns);

/* How an address went that a namespace had, and has not got back. NULL: it did not, or its
 * removal is forgotten. Valid for as long as it is not; see changes_add(). */
const struct change *changes_departure(struct changes *changes, struct netns_id netns,
				       uint8_t family, const struct address *address);

/* Keeps one of them for good: flows at risk lead to it. */
void changes_keep(struct changes *changes, const struct change *change);

#endif
