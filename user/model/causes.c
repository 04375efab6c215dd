// SPDX-License-Identifier: GPL-2.0-only
#include "model/causes.h"

#include <string.h>

#include "model/words.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BOTH (HOOKS_CONNTRACK | HOOKS_NAT)

static const struct cause_row causes[] = {
	[CAUSE_NONE] = { "none", CAUSE_NEEDS_REASON, BOTH },
	[CAUSE_ADDRESS_REMOVED] = { "address-removed", CAUSE_NEEDS_CHANGE, BOTH },
	[CAUSE_LINK_DOWN] = { "link-down", CAUSE_NEEDS_CHANGE, BOTH },
	[CAUSE_USER_FLUSH] = { "user-flush", CAUSE_NEEDS_ACTOR, BOTH },
	[CAUSE_USER_DELETE] = { "user-delete", CAUSE_NEEDS_ACTOR, BOTH },
	[CAUSE_TIMEOUT] = { "timeout", CAUSE_NEEDS_NOTHING, BOTH },
	[CAUSE_TABLE_FULL] = { "table-full", CAUSE_NEEDS_NOTHING, BOTH },
	[CAUSE_ROUTE_CHANGE] = { "route-change", CAUSE_NEEDS_NOTHING, BOTH },
	[CAUSE_TCP_CLOSE] = { "tcp-close", CAUSE_NEEDS_NOTHING, BOTH },
	[CAUSE_NETNS_EXIT] = { "netns-exit", CAUSE_NEEDS_NOTHING, 0 },
	[CAUSE_MODULE_UNLOAD] = { "module-unload", CAUSE_NEEDS_MODULE, 0 },
	/* IPVS translates by itself. */
	[CAUSE_IPVS] = { "ipvs", CAUSE_NEEDS_NOTHING, HOOKS_CONNTRACK },
	[CAUSE_OTHER] = { "other", CAUSE_NEEDS_REASON, BOTH },
	/* Of an abort; no entry is removed. */
	[CAUSE_UNREAD_DATA] = { "unread-data", CAUSE_NEEDS_NOTHING, BOTH },
	[CAUSE_LINGER] = { "linger", CAUSE_NEEDS_NOTHING, BOTH },
	[CAUSE_KEEPALIVE] = { "keepalive", CAUSE_NEEDS_NOTHING, BOTH },
	[CAUSE_MEMORY] = { "memory", CAUSE_NEEDS_NOTHING, BOTH },
	[CAUSE_KILLED] = { "killed", CAUSE_NEEDS_NOTHING, BOTH },
	[CAUSE_DISCONNECT] = { "disconnect", CAUSE_NEEDS_NOTHING, BOTH },
	[CAUSE_LISTENER_CLOSED] = { "listener-closed", CAUSE_NEEDS_NOTHING, BOTH },
	[CAUSE_ACCEPT_QUEUE_FULL] = { "accept-queue-full", CAUSE_NEEDS_NOTHING, BOTH },
	[CAUSE_BRIDGE] = { "bridge", CAUSE_NEEDS_NOTHING, BOTH },
};
_Static_assert(COUNT(causes) == CAUSES, "a row each");

static const struct verdict_row verdicts[] = {
	[VERDICT_NONE] = { "none", VERDICT_BLAMES_NONE },
	[VERDICT_ENTRY_REMOVED] = { "entry-removed", VERDICT_BLAMES_CONNTRACK },
	[VERDICT_ENTRY_UNKNOWN] = { "entry-unknown", VERDICT_BLAMES_CONNTRACK },
	[VERDICT_ENTRY_INVALID] = { "entry-invalid", VERDICT_BLAMES_CONNTRACK },
	[VERDICT_ENTRY_BYPASSED] = { "entry-bypassed", VERDICT_BLAMES_CONNTRACK },
	[VERDICT_NO_LISTENER] = { "no-listener", VERDICT_BLAMES_NONE },
	[VERDICT_BACKLOG] = { "backlog", VERDICT_BLAMES_NONE },
	[VERDICT_UNREACHABLE_SOCKET] = { "unreachable-socket", VERDICT_BLAMES_NONE },
	[VERDICT_STALE_CONNECTION] = { "stale-connection", VERDICT_BLAMES_NONE },
	[VERDICT_PROTOCOL] = { "protocol", VERDICT_BLAMES_NONE },
	[VERDICT_REFUSED_BY_RULE] = { "refused-by-rule", VERDICT_BLAMES_NONE },
	[VERDICT_ABORTED] = { "aborted", VERDICT_BLAMES_NONE },
	[VERDICT_REMOTE] = { "remote", VERDICT_BLAMES_CHAIN },
	[VERDICT_UNEXPLAINED] = { "unexplained", VERDICT_BLAMES_NONE },
};
_Static_assert(COUNT(verdicts) == VERDICTS, "a row each");

const struct cause_row *cause_row(enum cause cause)
{
	return &causes[cause < CAUSES ? cause : CAUSE_NONE];
}

const struct verdict_row *verdict_row(enum verdict verdict)
{
	return &verdicts[verdict < VERDICTS ? verdict : VERDICT_NONE];
}

const char *cause_name(enum cause cause)
{
	return cause < CAUSES ? causes[cause].word : "unknown";
}

enum cause cause_parse(const char *name)
{
	for (enum cause cause = CAUSE_NONE; name && cause < CAUSES; cause++)
		if (!strcmp(causes[cause].word, name))
			return cause;
	return CAUSE_NONE;
}

const char *verdict_name(enum verdict verdict)
{
	return verdict < VERDICTS ? verdicts[verdict].word : "unknown";
}
