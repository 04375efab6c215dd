// SPDX-License-Identifier: GPL-2.0-only
#include "blame/live_entry.h"

uint8_t reset_entry_hooks(const struct reset_observation *reset)
{
	return reset->entry_netns ? reset->entry_hooks : reset->hooks;
}

/* What the hooks of the entry's namespace lack that translation needs: enum hooks_flag. */
static uint8_t missing_hooks(const struct reset_observation *reset)
{
	uint8_t hooks = reset_entry_hooks(reset);

	return hooks & HOOKS_KNOWN ? (uint8_t)(~hooks & (HOOKS_CONNTRACK | HOOKS_NAT)) : 0;
}

bool live_entry_is_unhooked(const struct evidence *e)
{
	const struct reset_observation *reset = &e->reset->reset;

	if (reset->entry_netns && !(reset->entry_hooks & HOOKS_KNOWN))
		return e->ruleset != NULL;
	return missing_hooks(reset) != 0;
}

bool live_entry_is_elsewhere(const struct reset_observation *reset)
{
	return reset->entry_netns && reset->lookup == LOOKUP_ALIVE;
}

bool live_entry_is_bridged(const struct reset_observation *reset)
{
	return reset->bridge_netns && reset->bridge_netns == reset->entry_netns &&
	       reset->bridge_netfilter != BRIDGE_NETFILTER_ON;
}

bool live_entry_translates(const struct reset_observation *reset)
{
	return reset->entry.family && flow_is_translated(&reset->entry) &&
	       (tuple_equal(&reset->entry.reply, &reset->packet) ||
		tuple_equal(&reset->entry.orig, &reset->packet));
}
