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
	case RESET_REJECTED:
		return reset->family == AF_INET ? EVENT_PROBE_REJECT_V4 : EVENT_PROBE_REJECT_V6;
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
		prove(results, seen->entry.flow.orig.dport == provoked->insert_port ?
				       EVENT_PROBE_INSERT :
				       EVENT_PROBE_ENTRY);
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
		if (seen->act.cause == CAUSE_ADDRESS_REMOVED)
			prove(results, EVENT_PROBE_MASQUERADE);
		break;
	case OBSERVATION_RULESET:
		prove(results, seen->ruleset.op == RULESET_HOOKS_ADDED ? EVENT_PROBE_HOOKS_ADD :
									 EVENT_PROBE_HOOKS_REMOVE);
		break;
	case OBSERVATION_RULES:
		prove(results, EVENT_PROBE_RULES);
		break;
	case OBSERVATION_LISTENER:
		prove(results, EVENT_PROBE_SOCKET_STATE);
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
	case EVENT_PROBE_SOCKET_STATE:
		return provoked->has_listener;
	case EVENT_PROBE_RULES:
		return provoked->has_rules || provoked->has_reject;
	case EVENT_PROBE_HOOKS_ADD:
	case EVENT_PROBE_HOOKS_REMOVE:
		return provoked->has_rules;
	case EVENT_PROBE_ENTRY:
		return provoked->has_entry && are_removals_seen(results);
	case EVENT_PROBE_MASQUERADE:
		return provoked->has_masquerade && are_removals_seen(results);
	case EVENT_PROBE_REJECT_V4:
		return provoked->has_reject;
	default: /* nothing is judged INVALID, dropped, or rejected over IPv6 */
		return false;
	}
}

/* Why it could not be provoked. */
static const char *obstacle(const struct provoked *provoked, const struct probe_result *results,
			    enum event_probe probe)
{
	if (provoked->why[0])
		return provoked->why;
	switch (probe) {
	case EVENT_PROBE_RESET_V6:
	case EVENT_PROBE_ADDRESS_V6:
		return "there is no IPv6";
	case EVENT_PROBE_ITERATION:
	case EVENT_PROBE_INSERT:
	case EVENT_PROBE_ENTRY:
	case EVENT_PROBE_MASQUERADE:
		if (provoked->has_conntrack && !are_removals_seen(results))
			return "only a removal shows it, and none is seen";
		break;
	default:
		break;
	}
	switch (probe) {
	case EVENT_PROBE_REMOVAL:
	case EVENT_PROBE_ITERATION:
	case EVENT_PROBE_INSERT:
		return provoked->entries_why;
	case EVENT_PROBE_ENTRY: /* takes both */
		return provoked->entries_why[0] ? provoked->entries_why : provoked->rules_why;
	case EVENT_PROBE_MASQUERADE:
	case EVENT_PROBE_HOOKS_ADD:
	case EVENT_PROBE_HOOKS_REMOVE:
	case EVENT_PROBE_RULES:
	case EVENT_PROBE_REJECT_V4:
		return provoked->rules_why;
	case EVENT_PROBE_REJECT_V6:
		return "a rule is provoked over IPv4 only";
	case EVENT_PROBE_INVALID:
		return "no packet is made that is INVALID";
	case EVENT_PROBE_DROP:
		return "no reset is made that is dropped";
	default:
		return "it could not be provoked";
	}
}

bool proof_waits(const struct provoked *provoked, const struct probe_result *results)
{
	for (enum event_probe i = 0; i < EVENT_PROBES && !provoked->why[0]; i++)
		if (results[i].state == PROBE_ATTACHED && was_provoked(provoked, results, i))
			return true;
	return false;
}

bool proof_finds_silent(const struct provoked *provoked, const struct probe_result *results,
			bool *silent)
{
	bool is_any = false;

	for (enum event_probe i = 0; i < EVENT_PROBES; i++) {
		silent[i] = !provoked->why[0] && results[i].state == PROBE_ATTACHED &&
			    was_provoked(provoked, results, i);
		if (silent[i] && !probe_last_on_function(&probes[i], results[i].symbol))
			return false;
		is_any |= silent[i];
	}
	return is_any;
}

void proof_end(const struct provoked *provoked, bool was_patient, struct probe_result *results)
{
	for (enum event_probe i = 0; i < EVENT_PROBES; i++) {
		struct probe_result *r = &results[i];

		if (r->state != PROBE_ATTACHED)
			continue;
		if (provoked->why[0] || !was_provoked(provoked, results, i)) {
			snprintf(r->unproven, sizeof(r->unproven), "%s",
				 obstacle(provoked, results, i));
		} else if (!was_patient) {
			snprintf(r->unproven, sizeof(r->unproven),
				 "its event was provoked, and did not come at once");
		} else {
			r->state = PROBE_BLIND;
			snprintf(r->why, sizeof(r->why),
				 "its event was provoked, but the probe did not fire");
		}
	}
}
