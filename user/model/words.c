// SPDX-License-Identifier: GPL-2.0-only
#include "model/words.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const confidences[] = {
	[CONFIDENCE_UNKNOWN] = "unknown",
	[CONFIDENCE_LIKELY] = "likely",
	[CONFIDENCE_PROVEN] = "proven",
};

static const char *const unseens[] = {
	[UNSEEN_NONE] = "none",
	[UNSEEN_WHICH_CHANGE] = "which-change",
	[UNSEEN_WORK_ITEM] = "work-item",
	[UNSEEN_CHANGE] = "change",
	[UNSEEN_REMOVER] = "remover",
	[UNSEEN_MODULE_UNLOAD] = "module-unload",
	[UNSEEN_CAUSE] = "cause",
	[UNSEEN_USE_UNTRACKED] = "entry-use-untracked",
	[UNSEEN_USE_UNHOOKED] = "entry-use-unhooked",
	[UNSEEN_ZONE] = "zone",
	[UNSEEN_TIME_WAIT] = "time-wait-owner",
	[UNSEEN_NEWER_FLOW] = "newer-flow",
	[UNSEEN_NEWER_ENTRY_LOST] = "newer-entry-lost",
	[UNSEEN_INVALID] = "invalid-verdict",
	[UNSEEN_HOOKS_REMOVER] = "hooks-remover",
	[UNSEEN_WHICH_COMMIT] = "which-commit",
	[UNSEEN_ENTRY_ALIVE] = "entry-alive",
	[UNSEEN_ENTRY_LOST] = "entry-lost",
	[UNSEEN_LISTENER] = "listener",
	[UNSEEN_OWN] = "own-connection",
	[UNSEEN_OWN_REQUEST] = "own-request",
	[UNSEEN_CLOSE] = "close-before-window",
	[UNSEEN_CLOSE_OF_SERVER] = "close-by-direction",
	[UNSEEN_ENTRY_PLACE] = "entry-place",
	[UNSEEN_REMOVAL_BEFORE] = "removal-before-window",
	[UNSEEN_REMOVAL] = "removal",
	[UNSEEN_REMOVAL_BLIND] = "removal-unobservable",
	[UNSEEN_REMOVAL_LOST] = "removal-lost",
	[UNSEEN_REMOVAL_FORGOTTEN] = "removal-forgotten",
	[UNSEEN_CHANGE_FORGOTTEN] = "change-forgotten",
	[UNSEEN_OTHER_FORGOTTEN] = "other-forgotten",
	[UNSEEN_PASSAGE] = "passage",
	[UNSEEN_SOCKET] = "socket",
	[UNSEEN_SOCKET_GONE] = "socket-gone",
	[UNSEEN_BARRIER] = "barrier",
	[UNSEEN_HANDSHAKE] = "handshake",
	[UNSEEN_IPVS] = "ipvs-connection",
	[UNSEEN_ASKED] = "conntrack-not-asked",
	[UNSEEN_REASON] = "kernel-reason",
	[UNSEEN_BRIDGE] = "bridge-netfilter",
	[UNSEEN_USE_BRIDGED] = "entry-use-bridged",
	[UNSEEN_REQUEST] = "request",
};
_Static_assert(COUNT(unseens) == UNSEENS, "a word each");

static const char *const risk_ends[] = {
	[RISK_GOES_ON] = "goes-on",
	[RISK_RECOVERED] = "recovered",
	[RISK_RETRANSLATED] = "retranslated",
	[RISK_CLOSED] = "closed",
	[RISK_RESET] = "reset",
};

static const char *const change_ops[] = {
	[CHANGE_NONE] = "none",   [ADDRESS_ADD] = "add", [ADDRESS_REMOVE] = "remove",
	[LINK_UP] = "up",         [LINK_DOWN] = "down",  [LINK_UNREGISTER] = "unregister",
	[LINK_RENAME] = "rename",
};

static const char *const tracker_states[TRACKER_STATES] = {
	"NONE",       "SYN_SENT", "SYN_RECV",  "ESTABLISHED", "FIN_WAIT",
	"CLOSE_WAIT", "LAST_ACK", "TIME_WAIT", "CLOSE",       "SYN_SENT2",
};

static const char *const socket_states[SOCKET_STATES] = {
	"none",  "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",    "TIME_WAIT",
	"CLOSE", "CLOSE_WAIT",  "LAST_ACK", "LISTEN",   "CLOSING",   "NEW_SYN_RECV",
};

