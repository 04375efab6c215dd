// SPDX-License-Identifier: GPL-2.0-only
#include "summary/phrases.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/number_text.h"
#include "base/time_text.h"
#include "base/utf8.h"
#include "model/words.h"
#include "summary/sentences.h"

enum { COMM_CUT_LENGTH = 15 };

/* The kernel cuts comm at 15 bytes; the executable's name is whole. */
static const char *full_name(const struct actor *actor)
{
	const char *base = strrchr(actor->exe, '/');

	if (base && strlen(actor->comm) == COMM_CUT_LENGTH &&
	    !strncmp(base + 1, actor->comm, COMM_CUT_LENGTH))
		return base + 1;
	return actor->comm;
}

enum { HOME_BYTES = 384 };

/* Which unit or container he belongs to: by the name that people gave it, if known. */
static void describe_home(const struct actor *actor, char buf[HOME_BYTES])
{
	const char *id = actor->container_name[0] ? actor->container_name : actor->container;
	char text[160], pod[160];

	if (!actor->container[0]) {
		utf8_printable(actor->unit, buf, HOME_BYTES);
		return;
	}
	utf8_printable(id, text, actor->container_name[0] ? sizeof(text) : 13);
	utf8_printable(actor->pod, pod, sizeof(pod));
	snprintf(buf, HOME_BYTES, "%s%s%scontainer %s", *pod ? "pod " : "", pod, *pod ? ", " : "",
		 text);
}

const char *describe_actor(const struct actor *actor, char *buf, size_t size)
{
	char name[128], unit[HOME_BYTES];
	bool has_unit;

	if (!actor || !actor->pid) {
		snprintf(buf, size, "an unknown process");
		return buf;
	}
	has_unit = actor->unit[0] || actor->container[0];
	utf8_printable(full_name(actor), name, sizeof(name));
	describe_home(actor, unit);
	snprintf(buf, size, "%s[%u]%s%s%s", name, actor->pid, has_unit ? " (" : "",
		 has_unit ? unit : "", has_unit ? ")" : "");
	return buf;
}

const char *describe_unnamed(const struct victim *v)
{
	static const char *const reasons[UNNAMEDS] = {
		[UNNAMED_NONE] = "",
		[UNNAMED_TIME] = "not found in time",
		[UNNAMED_DENIED] = "no permission to look",
		[UNNAMED_GONE] = "no process has it by then",
	};

	return v->unnamed < UNNAMEDS ? reasons[v->unnamed] : "";
}

const char *describe_unsure(const struct victim *v, char *buf, size_t size)
{
	char comm[80], netns[80], who[96 + 80];

	buf[0] = '\0';
	if (!v->is_unsure)
		return buf;
	if (!v->one_of) {
		snprintf(buf, size,
			 "unconfirmed: its namespace belongs to another user namespace and has no "
			 "link to where the packet came");
		return buf;
	}
	if (!v->rival.netns) {
		snprintf(buf, size, "one of %s with these addresses and ports",
			 v->one_of == 2 ? "two" : "several");
		return buf;
	}
	if (!v->rival.netns_name[0])
		snprintf(netns, sizeof(netns), "namespace %u", v->rival.netns);
	else
		utf8_printable(v->rival.netns_name, netns, sizeof(netns));
	utf8_printable(v->rival.comm, comm, sizeof(comm));
	snprintf(who, sizeof(who), "an unknown process");
	if (v->rival.pid)
		snprintf(who, sizeof(who), "%s[%u]", comm, v->rival.pid);
	snprintf(buf, size, "one of %s with these addresses and ports; another is of %s in %s",
		 v->one_of == 2 ? "two" : "several", who, netns);
	return buf;
}

