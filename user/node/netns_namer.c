// SPDX-License-Identifier: GPL-2.0-only
#include "node/netns_namer.h"

#include <string.h>

#include "base/nsec.h"
#include "node/netns.h"

/* A name may come or go, and the number may be another's: a namespace that ends leaves it
 * to the next one. */
#define NAME_AGE_NS NSEC_PER_SEC

void netns_namer_init(struct netns_namer *netns_namer, uint32_t own_inum)
{
	memset(netns_namer, 0, sizeof(*netns_namer));
	netns_names_set_own(&netns_namer->told, (struct netns_id){ .inum = own_inum });
}

/* Those that are told by a line of their own; a removal comes by the million. */
static bool is_told(enum observation_type type)
{
	return type == OBSERVATION_ADDRESS || type == OBSERVATION_LINK ||
	       type == OBSERVATION_RULESET || type == OBSERVATION_ACT_BEGIN ||
	       type == OBSERVATION_RESET || type == OBSERVATION_RESETS ||
	       type == OBSERVATION_LISTENER || type == OBSERVATION_RULES;
}

bool netns_namer_tells(struct netns_namer *netns_namer, const struct observation *seen,
		       struct observation *out)
{
	const struct netns_name *before;
	char name[NETNS_NAME_BYTES];
	bool is_news;

	if (!is_told(seen->type) || !seen->netns.inum ||
	    netns_names_is_own(&netns_namer->told, seen->netns))
		return false;
	before = netns_names_find(&netns_namer->told, seen->netns);
	if (before && seen->mono_ns < before->told_ns + NAME_AGE_NS)
		return false;
	netns_name(seen->netns.inum, name, sizeof(name));
	is_news = strcmp(before ? before->name : "", name) != 0;
	netns_names_tell(&netns_namer->told, seen->netns, name, seen->mono_ns);
	if (!is_news)
		return false;
	memset(out, 0, sizeof(*out));
	out->type = OBSERVATION_NAMESPACE;
	out->netns = seen->netns;
	out->mono_ns = seen->mono_ns;
	out->wall_ns = seen->wall_ns;
	memcpy(out->space.name, name, sizeof(name));
	return true;
}