static const char *const witnesses[] = {
	[WITNESS_NONE] = "none",
	[WITNESS_RESETS] = "resets",
	[WITNESS_ADDRESSES] = "addresses",
	[WITNESS_REMOVALS] = "removals",
};
_Static_assert(COUNT(witnesses) == WITNESSES, "a word each");

static const char *const pickups[] = {
	[PICKUP_UNKNOWN] = "unknown", [PICKUP_NONE] = "none",   [PICKUP_FRESH] = "fresh",
	[PICKUP_RENEWED] = "renewed", [PICKUP_KNOWN] = "known", [PICKUP_UNTRACKED] = "untracked",
	[PICKUP_INVALID] = "invalid",
};

static const char *const directions[] = {
	[RESET_ANSWER] = "sent",
	[RESET_ABORT] = "sent",
	[RESET_RECEIVED] = "received",
	[RESET_REJECTED] = "rejected",
};

static const char *const lookups[] = {
	[LOOKUP_NONE] = "none",
	[LOOKUP_ABSENT] = "absent",
	[LOOKUP_ALIVE] = "alive",
	[LOOKUP_SKIPPED] = "skipped",
};

static const char *const bridge_netfilters[] = {
	[BRIDGE_NETFILTER_NONE] = "none",
	[BRIDGE_NETFILTER_UNKNOWN] = "unknown",
	[BRIDGE_NETFILTER_OFF] = "off",
	[BRIDGE_NETFILTER_ON] = "on",
};

static const char *const socket_ends[SOCKET_ENDS] = {
	[SOCKET_END_NONE] = "none",       [SOCKET_END_CLOSED] = "close",
	[SOCKET_END_EXITED] = "exit",     [SOCKET_END_KILLED] = "killed",
	[SOCKET_END_OOM] = "oom",         [SOCKET_END_TIMED_OUT] = "timeout",
	[SOCKET_END_RESET] = "reset",     [SOCKET_END_DESTROYED] = "destroyed",
	[SOCKET_END_ABORTED] = "aborted",
};

static const char *const delivereds[DELIVEREDS] = {
	[DELIVERED_UNKNOWN] = "unknown",
	[DELIVERED_YES] = "yes",
	[DELIVERED_NO] = "no",
};

static const char *const undelivereds[UNDELIVEREDS] = {
	[UNDELIVERED_NONE] = "none",
	[UNDELIVERED_DROPPED] = "dropped",
	[UNDELIVERED_NO_ROUTE] = "no-route",
	[UNDELIVERED_NOT_MADE] = "not-made",
};

static const char *const change_whys[CHANGE_WHYS] = {
	[CHANGE_WHY_NONE] = "none",
	[CHANGE_WHY_LIFETIME] = "lifetime",
	[CHANGE_WHY_ROUTER_ADVERTISEMENT] = "router-advertisement",
};

static const char *const victim_roles[VICTIM_ROLES] = {
	[VICTIM_UNKNOWN] = "unknown",
	[VICTIM_OF_FLOW] = "flow",
	[VICTIM_OWN] = "own",
	[VICTIM_LISTENER] = "listener",
};

static const char *const barriers[BARRIERS] = {
	[BARRIER_NONE] = "none",         [BARRIER_UNKNOWN] = "unknown", [BARRIER_DEVICE] = "device",
	[BARRIER_VRF] = "vrf",           [BARRIER_V6ONLY] = "v6only",   [BARRIER_V4ONLY] = "v4only",
	[BARRIER_LOOPBACK] = "loopback", [BARRIER_ADDRESS] = "address",
};

static const char *const victim_looks[VICTIM_LOOKS] = {
	[LOOK_NONE] = "none", [LOOK_FOUND] = "found", [LOOK_ABSENT] = "absent",
	[LOOK_LATE] = "late", [LOOK_ENDED] = "ended",
};

static const char *const unnameds[UNNAMEDS] = {
	[UNNAMED_NONE] = "none",
	[UNNAMED_TIME] = "time",
	[UNNAMED_DENIED] = "permission",
	[UNNAMED_GONE] = "gone",
};

