// SPDX-License-Identifier: GPL-2.0-only
#include "summary/sentences.h"

#include <stdio.h>

#include "base/time_text.h"
#include "model/causes.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const verdicts[] = {
	[VERDICT_NONE] = "",
	[VERDICT_ENTRY_REMOVED] = "the flow's conntrack entry had been removed",
	[VERDICT_ENTRY_UNKNOWN] =
		"a mid-stream packet arrived for a flow unknown to conntrack; no removal was "
		"observed",
	[VERDICT_ENTRY_INVALID] = "the entry is alive, but conntrack judged the packet INVALID",
	[VERDICT_ENTRY_BYPASSED] =
		"the entry is alive, but the hooks that would have used it are gone",
	[VERDICT_NO_LISTENER] = "no process listens on that port",
	[VERDICT_BACKLOG] =
		"a process listens, or did, and its queue could not take the connection",
	[VERDICT_UNREACHABLE_SOCKET] =
		"the connection's socket is alive here, but the packet could not reach it",
	[VERDICT_STALE_CONNECTION] =
		"the peer still uses a connection that this node no longer has",
	[VERDICT_PROTOCOL] = "a live socket refused the packet",
	[VERDICT_REFUSED_BY_RULE] = "a netfilter rule rejects it",
	[VERDICT_ABORTED] = "the local application or kernel aborted the connection",
	[VERDICT_REMOTE] = "received from the peer",
	[VERDICT_UNEXPLAINED] = "no known reason applies",
};
_Static_assert(COUNT(verdicts) == VERDICTS, "a sentence each");

static const struct {
	const char *one, *many; /* entries */
	const char *guess;      /* where only its manner tells (CAUSE_NEEDS_MODULE) */
} causes[] = {
	[CAUSE_NONE] = { "", "", "" },
	[CAUSE_ADDRESS_REMOVED] = { "", "", "" },
	[CAUSE_LINK_DOWN] = { "", "", "" },
	[CAUSE_USER_FLUSH] = { "the table was flushed", "the table was flushed", "" },
	[CAUSE_USER_DELETE] = { "deleted by request", "deleted by request", "" },
	[CAUSE_TIMEOUT] = { "it timed out", "they timed out", "" },
	[CAUSE_TABLE_FULL] = { "the table was full", "the table was full", "" },
	[CAUSE_ROUTE_CHANGE] = { "the route moved to another interface",
				 "the route moved to another interface", "" },
	[CAUSE_TCP_CLOSE] = { "the connection tracker closed it",
			      "the connection tracker closed them", "" },
	[CAUSE_NETNS_EXIT] = { "its namespace was deleted", "their namespace was deleted", "" },
	[CAUSE_MODULE_UNLOAD] = { "a module was unloaded", "a module was unloaded",
				  "masquerade's module was probably unloaded" },
	[CAUSE_IPVS] = { "IPVS removed it", "IPVS removed them", "" },
	[CAUSE_OTHER] = { "the reason is unknown", "the reason is unknown", "" },
	/* No entry is removed for these. */
	[CAUSE_UNREAD_DATA] = { "", "", "" },
	[CAUSE_LINGER] = { "", "", "" },
	[CAUSE_KEEPALIVE] = { "", "", "" },
	[CAUSE_MEMORY] = { "", "", "" },
	[CAUSE_KILLED] = { "", "", "" },
	[CAUSE_DISCONNECT] = { "", "", "" },
	[CAUSE_LISTENER_CLOSED] = { "", "", "" },
	[CAUSE_ACCEPT_QUEUE_FULL] = { "", "", "" },
	[CAUSE_BRIDGE] = { "", "", "" },
};
_Static_assert(COUNT(causes) == CAUSES, "a row each");

