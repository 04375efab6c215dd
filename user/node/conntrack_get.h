/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asking conntrack for the entry of a tuple, right after a reset: the proof that it
 * is alive, or is not. A plain ctnetlink GET, which changes nothing; where
 * nf_conntrack_netlink is not loaded nobody is asked, for asking would load it.
 *
 * The verdict needs the answer, so the thread that drains the rings asks. It never leaves
 * its namespace: a socket of another one is opened by a helper's thread
 * (node/netns_opener.h), which it waits for, a quarter of a second at most.
 */
#ifndef RSTBLAME_NODE_CONNTRACK_GET_H
#define RSTBLAME_NODE_CONNTRACK_GET_H

#include "model/observation.h"

struct conntrack_get;

struct conntrack_get *conntrack_get_new(void); /* NULL when out of memory */
void conntrack_get_free(struct conntrack_get *lookup);

/* Hears where else conntrack is at work: of removals and rulesets. */
void conntrack_get_note(struct conntrack_get *lookup, const struct observation *seen);

/* Asks for the one entry that either direction of which is a reset's trigger packet,
 * where the answer matters: TCP answered a packet that conntrack had matched to
 * nothing. Where the reset was a container's, and its own conntrack has none, this
 * namespace and those noted last are asked for the entry that should have translated the
 * packet on its way. Sets `lookup`, `entry` and `entry_netns` of the reset. Bounded: at
 * most a few hundred questions a second, of tens of microseconds each, and a twentieth of
 * the time (half of it on a machine that is busy with others). Where many wait, one walk of
 * their namespace's table answers for all of them, in 250 ms at most; what could be asked
 * neither way is LOOKUP_SKIPPED. */
void conntrack_get_reset(struct conntrack_get *lookup, struct observation *reset);

/* How many of those were not asked about: too many, or their namespace's socket was not
 * there in time. */
uint64_t conntrack_get_unasked(const struct conntrack_get *lookup);

/* Whether ctnetlink can be asked without loading a module. */
bool conntrack_get_is_there(void);

struct mnl_socket;
/* Asks for the entry one direction of which is `tuple`, outside of any zone, by a
 * non-blocking NETLINK_NETFILTER socket of the caller's; `sequence` is another for each
 * question by it. LOOKUP_ALIVE fills `entry`; LOOKUP_NONE: it could not be asked. */
enum lookup conntrack_ask(struct mnl_socket *nl, uint32_t sequence, uint8_t family,
			  const struct tuple *tuple, struct flow *entry);

struct nlmsghdr;
/* A TCP tuple as an attribute of that type, behind what the message has. */
void conntrack_put_tuple(struct nlmsghdr *message, uint16_t type, uint8_t family,
			 const struct tuple *tuple);
/* The tuples of one of ctnetlink's entries. */
void conntrack_get_parse(const struct nlmsghdr *message, struct flow *entry);
/* Whether it is in a zone: a question by tuple alone does not find it. */
bool conntrack_is_in_zone(const struct nlmsghdr *message);

#endif
