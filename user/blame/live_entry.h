/* SPDX-License-Identifier: GPL-2.0-only */
/* What is known of the conntrack entry that is alive at a reset, and of the hooks that would
 * have used it (truth rule 11). Blame's own; pure. */
#ifndef RSTBLAME_BLAME_LIVE_ENTRY_H
#define RSTBLAME_BLAME_LIVE_ENTRY_H

#include "blame/judge.h"

/* The hooks by which the reset's entry is judged (enum hooks_flag): those of its own
 * namespace. */
uint8_t reset_entry_hooks(const struct reset_observation *reset);

/* Alive, and it would have sent the packet to another host or socket. */
bool live_entry_translates(const struct reset_observation *reset);

/* It was found by asking the namespaces that the packet may have come through. */
bool live_entry_is_elsewhere(const struct reset_observation *reset);

/* Hooks that translation needs are gone from its namespace. Where they were not read, as of a
 * namespace that was only asked for its entry, it counts that they were seen to go, and not to
 * come back. */
bool live_entry_is_unhooked(const struct evidence *e);

/* The packet came as a frame that a bridge of the entry's namespace forwarded: it has met no
 * hooks there, unless br_netfilter is known to be on. */
bool live_entry_is_bridged(const struct reset_observation *reset);

#endif