static const char *const unseens[] = {
	[UNSEEN_NONE] = "",
	[UNSEEN_WHICH_CHANGE] = "which of several removals of that address queued this flush",
	[UNSEEN_WORK_ITEM] =
		"that this address caused the flush: the kernel's work item was not seen, "
		"only the entry's address",
	[UNSEEN_CHANGE] = "the address or link event behind the flush",
	[UNSEEN_REMOVER] = "the process that removed the entry",
	[UNSEEN_MODULE_UNLOAD] =
		"that masquerade's module was unloaded: it flushed an interface that had not "
		"gone down, which is what it does then",
	[UNSEEN_CAUSE] = "why the entry was removed",
	[UNSEEN_USE_UNTRACKED] =
		"that the entry would have helped: a NOTRACK rule kept the packet from it",
	[UNSEEN_USE_UNHOOKED] =
		"that the entry would have helped: the hooks that translate are gone, too",
	[UNSEEN_ZONE] = "the packet's conntrack zone",
	[UNSEEN_TIME_WAIT] =
		"whose connection it was: a TIME_WAIT socket of this host has the same "
		"addresses and ports",
	[UNSEEN_NEWER_FLOW] = "that no newer connection used the same addresses and ports",
	[UNSEEN_NEWER_ENTRY_LOST] =
		"events were lost, so a newer entry for this flow may have been missed",
	[UNSEEN_INVALID] = "that conntrack judged the packet INVALID (its entry is alive, and the "
			   "packet was not matched to it)",
	[UNSEEN_HOOKS_REMOVER] = "who removed the hooks: it happened before the window",
	[UNSEEN_WHICH_COMMIT] =
		"which of several processes that changed the rules just before removed the hooks",
	[UNSEEN_ENTRY_ALIVE] = "that the entry is alive: conntrack could not be asked",
	[UNSEEN_ENTRY_LOST] = "events were lost, so the entry may be a newer one",
	[UNSEEN_LISTENER] = "that no socket listened",
	[UNSEEN_OWN] = "that the connection was this host's own",
	[UNSEEN_OWN_REQUEST] =
		"that this host asked for a connection and gave it up (or that another host "
		"asked in its name)",
	[UNSEEN_CLOSE] = "the close of the socket: it happened before the window, or more than "
			 "16,384 connections ended since",
	[UNSEEN_CLOSE_OF_SERVER] =
		"the close of the socket: the packet goes from a client's port to a server's",
	[UNSEEN_ENTRY_PLACE] =
		"where the entry was: the address came here within the window, so the flow "
		"is older, or belonged to another node whose entries were not carried over",
	[UNSEEN_REMOVAL_BEFORE] =
		"the removal itself. It happened before the window (conntrack picked the "
		"flow up mid-stream, so it no longer knew it)",
	[UNSEEN_REMOVAL] = "the removal itself: none was seen",
	[UNSEEN_REMOVAL_BLIND] =
		"the removal itself: no probe here could see one (rstblame --check says why)",
	[UNSEEN_REMOVAL_LOST] = "events were lost, and the removal may be among them",
	[UNSEEN_REMOVAL_FORGOTTEN] = "the removal may be among what rstblame no longer remembers",
	[UNSEEN_CHANGE_FORGOTTEN] =
		"what removed the entry may be among what rstblame no longer remembers",
	[UNSEEN_OTHER_FORGOTTEN] =
		"another explanation may be among what rstblame no longer remembers",
	[UNSEEN_PASSAGE] =
		"that the removed entry, another namespace's, was this connection's: only "
		"addresses and ports tell",
	[UNSEEN_SOCKET] = "whether its socket is alive: it was not looked up, or not in time",
	[UNSEEN_SOCKET_GONE] = "when its socket was closed: it is gone, and its end was not seen",
	[UNSEEN_BARRIER] = "what became of the connection: the socket that is open now could have "
			   "taken the packet, so it was opened since",
	[UNSEEN_HANDSHAKE] = "the handshake: only the state of the listener was seen",
	[UNSEEN_IPVS] =
		"that IPVS had the connection: only its virtual service at that address was "
		"seen",
	[UNSEEN_ASKED] =
		"whether conntrack has an entry for it: too many resets waited, so it was not asked",
	[UNSEEN_REASON] = "the kernel's own reason for the reset says otherwise",
	[UNSEEN_BRIDGE] =
		"that bridged packets are not shown to conntrack: br_netfilter is loaded, and "
		"its settings of that namespace were not read",
	[UNSEEN_USE_BRIDGED] =
		"that the entry would have helped: the packet was bridged, and bridged packets "
		"are not shown to conntrack here",
	[UNSEEN_REQUEST] =
		"that a process asked for the removal: the request was not seen, only an argument "
		"of the kernel's function, which some compilers do not pass on",
};

