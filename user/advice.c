// SPDX-License-Identifier: GPL-2.0-only
#include "advice.h"

#include <string.h>

enum { LINES_MAX = 5 };

/* `comm` is compared as the kernel cuts it, at 15 bytes. */
static const struct rule {
	enum verdict verdict;
	enum cause cause; /* CAUSE_NONE: any */
	const char *comm; /* NULL: any actor */
	const char *lines[LINES_MAX];
} rules[] = {
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_ADDRESS_REMOVED,
	  "systemd-network",
	  {
		  "Keep the address while DHCP is away: in the interface's .network file "
		  "(/etc/systemd/network/*.network) set [Network] KeepConfiguration=dhcp, then "
		  "`networkctl reload`; or give the host a static address or a reserved lease.",
		  "Restart or reconnect the clients that still show ESTABLISHED (`ss -tnp` in the "
		  "container): they will not notice by themselves. TCP keepalive or TCP_USER_TIMEOUT "
		  "in the client makes the next loss short.",
		  "Disproved if the address was removed by hand: `journalctl -u systemd-networkd` "
		  "must say \"DHCP lease lost\" (or a reconfiguration) at the time of the removal.",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_ADDRESS_REMOVED,
	  "dhclient-script",
	  {
		  "dhclient takes the address away when a lease expires or on BOUND to another: use a "
		  "static address or a reserved, longer lease.",
		  "Restart or reconnect the clients that still show ESTABLISHED (`ss -tnp` in the "
		  "container): they will not notice by themselves.",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_ADDRESS_REMOVED,
	  NULL,
	  {
		  "Find out why that process removes the address, and make it replace instead of "
		  "remove and add (`ip addr replace` keeps the conntrack entries); or masquerade to "
		  "an address that stays (SNAT to a fixed address is not flushed).",
		  "Restart or reconnect the clients that still show ESTABLISHED (`ss -tnp` in the "
		  "container): they will not notice by themselves. TCP keepalive or TCP_USER_TIMEOUT "
		  "in the client makes the next loss short.",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_LINK_DOWN,
	  NULL,
	  {
		  "The kernel flushes what is masqueraded through an interface that is set down: keep "
		  "it up (no `ip link set down`, no restart of its manager) while flows live.",
		  "Restart or reconnect the clients that still show ESTABLISHED.",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_USER_FLUSH,
	  NULL,
	  {
		  "Stop that process from flushing the whole table (`conntrack -F`): delete the flows "
		  "it means, by address and protocol (`conntrack -D -p udp -d ADDRESS`).",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_USER_DELETE,
	  NULL,
	  {
		  "That process deletes conntrack entries of live TCP connections: narrow its filter "
		  "(agents that clean up after a service or a pod mean UDP as a rule).",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_TIMEOUT,
	  NULL,
	  {
		  "The flow was silent for longer than conntrack remembers it: keepalive below the "
		  "time-out (TCP_KEEPIDLE), or raise net.netfilter.nf_conntrack_tcp_timeout_established "
		  "(…_close_wait and …_fin_wait for half-closed flows, 60 s and 120 s by default).",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_TABLE_FULL,
	  NULL,
	  {
		  "The conntrack table was full and the kernel dropped entries to make room: raise "
		  "net.netfilter.nf_conntrack_max (and the hash size with it), or find who opens that "
		  "many flows.",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_NONE,
	  NULL,
	  {
		  "The entry of a live flow was removed: see the cause in the timeline (`-v` shows "
		  "each removal).",
	  } },
	{ VERDICT_ENTRY_UNKNOWN,
	  CAUSE_NONE,
	  NULL,
	  {
		  "conntrack had forgotten the flow before the window began: run rstblame before the "
		  "next occurrence (`rstblame -d 1h -w FILE`), and look for an address change, a flush, "
		  "a reboot, a failover or a change of NAT rules shortly before.",
	  } },
};

static bool applies(const struct rule *rule, const struct reset_blame *blamed)
{
	if (rule->verdict != blamed->verdict)
		return false;
	if (rule->cause != CAUSE_NONE && rule->cause != blamed->cause)
		return false;
	return !rule->comm || !strcmp(rule->comm, blamed->actor.comm);
}

const char *const *advice_for(const struct reset_blame *blamed)
{
	static const char *const nothing[] = { NULL };

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (applies(&rules[i], blamed))
			return rules[i].lines;
	return nothing;
}
