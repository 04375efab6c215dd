// SPDX-License-Identifier: GPL-2.0-only
/* The table of findings, and what is the same for all of them. */
#include "exposure/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

#define NEEDS(part) (1U << (part))

const struct finding_row finding_rows[] = {
	{ .id = "address-may-go",
	  .title = "an address that flows are masqueraded to is leased, and nothing keeps it",
	  .danger = "When the lease is lost, even for a moment, the kernel removes each conntrack "
		    "entry masqueraded to the address. The next packet from outside is answered "
		    "with a RST, and the clients are not told.",
	  .needs = NEEDS(LOOK_ADDRESSES),
	  .uses = NEEDS(LOOK_MANAGERS) | NEEDS(LOOK_HISTORY) | NEEDS(LOOK_FLOWS) |
		  NEEDS(LOOK_SOCKETS) | NEEDS(LOOK_PROCESSES) | NEEDS(LOOK_RULES),
	  .judge = judge_address_may_go,
	  .evidence = { "the address's lifetime (`ip addr`), and its lease",
			"the file in force that manages the interface, and what it keeps",
			"masquerade rules, and the entries that are translated to the address",
			"how often the journal says that the lease was lost" },
	  .cures = { "Give the node a static address.",
		     "With systemd-networkd set [Network] KeepConfiguration=dhcp (since systemd 257 "
		     "dynamic) in the .network file in force.",
		     "With dhclient, dhcpcd or NetworkManager the report has what helps there.",
		     "Reserve the address on the DHCP server, so that no other host is given it "
		     "meanwhile." },
	  .not_if = "Not the case if `ip addr show` shows valid_lft forever for the address and "
		    "nothing manages it." },
	{ .id = "invalid-answered",
	  .title = "packets that conntrack calls INVALID are answered with a RST",
	  .danger = "A delayed or reordered packet of a translated connection is answered with a "
		    "RST by whoever it comes to untranslated, and the connection ends while its "
		    "entry is alive.",
	  .needs = NEEDS(LOOK_FILTERS) | NEEDS(LOOK_FLOWS) | NEEDS(LOOK_SYSCTLS),
	  .uses = NEEDS(LOOK_SOCKETS) | NEEDS(LOOK_PROCESSES) | NEEDS(LOOK_CPU_STATS),
	  .judge = judge_invalid_answered,
	  .evidence = { "net.netfilter.nf_conntrack_tcp_be_liberal",
			"what the filter rules do with an INVALID packet of each translated flow",
			"how many INVALID packets the kernel has counted" },
	  .cures = { "sysctl -w net.netfilter.nf_conntrack_tcp_be_liberal=1",
		     "Drop INVALID packets in INPUT and FORWARD." },
	  .not_if = "Not the case if INVALID packets are dropped before they come to this node." },
	{ .id = "timeout-shorter",
	  .title = "entries end before the keepalive of their sockets",
	  .danger = "A connection that rests for longer loses its entry. The next packet from "
		    "outside is answered with a RST; one from inside may get another port.",
	  .needs = NEEDS(LOOK_FLOWS) | NEEDS(LOOK_SOCKETS) | NEEDS(LOOK_SYSCTLS),
	  .uses = NEEDS(LOOK_PROCESSES) | NEEDS(LOOK_NAMESPACES),
	  .judge = judge_timeout_shorter,
	  .evidence = { "conntrack's timeouts, and what each entry has left",
			"when the keepalive of each socket is due" },
	  .cures = { "Raise net.netfilter.nf_conntrack_tcp_timeout_established.",
		     "Let the application send keepalives more often (TCP_KEEPIDLE)." },
	  .not_if = "Not the case if the other end sends keepalives in time, or the application "
		    "something of its own." },
	{ .id = "table-filling",
	  .title = "conntrack's table is nearly full, or has been full",
	  .danger = "The kernel evicts entries that have not been answered for long, and drops the "
		    "packets of new connections.",
	  .needs = NEEDS(LOOK_SYSCTLS),
	  .uses = NEEDS(LOOK_FLOWS) | NEEDS(LOOK_CPU_STATS),
	  .judge = judge_table_filling,
	  .evidence = { "net.netfilter.nf_conntrack_count and nf_conntrack_max",
			"early_drop and drop of conntrack -S",
			"which source and destination have the most entries" },
	  .cures = { "Raise net.netfilter.nf_conntrack_max, and the buckets with it.",
		     "Find out who opens so many connections." },
	  .not_if =
		  "Not the case if the table was made smaller or filled on purpose, for a test." },
	{ .id = "who-flushes",
	  .title = "something is set up to flush conntrack's table",
	  .danger = "A flush removes the entries of live connections, IPv6 ones, too: their next "
		    "packet from outside is answered with a RST.",
	  .needs = 0,
	  .uses = NEEDS(LOOK_FLUSHERS) | NEEDS(LOOK_FLOWS),
	  .judge = judge_who_flushes,
	  .evidence = { "conntrack -F or -D in units, cron's files, hooks of ifupdown, "
			"NetworkManager and DHCP clients, and in /usr/local",
			"firewalld's CleanupModulesOnExit" },
	  .cures = { "Delete only the flows that are meant, by address and protocol." },
	  .not_if = "Not the case if nothing runs the file, or it runs before there are "
		    "connections." },
	{ .id = "accept-queue",
	  .title = "accept queues are full, or have been",
	  .danger = "A client believes that it is connected, and its first data is answered with a "
		    "RST; with net.ipv4.tcp_abort_on_overflow it is reset at once.",
	  .needs = 0,
	  .uses = NEEDS(LOOK_SOCKETS) | NEEDS(LOOK_PROCESSES),
	  .judge = judge_accept_queue,
	  .evidence = { "the queues of listening sockets (ss -lt)",
			"ListenOverflows of /proc/net/netstat (nstat -az)" },
	  .cures = { "Let the application accept faster, or listen with a longer backlog.",
		     "Raise net.core.somaxconn where it cuts the backlog." },
	  .not_if = "Not the case if the counter does not grow any more (nstat -az "
		    "TcpExtListenOverflows, twice)." },
	{ .id = "rejects-with-reset",
	  .title = "a rule would reject live flows with a RST if their entry were gone",
	  .danger = "Without its entry a flow is no longer ESTABLISHED: the rule answers its next "
		    "packet with a RST, where a dropped packet would only be sent again.",
	  .needs = NEEDS(LOOK_FILTERS) | NEEDS(LOOK_FLOWS),
	  .uses = NEEDS(LOOK_SOCKETS) | NEEDS(LOOK_PROCESSES),
	  .judge = judge_rejects_with_reset,
	  .evidence = { "what the filter rules do with a packet of each live flow that has no "
			"entry" },
	  .cures = { "Reject new connections alone: match SYN (tcp flags syn / ! --syn)." },
	  .not_if = "Not the case if the entries cannot go: no address changes, no flush, and "
		    "timeouts longer than the keepalives." },
	{ .id = "route-may-change",
	  .title = "masqueraded flows may be sent by another uplink",
	  .danger = "When the route of a masqueraded flow leads out of another interface, the "
		    "kernel removes its entry: it is translated to another address, and its peer "
		    "resets it.",
	  .needs = NEEDS(LOOK_ROUTES) | NEEDS(LOOK_FLOWS),
	  .uses = NEEDS(LOOK_ADDRESSES) | NEEDS(LOOK_RULES) | NEEDS(LOOK_SOCKETS) |
		  NEEDS(LOOK_PROCESSES),
	  .judge = judge_route_may_change,
	  .evidence = { "default routes, their metrics and ways (ip route show table all)",
			"policies (ip rule)" },
	  .cures = { "Give default routes of different uplinks different metrics.",
		     "Keep a connection on the uplink that it began on: a mark in conntrack, and a "
		     "policy by it." },
	  .not_if = "Not the case if all uplinks lead to the same network by the same address." },
	{ .id = "blind",
	  .title = "connections here go past conntrack",
	  .danger = "What goes wrong in another table of connections is not seen: neither by this "
		    "look nor by the tracer.",
	  .needs = 0,
	  .uses = NEEDS(LOOK_DATA_PATHS),
	  .judge = judge_blind,
	  .evidence = { "names of loaded BPF programs and maps (Cilium, Calico, AWS)",
			"IPVS services without net.ipv4.vs.conntrack",
			"NOTRACK rules, flowtables offloaded to hardware" },
	  .cures = { "Ask the tools of whoever has the connections: cilium bpf ct list global, "
		     "calico-node -bpf conntrack dump, ipvsadm -Lnc." },
	  .not_if = "Not the case if the connections that were reset go another way." },
};
const size_t finding_rows_count = sizeof(finding_rows) / sizeof(finding_rows[0]);