static const char *const expiries[EXPIRIES] = {
	[EXPIRY_UNKNOWN] = "unknown",     [EXPIRY_STATE] = "state",
	[EXPIRY_RETRANS] = "max-retrans", [EXPIRY_UNACKED] = "unacknowledged",
	[EXPIRY_POLICY] = "policy",       [EXPIRY_FLOWTABLE] = "flowtable",
};

static const char *const ruleset_ops[] = {
	[RULESET_NONE] = "none",
	[RULESET_HOOKS_ADDED] = "hooks-added",
	[RULESET_HOOKS_REMOVED] = "hooks-removed",
};

/* enum ip_conntrack_status, include/uapi/linux/netfilter/nf_conntrack_common.h */
static const char *const status_bits[] = {
	"EXPECTED",   "SEEN_REPLY",   "ASSURED",      "CONFIRMED",  "SRC_NAT",       "DST_NAT",
	"SEQ_ADJUST", "SRC_NAT_DONE", "DST_NAT_DONE", "DYING",      "FIXED_TIMEOUT", "TEMPLATE",
	"UNTRACKED",  "HELPER",       "OFFLOAD",      "HW_OFFLOAD",
};

static const char *pick(const char *const *names, size_t count, unsigned int index)
{
	return index < count && names[index] ? names[index] : "unknown";
}

static unsigned int search(const char *const *names, size_t count, const char *name)
{
	for (unsigned int i = 0; name && i < count; i++)
		if (names[i] && !strcmp(names[i], name))
			return i;
	return 0;
}

const char *victim_role_name(enum victim_role role)
{
	return pick(victim_roles, COUNT(victim_roles), role);
}

enum victim_role victim_role_parse(const char *name)
{
	return search(victim_roles, COUNT(victim_roles), name);
}

const char *unnamed_name(enum unnamed unnamed)
{
	return pick(unnameds, COUNT(unnameds), unnamed);
}

enum unnamed unnamed_parse(const char *name)
{
	return search(unnameds, COUNT(unnameds), name);
}

const char *victim_look_name(enum victim_look look)
{
	return pick(victim_looks, COUNT(victim_looks), look);
}

enum victim_look victim_look_parse(const char *name)
{
	return search(victim_looks, COUNT(victim_looks), name);
}

const char *expiry_name(enum expiry expiry)
{
	return pick(expiries, COUNT(expiries), expiry);
}

enum expiry expiry_parse(const char *name)
{
	return search(expiries, COUNT(expiries), name);
}

const char *barrier_name(enum barrier barrier)
{
	return pick(barriers, COUNT(barriers), barrier);
}

enum barrier barrier_parse(const char *name)
{
	return search(barriers, COUNT(barriers), name);
}

const char *confidence_name(enum confidence confidence)
{
	return pick(confidences, COUNT(confidences), confidence);
}

const char *unseen_name(enum unseen unseen)
{
	return pick(unseens, COUNT(unseens), unseen);
}

const char *risk_end_name(enum risk_end end)
{
	return pick(risk_ends, COUNT(risk_ends), end);
}

enum risk_end risk_end_parse(const char *name)
{
	return search(risk_ends, COUNT(risk_ends), name);
}

const char *change_op_name(enum change_op op)
{
	return pick(change_ops, COUNT(change_ops), op);
}

enum change_op address_op_parse(const char *name)
{
	enum change_op op = search(change_ops, COUNT(change_ops), name);

	return op == ADDRESS_ADD || op == ADDRESS_REMOVE ? op : CHANGE_NONE;
}

enum change_op link_op_parse(const char *name)
{
	enum change_op op = search(change_ops, COUNT(change_ops), name);

	return op >= LINK_UP ? op : CHANGE_NONE;
}

const char *tracker_state_name(unsigned int state)
{
	return pick(tracker_states, COUNT(tracker_states), state);
}

unsigned int tracker_state_parse(const char *name)
{
	return search(tracker_states, COUNT(tracker_states), name);
}

const char *socket_state_name(unsigned int state)
{
	return pick(socket_states, COUNT(socket_states), state);
}

unsigned int socket_state_parse(const char *name)
{
	unsigned int state = search(socket_states, COUNT(socket_states), name);

	return state || !strcmp(name, "none") ? state : SOCKET_UNKNOWN;
}

const char *pickup_name(enum pickup pickup)
{
	return pick(pickups, COUNT(pickups), pickup);
}

enum pickup pickup_parse(const char *name)
{
	return search(pickups, COUNT(pickups), name);
}