const char *describe_victim(const struct victim *v, char *buf, size_t size)
{
	char process[DESCRIBE_BYTES / 2] = "an unknown process", netns[80], state[48] = "";
	char ago[DURATION_TEXT_BYTES + 16] = "", span[DURATION_TEXT_BYTES], doubt[DESCRIBE_BYTES];

	buf[0] = '\0';
	if (!v || (!v->process.pid && v->socket_state == SOCKET_NONE) || is_listener_found(v))
		return buf;
	if (v->process.pid)
		describe_actor(&v->process, process, sizeof(process));
	else if (v->unnamed)
		snprintf(process, sizeof(process), "an unknown process (%s)", describe_unnamed(v));
	if (v->socket_state != SOCKET_NONE)
		snprintf(state, sizeof(state), ", socket %s", socket_state_name(v->socket_state));
	if (v->looked_ago_ns)
		snprintf(ago, sizeof(ago), " %s earlier",
			 duration_format(v->looked_ago_ns, span, sizeof(span)));
	utf8_printable(v->netns_name, netns, sizeof(netns));
	describe_unsure(v, doubt, sizeof(doubt));
	snprintf(buf, size, "%s%s%s%s%s%s%s", process, *netns ? " in " : "", netns, state, ago,
		 *doubt ? ", " : "", doubt);
	return buf;
}

const char *describe_end(const struct socket_end *ended, char *buf, size_t size)
{
	static const char *const ends[SOCKET_ENDS] = {
		[SOCKET_END_CLOSED] = "had closed the connection",
		[SOCKET_END_EXITED] = "had ended, and its connection with it",
		[SOCKET_END_KILLED] = "had been killed, and its connection with it",
		[SOCKET_END_OOM] = "had been killed by the kernel, which was out of memory",
		[SOCKET_END_TIMED_OUT] = "had the connection until it timed out",
		[SOCKET_END_RESET] = "had the connection until the peer reset it",
		[SOCKET_END_DESTROYED] = "had destroyed the socket (ss -K)",
		[SOCKET_END_ABORTED] = "had the connection until the kernel gave it up",
	};
	char who[DESCRIBE_BYTES / 2], ago[DURATION_TEXT_BYTES];

	buf[0] = '\0';
	if (ended->how == SOCKET_END_NONE || ended->how >= SOCKET_ENDS)
		return buf;
	describe_actor(&ended->by, who, sizeof(who));
	snprintf(buf, size, "%s %s, %s earlier", who, ends[ended->how],
		 duration_format(ended->ago_ns, ago, sizeof(ago)));
	return buf;
}

const char *describe_barrier(const struct reset_observation *reset, uint32_t netns, char *buf,
			     size_t size)
{
	const struct victim *v = &reset->victim;
	char device[80], vrf[80], ifname[80];

	buf[0] = '\0';
	if (v->role != VICTIM_OWN || v->look != LOOK_FOUND)
		return buf;
	utf8_printable(v->bound_ifname, device, sizeof(device));
	utf8_printable(v->vrf, vrf, sizeof(vrf));
	utf8_printable(reset->ifname, ifname, sizeof(ifname));
	if (v->process.netns && v->process.netns != netns)
		snprintf(buf, size, "it is in another namespace than the packet was");
	else if (v->bound_ifindex && *device)
		snprintf(buf, size, "it is bound to device %s; the packet came in by %s", device,
			 *ifname ? ifname : "another");
	else if (v->bound_ifindex)
		snprintf(buf, size, "it is bound to device number %u; the packet came in by %s",
			 v->bound_ifindex, *ifname ? ifname : "another");
	else if (*vrf)
		snprintf(buf, size,
			 "the packet came in by VRF %s, and was for sockets that are bound to it",
			 vrf);
	return buf;
}

static const char *change_verb(enum change_op op)
{
	switch (op) {
	case ADDRESS_ADD:
		return "added to";
	case ADDRESS_REMOVE:
		return "removed from";
	case LINK_UP:
		return "set up";
	case LINK_DOWN:
		return "set down";
	case LINK_UNREGISTER:
		return "deleted";
	case LINK_RENAME:
		return "renamed";
	case CHANGE_NONE:
		break;
	}
	return "changed";
}

/* Why the kernel took an address of its own accord. */
static const char *change_why(const struct change_observation *c)
{
	if (c->op != ADDRESS_REMOVE)
		return "";
	switch (c->why) {
	case CHANGE_WHY_LIFETIME:
		return " (its lifetime ran out)";
	case CHANGE_WHY_ROUTER_ADVERTISEMENT:
		return " (a router advertisement withdrew it)";
	default:
		return "";
	}
}

static const char *change_author(const struct change_observation *c, char *buf, size_t size)
{
	char actor[DESCRIBE_BYTES / 2 - 8];

	if (c->actor.pid)
		snprintf(buf, size, " by %s", describe_actor(&c->actor, actor, sizeof(actor)));
	else
		snprintf(buf, size, "%s%s", c->by_kernel ? " by the kernel itself" : "",
			 change_why(c));
	return buf;
}