const char *severity_name(enum severity severity)
{
	static const char *const names[] = {
		[SEVERITY_LOW] = "low",
		[SEVERITY_MEDIUM] = "medium",
		[SEVERITY_HIGH] = "high",
	};

	return severity < SEVERITIES ? names[severity] : "";
}

const struct finding_row *finding_by_id(const char *id)
{
	for (size_t i = 0; i < finding_rows_count; i++)
		if (!strcmp(finding_rows[i].id, id))
			return &finding_rows[i];
	return NULL;
}

struct exposed *exposures_add(struct exposures *out, const struct finding_row *row)
{
	struct exposed *e;

	if (!array_reserve(&out->items, &out->size, out->count + 1, sizeof(*out->items))) {
		out->has_failed = true;
		return NULL;
	}
	e = &out->items[out->count++];
	memset(e, 0, sizeof(*e));
	e->row = row;
	snprintf(e->not_if, sizeof(e->not_if), "%s", row->not_if);
	return e;
}

void exposures_release(struct exposures *exposures)
{
	free(exposures->items);
	memset(exposures, 0, sizeof(*exposures));
}

void exposed_line(struct exposed_lines *lines, const char *format, ...)
{
	va_list args;

	if (lines->count == EXPOSED_LINES_MAX)
		return;
	va_start(args, format);
	vsnprintf(lines->lines[lines->count++], EXPOSED_LINE_BYTES, format, args);
	va_end(args);
}