const char *direction_name(enum reset_kind kind)
{
	return pick(directions, COUNT(directions), kind);
}

enum reset_kind direction_parse(const char *name)
{
	return search(directions, COUNT(directions), name);
}

const char *family_name(uint8_t family)
{
	return family == AF_INET ? "ipv4" : family == AF_INET6 ? "ipv6" : "";
}

uint8_t family_parse(const char *name)
{
	return !strcmp(name, "ipv4") ? AF_INET : !strcmp(name, "ipv6") ? AF_INET6 : 0;
}

const char *lookup_name(enum lookup lookup)
{
	return pick(lookups, COUNT(lookups), lookup);
}

enum lookup lookup_parse(const char *name)
{
	return search(lookups, COUNT(lookups), name);
}

const char *bridge_netfilter_name(enum bridge_netfilter state)
{
	return pick(bridge_netfilters, COUNT(bridge_netfilters), state);
}

enum bridge_netfilter bridge_netfilter_parse(const char *name)
{
	return search(bridge_netfilters, COUNT(bridge_netfilters), name);
}

const char *socket_end_name(enum socket_end_how how)
{
	return pick(socket_ends, COUNT(socket_ends), how);
}

enum socket_end_how socket_end_parse(const char *name)
{
	return search(socket_ends, COUNT(socket_ends), name);
}

const char *delivered_name(enum delivered delivered)
{
	return pick(delivereds, COUNT(delivereds), delivered);
}

enum delivered delivered_parse(const char *name)
{
	return search(delivereds, COUNT(delivereds), name);
}

const char *undelivered_name(enum undelivered why)
{
	return pick(undelivereds, COUNT(undelivereds), why);
}

enum undelivered undelivered_parse(const char *name)
{
	return search(undelivereds, COUNT(undelivereds), name);
}

const char *change_why_name(enum change_why why)
{
	return pick(change_whys, COUNT(change_whys), why);
}

enum change_why change_why_parse(const char *name)
{
	return search(change_whys, COUNT(change_whys), name);
}

const char *ruleset_op_name(enum ruleset_op op)
{
	return pick(ruleset_ops, COUNT(ruleset_ops), op);
}

enum ruleset_op ruleset_op_parse(const char *name)
{
	return search(ruleset_ops, COUNT(ruleset_ops), name);
}

const char *witness_name(enum witness_of of)
{
	return pick(witnesses, COUNT(witnesses), of);
}

enum witness_of witness_parse(const char *name)
{
	return search(witnesses, COUNT(witnesses), name);
}

const char *status_bit_name(unsigned int bit)
{
	return bit < COUNT(status_bits) ? status_bits[bit] : NULL;
}

int status_bit_parse(const char *name)
{
	for (size_t i = 0; i < COUNT(status_bits); i++)
		if (!strcmp(status_bits[i], name))
			return (int)i;
	return -1;
}

static const struct {
	unsigned int flag;
	const char *name;
	char letter;
} packet_flags[] = {
	{ 0x02, "SYN", 'S' }, { 0x01, "FIN", 'F' }, { 0x04, "RST", 'R' }, { 0x08, "PSH", 'P' },
	{ 0x20, "URG", 'U' }, { 0x40, "ECE", 'E' }, { 0x80, "CWR", 'W' }, { 0x10, "ACK", '.' },
};

const char *packet_flags_format(unsigned int flags, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < COUNT(packet_flags); i++)
		if ((flags & packet_flags[i].flag) && used < size)
			used += (size_t)snprintf(buf + used, size - used, "%s%s", used ? "," : "",
						 packet_flags[i].name);
	return buf;
}

static unsigned int packet_flags_parse_letters(const char *text)
{
	unsigned int flags = 0;

	for (; *text; text++)
		for (size_t i = 0; i < COUNT(packet_flags); i++)
			if (packet_flags[i].letter == *text ||
			    (*text == 'A' && packet_flags[i].letter == '.'))
				flags |= packet_flags[i].flag;
	return flags;
}

unsigned int packet_flags_parse(const char *text)
{
	unsigned int flags = 0;

	for (size_t i = 0; i < COUNT(packet_flags); i++)
		if (strstr(text, packet_flags[i].name))
			flags |= packet_flags[i].flag;
	return flags ? flags : packet_flags_parse_letters(text);
}
