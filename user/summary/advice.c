// SPDX-License-Identifier: GPL-2.0-only
#include "summary/advice.h"

#include <string.h>

enum { LINES_MAX = 5 };

#define RECONNECT                                                                                  \
	"Restart or reconnect the clients that still show ESTABLISHED (`ss -tnp` in the "          \
	"container): they will not notice by themselves. TCP keepalive or "                        \
	"TCP_USER_TIMEOUT in the client makes the next loss short."

/* What people did about it: what to change, and where; and, in most, what would
 * disprove the verdict. The first that applies counts. `comm` is compared as the
 * kernel cuts it, at 15 bytes. */
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
		  RECONNECT,
		  "Disproved if the address was removed by hand: `journalctl -u systemd-networkd` "
		  "must say \"DHCP lease lost\" (or a reconfiguration) at the time of the removal.",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_ADDRESS_REMOVED,
	  "dhclient-script",
	  {
		  "dhclient takes the address away when a lease expires or on BOUND to another: "
		  "use a static address or a reserved, longer lease.",
		  RECONNECT,
		  "Disproved if dhclient logged no EXPIRE, RELEASE or change of address then.",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_ADDRESS_REMOVED,
	  "NetworkManager",
	  {
		  "NetworkManager takes the address away when the lease or the profile goes: set "
		  "`ipv4.dhcp-timeout infinity` on the connection, or give it a static address; "
		  "avoid `nmcli connection up` on a node with live flows.",
		  RECONNECT,
		  "Disproved if `journalctl -u NetworkManager` says nothing of the interface then.",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_ADDRESS_REMOVED,
	  NULL,
	  {
		  "Find out why that process removes the address, and make it replace instead of "
		  "remove and add (`ip addr replace` keeps the conntrack entries); or masquerade "
		  "to an address that stays (SNAT to a fixed address is not flushed).",
		  RECONNECT,
		  "Disproved if the flow was not masqueraded to that address: its reply tuple "
		  "must lead there.",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_LINK_DOWN,
	  NULL,
	  {
		  "The kernel flushes what is masqueraded through an interface that is set down or "
		  "deleted: keep it up (no `ip link set down`, no `ip link del`, no restart of "
		  "its manager) while flows live.",
		  RECONNECT,
		  "Disproved if the kernel's log and the interface's manager say nothing of it then.",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_USER_FLUSH,
	  NULL,
	  {
		  "Stop that process from flushing the whole table (`conntrack -F`): delete the "
		  "flows it means, by address and protocol (`conntrack -D -p udp -d ADDRESS`).",
		  "Disproved if its unit or cron job did not run at that time.",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_USER_DELETE,
	  NULL,
	  {
		  "That process deletes conntrack entries of live TCP connections: narrow its "
		  "filter (agents that clean up after a service or a pod mean UDP as a rule).",
		  "Disproved if its log shows no deletion of this flow's addresses at that time.",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_TIMEOUT,
	  NULL,
	  {
		  "The flow was silent for longer than conntrack remembers it: keepalive below "
		  "the time-out (TCP_KEEPIDLE), or raise "
		  "net.netfilter.nf_conntrack_tcp_timeout_established (…_close_wait and "
		  "…_fin_wait for half-closed flows, 60 s and 120 s by default).",
		  "Disproved if packets of the flow passed within the time-out of its state: "
		  "`conntrack -E -e UPDATES` on the next one shows.",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_TABLE_FULL,
	  NULL,
	  {
		  "The conntrack table was full and the kernel dropped entries to make room: "
		  "raise net.netfilter.nf_conntrack_max (and the hash size with it), or find who "
		  "opens that many flows.",
		  "Disproved if `conntrack -S` shows no early_drop and the kernel log no "
		  "\"nf_conntrack: table full\".",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_ROUTE_CHANGE,
	  NULL,
	  {
		  "Masquerade drops an entry whose packets leave by another interface than "
		  "before: pin the route (metric, policy routing) or use SNAT to an address that "
		  "both uplinks can carry.",
		  "Disproved if `ip route get PEER` names the same interface before and after.",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_TCP_CLOSE,
	  NULL,
	  {
		  "The connection tracker itself closed the entry: it saw a RST or a reopened "
		  "tuple. Look who sent that first RST (run with -v on both ends), or whether two "
		  "clients share an address and port.",
		  "Disproved if a capture shows no RST before the removal (`tcpdump 'tcp[tcpflags] & tcp-rst "
		  "!= 0'`) and no SYN of the same address and port.",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_NETNS_EXIT,
	  NULL,
	  {
		  "The network namespace that held the entry was deleted: its container or pod "
		  "ended before its peers did. Drain the connections first (a preStop delay, a "
		  "graceful shutdown).",
		  "Disproved if `ip netns` or `lsns -t net` still shows that namespace.",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_MODULE_UNLOAD,
	  NULL,
	  {
		  "A netfilter module was unloaded, and the entries that it translated went with "
		  "it: do not stop or restart the firewall service with module unloading on a "
		  "node with live flows (firewalld: CleanupModulesOnExit=no).",
		  "No link went down where a flush looks so: masquerade flushes every interface as "
		  "its module goes.",
		  "Disproved if the kernel's log or `lsmod` shows the module loaded all the time.",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_IPVS,
	  NULL,
	  {
		  "IPVS dropped its connection and conntrack's entry with it: raise its time-outs "
		  "(`ipvsadm --set TCP TCPFIN UDP`; the default is 15 minutes of silence), or "
		  "keepalive below them.",
		  "Disproved if `ipvsadm -Lnc` still lists the connection, or "
		  "net.ipv4.vs.conntrack is 0.",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_NONE,
	  NULL,
	  {
		  "The entry of a live flow was removed: see the cause in the timeline (`-v` "
		  "shows each removal with its stack).",
		  "Disproved by the stack, where it leads to a known cause: report it then "
		  "(`-w FILE`).",
	  } },
	{ VERDICT_ENTRY_UNKNOWN,
	  CAUSE_NONE,
	  NULL,
	  {
		  "conntrack had forgotten the flow before the window began: run rstblame before "
		  "the next occurrence (`rstblame -d 1h -w FILE`), and look for an address "
		  "change, a flush, a reboot, a failover or a change of NAT rules shortly before.",
		  "After a failover: let conntrackd commit its cache before the address moves "
		  "(`conntrackd -c` in the notify script), or the new node knows none of the "
		  "flows.",
		  "Disproved if the peer's packet belongs to a connection that this host had "
		  "itself.",
	  } },
	{ VERDICT_ENTRY_INVALID,
	  CAUSE_NONE,
	  NULL,
	  {
		  "conntrack judged a packet of a live flow INVALID, did not translate it, and "
		  "this host answered it: drop such packets instead (`ct state invalid drop` in "
		  "FORWARD and INPUT, iptables: `-m conntrack --ctstate INVALID -j DROP`).",
		  "Or make the tracker liberal where segments are delayed or offloaded out of "
		  "order: net.netfilter.nf_conntrack_tcp_be_liberal=1.",
		  "Disproved if net.netfilter.nf_conntrack_log_invalid=6 logs nothing when it "
		  "happens again.",
	  } },
	{ VERDICT_ENTRY_BYPASSED,
	  CAUSE_NONE,
	  NULL,
	  {
		  "The ruleset that translated the flow was taken down while flows were alive: "
		  "reload rules in one transaction (`nft -f` with the flush inside the file, "
		  "`iptables-restore`), never flush first and add later.",
		  "Restore the NAT rules: the entries are still there, and connections that were "
		  "not reset yet go on.",
		  "Disproved if `nft list ruleset` (or `iptables -t nat -S`) had the NAT chain at "
		  "that time.",
	  } },
	{ VERDICT_NO_LISTENER,
	  CAUSE_NONE,
	  NULL,
	  {
		  "Nobody listens on that port: start the service, or correct the client's "
		  "address or port (`ss -ltn` shows what listens). Many ports from one source are "
		  "a scan.",
		  "Disproved if `ss -ltn` shows a listener on that address and port since before.",
	  } },
	{ VERDICT_STALE_CONNECTION,
	  CAUSE_NONE,
	  NULL,
	  {
		  "The peer kept using a connection that this host had closed or lost with its "
		  "process: no fault of conntrack. Look for the process's restart at that time; a "
		  "shorter keepalive or idle time-out at the peer lets go earlier.",
		  "Disproved if `ss -tn` still shows that connection here.",
	  } },
	{ VERDICT_PROTOCOL,
	  CAUSE_NONE,
	  NULL,
	  {
		  "A live socket refused the packet: see `reason`. Packets from the wrong "
		  "connection, a middlebox that rewrites sequence numbers, or a peer that sends "
		  "after it was told not to; capture both ends (`tcpdump -s0`) to see which.",
		  "Disproved if the socket named in the timeline is not the connection's own.",
	  } },
	{ VERDICT_REFUSED_BY_RULE,
	  CAUSE_NONE,
	  NULL,
	  {
		  "A firewall rule rejects with tcp-reset, as it was told to: `nft list ruleset` "
		  "or `iptables -S` shows it; allow the port if it should pass.",
		  "Disproved if no reject rule's counter moves with the next one.",
	  } },
	{ VERDICT_ABORTED,
	  CAUSE_UNREAD_DATA,
	  NULL,
	  {
		  "The process closed the socket with data unread, and so TCP aborts: read to the "
		  "end before close(), or shutdown() and drain.",
		  "Disproved if `ss -tn` shows Recv-Q 0 up to the close (`strace -e close,read`).",
	  } },
	{ VERDICT_ABORTED,
	  CAUSE_LINGER,
	  NULL,
	  {
		  "The process asked for it (SO_LINGER with 0, or TCP_LINGER2 below 0): remove "
		  "the option if the peer should see a clean close.",
		  "Disproved if `strace -e setsockopt` shows neither.",
	  } },
	{ VERDICT_ABORTED,
	  CAUSE_KEEPALIVE,
	  NULL,
	  {
		  "The peer answered no keepalive: it or the path was gone. Look at the peer and "
		  "at what lies between; the other half may still believe in the connection.",
		  "Disproved if a capture here shows an answer to the last probes.",
	  } },
	{ VERDICT_ABORTED,
	  CAUSE_MEMORY,
	  NULL,
	  {
		  "TCP ran out of memory or orphans and aborted: raise net.ipv4.tcp_max_orphans "
		  "or net.ipv4.tcp_mem, or find who leaves that many sockets behind (`ss -s`).",
		  "Disproved if `nstat -az TcpExtTCPAbortOnMemory` stays 0.",
	  } },
	{ VERDICT_ABORTED,
	  CAUSE_KILLED,
	  NULL,
	  {
		  "The process named killed the socket (SOCK_DESTROY, `ss -K`): ask its owner "
		  "why.",
		  "Disproved if that process has no CAP_NET_ADMIN or did not run then.",
	  } },
	{ VERDICT_ABORTED,
	  CAUSE_NONE,
	  NULL,
	  {
		  "This host's own process or kernel aborted the connection: see the actor and "
		  "--stack.",
		  "Disproved if the stack of --stack is no abort of a socket.",
	  } },
	{ VERDICT_REMOTE,
	  CAUSE_ADDRESS_REMOVED,
	  NULL,
	  {
		  "The flow lost its conntrack entry, spoke first, and was translated to another "
		  "port, which the peer did not know: keep the address (for systemd-networkd "
		  "KeepConfiguration=dhcp; else a static address), as for a reset by this host.",
		  "Disproved if the peer's socket has the new port (`ss -tn` there).",
	  } },
	{ VERDICT_REMOTE,
	  CAUSE_NONE,
	  NULL,
	  {
		  "The peer sent it: run rstblame there, or capture on the path (`tcpdump "
		  "'tcp[tcpflags] & tcp-rst != 0'`) to see whether it is the peer or a middlebox.",
		  "Disproved as the peer's own if a capture there shows no such RST leaving.",
	  } },
	{ VERDICT_UNEXPLAINED,
	  CAUSE_NONE,
	  NULL,
	  {
		  "No known reason fits: record it (`-w FILE --stack`) and report it.",
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