const char *place_format(const struct look_place *place, char *buf, size_t size)
{
	if (place->line)
		snprintf(buf, size, "%s:%u", place->path, place->line);
	else
		snprintf(buf, size, "%s", place->path);
	return buf;
}

bool finding_could_judge(const struct finding_row *row, const struct look *look, const char **why)
{
	for (enum look_part part = 0; part < LOOK_PARTS; part++) {
		*why = row->needs & NEEDS(part) ? look_why_lacking(look, part) : NULL;
		if (*why)
			return false;
	}
	return true;
}

static bool is_urgent(const struct exposed *e)
{
	return e->has_end && e->stake.flows;
}

/* The worst first: what is about to happen, then by severity, then by whom it hits. */
static int compare(const void *a, const void *b)
{
	const struct exposed *x = a, *y = b;

	if (is_urgent(x) != is_urgent(y))
		return is_urgent(x) ? -1 : 1;
	if (x->severity != y->severity)
		return x->severity > y->severity ? -1 : 1;
	if (x->stake.flows != y->stake.flows)
		return x->stake.flows > y->stake.flows ? -1 : 1;
	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	return strcmp(x->subject, y->subject);
}

void exposures_judge(const struct look *look, const char *only, struct exposures *out)
{
	const char *why;

	for (size_t i = 0; i < finding_rows_count; i++)
		if ((!only || !strcmp(only, finding_rows[i].id)) &&
		    finding_could_judge(&finding_rows[i], look, &why))
			finding_rows[i].judge(look, out);
	if (out->count)
		qsort(out->items, out->count, sizeof(*out->items), compare);
}

/* A part without which a judge goes on, and where it has found nothing it may be there. */
static bool has_blind_spot(const struct look *look)
{
	static const enum look_part parts[] = { LOOK_NAMESPACES, LOOK_FLUSHERS, LOOK_DATA_PATHS };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (look_why_lacking(look, parts[i]))
			return true;
	return false;
}

unsigned int exposures_status(const struct exposures *exposures, const struct look *look)
{
	size_t judged = 0;
	const char *why;

	for (size_t i = 0; i < exposures->count; i++)
		if (is_urgent(&exposures->items[i]))
			return 2;
	if (exposures->count)
		return 1;
	for (size_t i = 0; i < finding_rows_count; i++)
		judged += finding_could_judge(&finding_rows[i], look, &why);
	/* One that could not judge says nothing, and nobody may take that for all is well. */
	return judged < finding_rows_count || exposures->has_failed || has_blind_spot(look) ? 3 : 0;
}
