// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/proof.h"

#include <stdio.h>
#include <sys/socket.h>

static void prove(struct probe_result *results, enum event_probe probe)
{
	if (results[probe].state == PROBE_ATTACHED)
		results[probe].state = PROBE_PROVEN;
}

static enum event_probe probe_of_reset(const struct reset_observation *reset)
{
	switch (reset->kind) {
	case RESET_ABORT:
		return EVENT_PROBE_ABORT;
	case RESET_RECEIVED:
		return EVENT_PROBE_RECEIVE;
	default:
		return reset->family == AF_INET ? EVENT_PROBE_RESET_V4 : EVENT_PROBE_RESET_V6;
	}
}

void proof_observe(const struct provoked *provoked, const struct observation *seen,
		   struct probe_result *results)
{
	/* The flush's end carries no namespace; nobody else's is mistaken for it,
	 * since only a beginning proves. */
	if (seen->netns.inum != provoked->netns)
		return;
	switch (seen->type) {
	case OBSERVATION_RESET:
		prove(results, probe_of_reset(&seen->reset));
		break;
	case OBSERVATION_ENTRY:
		prove(results, EVENT_PROBE_INSERT); /* no packet makes one there */
		break;
	case OBSERVATION_ADDRESS:
		prove(results, seen->change.family == AF_INET ? EVENT_PROBE_ADDRESS_V4 :
								EVENT_PROBE_ADDRESS_V6);
		break;
	case OBSERVATION_LINK:
		prove(results, EVENT_PROBE_LINK);
		break;
	case OBSERVATION_REMOVAL:
		prove(results, EVENT_PROBE_REMOVAL);
		break;
	case OBSERVATION_ACT_BEGIN:
		/* A blind walk shows as a deletion, announced by the removal itself; and a walk
		 * that no request was seen of, as the kernel's. */
		if (seen->act.cause == CAUSE_USER_FLUSH) {
			prove(results, EVENT_PROBE_ITERATION);
			prove(results, EVENT_PROBE_REQUEST);
		}
		break;
	default:
		break;
	}
}

/* A walk is announced by its first removal, and only an entry in a removed one's place is
 * sent: where the removal is not seen, nothing can be said of these two. */
static bool are_removals_seen(const struct probe_result *results)
{
	return results[EVENT_PROBE_REMOVAL].state == PROBE_PROVEN;
}

static bool was_provoked(const struct provoked *provoked, const struct probe_result *results,
			 enum event_probe probe)
{
	switch (probe) {
	case EVENT_PROBE_RESET_V4:
	case EVENT_PROBE_ADDRESS_V4:
	case EVENT_PROBE_LINK:
		return true;
	case EVENT_PROBE_RESET_V6:
	case EVENT_PROBE_ADDRESS_V6:
		return provoked->has_ipv6;
	case EVENT_PROBE_REMOVAL:
		return provoked->has_conntrack;
	case EVENT_PROBE_ITERATION:
	case EVENT_PROBE_REQUEST:
		return provoked->has_conntrack && are_removals_seen(results);
	case EVENT_PROBE_INSERT:
		return provoked->has_insert && are_removals_seen(results);
	case EVENT_PROBE_ABORT:
	case EVENT_PROBE_RECEIVE:
		return provoked->has_abort;
	default: /* these need rules in the namespace, and rules load modules */
		return false;
	}
}

void proof_end(const struct provoked *provoked, struct probe_result *results)
{
	for (enum event_probe i = 0; i < EVENT_PROBES; i++) {
		if (results[i].state != PROBE_ATTACHED || !was_provoked(provoked, results, i))
			continue;
		results[i].state = PROBE_BLIND;
		snprintf(results[i].why, sizeof(results[i].why),
			 "its event was provoked, but the probe did not fire");
	}
}