const char *describe_change(const struct change *c, char *buf, size_t size)
{
	const struct change_observation *seen = &c->seen;
	char address[ADDRESS_TEXT_BYTES], author[DESCRIBE_BYTES / 2], ifname[32];
	const char *verb = change_verb(seen->op);

	change_author(seen, author, sizeof(author));
	utf8_printable(seen->ifname, ifname, sizeof(ifname));
	if (seen->family)
		snprintf(buf, size, "%s/%u %s %s%s",
			 address_format(&seen->local, seen->family, address, sizeof(address)),
			 seen->prefix_len, verb, ifname, author);
	else
		snprintf(buf, size, "link %s %s%s", ifname, verb, author);
	return buf;
}

const char *describe_deed(const struct change *c, char *buf, size_t size)
{
	const struct change_observation *seen = &c->seen;
	char address[ADDRESS_TEXT_BYTES], actor[DESCRIBE_BYTES / 2 - 8], ifname[32];
	const char *doer = "an unknown process";

	if (seen->actor.pid)
		doer = describe_actor(&seen->actor, actor, sizeof(actor));
	else if (seen->by_kernel)
		doer = "the kernel itself";
	utf8_printable(seen->ifname, ifname, sizeof(ifname));
	if (seen->op == ADDRESS_REMOVE)
		snprintf(buf, size, "%s removed %s/%u from %s%s", doer,
			 address_format(&seen->local, seen->family, address, sizeof(address)),
			 seen->prefix_len, ifname, change_why(seen));
	else if (seen->op == ADDRESS_ADD)
		snprintf(buf, size, "%s added %s/%u to %s", doer,
			 address_format(&seen->local, seen->family, address, sizeof(address)),
			 seen->prefix_len, ifname);
	else if (seen->op == LINK_DOWN)
		snprintf(buf, size, "%s set link %s down", doer, ifname);
	else if (seen->op == LINK_UNREGISTER)
		snprintf(buf, size, "%s deleted link %s", doer, ifname);
	else
		describe_change(c, buf, size);
	return buf;
}

static const char *flush_target(const struct flush *f, char *buf, size_t size)
{
	char address[ADDRESS_TEXT_BYTES], ifname[32];

	buf[0] = '\0';
	if (f->cause == CAUSE_ADDRESS_REMOVED && f->family)
		snprintf(buf, size, " masqueraded to %s",
			 address_format(&f->address, f->family, address, sizeof(address)));
	else if (f->cause == CAUSE_LINK_DOWN && f->by)
		snprintf(buf, size, " masqueraded through %s",
			 utf8_printable(f->by->seen.ifname, ifname, sizeof(ifname)));
	return buf;
}

const char *describe_entries(const struct flush *f, char *buf, size_t size)
{
	char target[96], state[32] = "";

	/* A timeout of 60 s in CLOSE_WAIT is not one of five days in ESTABLISHED. */
	if (f->tcp_state)
		snprintf(state, sizeof(state), " in %s", tracker_state_name(f->tcp_state));
	snprintf(buf, size, "%s%s%s", COUNTED(f->entries, "conntrack entry", "conntrack entries"),
		 state, flush_target(f, target, sizeof(target)));
	return buf;
}

/* " by conntrack[99]: the table was flushed" */
static const char *flush_author(const struct flush *f, char *buf, size_t size)
{
	const char *reason = describe_cause(f);
	char actor[DESCRIBE_BYTES / 2 - 64];

	snprintf(buf, size, "%s%s%s%s%s", f->actor.pid ? " by " : "",
		 f->actor.pid ? describe_actor(&f->actor, actor, sizeof(actor)) : "",
		 *reason ? ": " : "", reason, describe_expiry(f));
	return buf;
}

const char *describe_flush(const struct flush *f, char *buf, size_t size)
{
	char entries[DESCRIBE_BYTES / 2], author[DESCRIBE_BYTES / 2];

	snprintf(buf, size, "%s %s removed%s%s", describe_entries(f, entries, sizeof(entries)),
		 f->entries == 1 ? "was" : "were", flush_author(f, author, sizeof(author)),
		 f->is_ended ? "" : " (still running)");
	return buf;
}