_Static_assert(COUNT(unseens) == UNSEENS, "a sentence each");

const char *describe_verdict(enum verdict verdict, enum cause cause)
{
	if (verdict == VERDICT_ENTRY_BYPASSED && cause == CAUSE_BRIDGE)
		return "the entry is alive, but a bridge forwarded the packet without showing it to "
		       "conntrack";
	return verdict < VERDICTS ? verdicts[verdict] : "";
}

/* What no probe could see was not absent. */
const char *describe_judged(const struct reset_blame *blamed)
{
	for (size_t i = 0; i < blamed->inferred_count; i++)
		if (blamed->inferred[i] == UNSEEN_REMOVAL_BLIND)
			return "a mid-stream packet arrived for a flow unknown to conntrack; "
			       "removals could not be observed";
	return describe_verdict(blamed->verdict, blamed->cause);
}

const char *describe_cause(const struct flush *f)
{
	enum cause cause = f->cause < CAUSES ? f->cause : CAUSE_NONE;

	/* Masquerade's own end shows in the link that did not go down. */
	if (cause_row(cause)->needs == CAUSE_NEEDS_MODULE && f->ifindex)
		return causes[cause].guess;
	return f->entries == 1 ? causes[cause].one : causes[cause].many;
}

#define TCP_TIMEOUT(name) " (nf_conntrack_tcp_timeout_" name ")"

/* What a state's sysctl is called: tcp_sysctl_table of nf_conntrack_standalone.c. */
static const char *describe_state_expiry(uint8_t tcp_state)
{
	switch (tcp_state) {
	case TRACKER_SYN_SENT:
	case TRACKER_SYN_SENT2:
		return TCP_TIMEOUT("syn_sent");
	case TRACKER_SYN_RECV:
		return TCP_TIMEOUT("syn_recv");
	case TRACKER_ESTABLISHED:
		return TCP_TIMEOUT("established");
	case TRACKER_FIN_WAIT:
		return TCP_TIMEOUT("fin_wait");
	case TRACKER_CLOSE_WAIT:
		return TCP_TIMEOUT("close_wait");
	case TRACKER_LAST_ACK:
		return TCP_TIMEOUT("last_ack");
	default:
		return "";
	}
}

const char *describe_expiry(const struct flush *f)
{
	switch ((enum expiry)f->expiry) {
	case EXPIRY_STATE:
		return describe_state_expiry(f->tcp_state);
	case EXPIRY_RETRANS:
		return TCP_TIMEOUT("max_retrans");
	case EXPIRY_UNACKED:
		return TCP_TIMEOUT("unacknowledged");
	case EXPIRY_POLICY:
		return " (a timeout policy of a rule)";
	case EXPIRY_FLOWTABLE:
		return " (what a flowtable had left)";
	case EXPIRY_UNKNOWN:
	case EXPIRIES:
		break;
	}
	return "";
}

const char *describe_unseen(enum unseen unseen)
{
	return unseen < UNSEENS ? unseens[unseen] : "";
}

static bool is_forgotten(enum unseen unseen)
{
	return unseen == UNSEEN_REMOVAL_FORGOTTEN || unseen == UNSEEN_CHANGE_FORGOTTEN ||
	       unseen == UNSEEN_OTHER_FORGOTTEN;
}

const char *describe_inferred(const struct reset_blame *b, size_t i, char *buf, size_t size)
{
	const char *sentence = describe_unseen(b->inferred[i]);
	char ago[DURATION_TEXT_BYTES];

	if (is_forgotten(b->inferred[i]) && b->forgotten_ago_ns)
		snprintf(buf, size, "%s: some of what happened %s and more before this reset",
			 sentence, duration_format(b->forgotten_ago_ns, ago, sizeof(ago)));
	else
		snprintf(buf, size, "%s", sentence);
	return buf;
}