const char *describe_flush_ago(const struct flush *f, uint64_t ago_ns, char *buf, size_t size)
{
	char entries[DESCRIBE_BYTES / 2], author[DESCRIBE_BYTES / 2], ago[DURATION_TEXT_BYTES];

	snprintf(buf, size, "%s removed %s earlier%s%s",
		 describe_entries(f, entries, sizeof(entries)),
		 duration_format(ago_ns, ago, sizeof(ago)), flush_author(f, author, sizeof(author)),
		 f->is_ended ? "" : " (still running)");
	return buf;
}

const char *describe_ruleset(const struct ruleset_observation *r, char *buf, size_t size)
{
	char actor[DESCRIBE_BYTES / 2 - 8];
	const char *who = r->by_kernel ? "the kernel itself" : "an unknown process";
	bool has_both = (r->hooks & HOOKS_CONNTRACK) && (r->hooks & HOOKS_NAT);

	if (r->actor.pid)
		who = describe_actor(&r->actor, actor, sizeof(actor));
	snprintf(buf, size, "%s %s the netfilter hooks of %s%s", who,
		 r->op == RULESET_HOOKS_REMOVED ? "removed" : "added",
		 has_both             ? "conntrack and NAT" :
		 r->hooks & HOOKS_NAT ? "NAT" :
					"conntrack",
		 r->family == AF_INET  ? " (IPv4)" :
		 r->family == AF_INET6 ? " (IPv6)" :
					 "");
	return buf;
}

/* What the peer sees is named: its other end's address and port, or whom it talks to. */
const char *describe_retranslation(const struct reset_blame *b, char *buf, size_t size)
{
	const struct tuple *old = &b->removed_reply, *now = &b->flow.reply;
	uint8_t family = b->flow.family;
	char from[ENDPOINT_TEXT_BYTES], to[ENDPOINT_TEXT_BYTES];

	if (tuple_equal(old, &b->flow.orig)) {
		snprintf(buf, size,
			 "the server sent first and its flow was translated as a new one: it now "
			 "comes from %s, which the peer does not recognise",
			 endpoint_format(&now->dst, family, now->dport, to, sizeof(to)));
	} else if (!flow_is_translated(&b->flow)) {
		endpoint_format(&old->dst, family, old->dport, from, sizeof(from));
		snprintf(buf, size,
			 "the server sent first and its flow was not translated: it now comes from "
			 "%s instead of %s, which the peer does not recognise",
			 endpoint_format(&now->dst, family, now->dport, to, sizeof(to)), from);
	} else if (!address_equal(&old->dst, &now->dst) || old->dport != now->dport) {
		endpoint_format(&old->dst, family, old->dport, from, sizeof(from));
		snprintf(
			buf, size,
			"the %s sent first and its flow was re-translated from %s to %s, which the "
			"peer does not recognise",
			b->is_server_first ? "server" : "client", from,
			endpoint_format(&now->dst, family, now->dport, to, sizeof(to)));
	} else if (!address_equal(&old->src, &now->src) || old->sport != now->sport) {
		endpoint_format(&old->src, family, old->sport, from, sizeof(from));
		snprintf(buf, size,
			 "the client sent first and its flow was translated to another endpoint, "
			 "%s instead of %s, which does not know it",
			 endpoint_format(&now->src, family, now->sport, to, sizeof(to)), from);
	} else {
		snprintf(buf, size, "the client sent first and its flow was translated again");
	}
	return buf;
}

const char *describe_doubt(enum witness_of of, uint64_t counted, uint64_t seen, char *buf,
			   size_t size)
{
	static const struct {
		const char *one, *many;
	} things[] = {
		[WITNESS_NONE] = { "event", "events" },
		[WITNESS_RESETS] = { "reset sent", "resets sent" },
		[WITNESS_ADDRESSES] = { "address removed", "addresses removed" },
		[WITNESS_REMOVALS] = { "conntrack entry removed", "conntrack entries removed" },
	};

	_Static_assert(sizeof(things) / sizeof(things[0]) == WITNESSES, "words for each");
	snprintf(buf, size, "the kernel counted %s, rstblame saw %s",
		 COUNTED(counted, things[of].one, things[of].many), seen ? NUMBER(seen) : "none");
	return buf;
}
