// SPDX-License-Identifier: GPL-2.0-only
#include "summary/advice.h"

#include <string.h>

enum { LINES_MAX = 5 };

#define RECONNECT                                                                                  \
	"Restart or reconnect the clients that still show ESTABLISHED (`ss -tnp` in the "          \
	"container): they will not notice by themselves. TCP keepalive or "                        \
	"TCP_USER_TIMEOUT in the client shortens the next outage."

/* What people did about it: what to change, and where; and, in most, what would
 * disprove the verdict ("Not the cause if …"). The first that applies counts. `comm` is compared as the
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
		  "Not the cause if the address was removed by hand: `journalctl -u systemd-networkd` "
		  "must show \"DHCP lease lost\" (or a reconfiguration) at the time of the removal.",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_ADDRESS_REMOVED,
	  "dhclient-script",
	  {
		  "dhclient removes the address when a lease expires, or when it gets another one: "
		  "use a static address or a reserved, longer lease.",
		  RECONNECT,
		  "Not the cause if dhclient logged no EXPIRE, RELEASE or change of address at that "
		  "time.",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_ADDRESS_REMOVED,
	  "NetworkManager",
	  {
		  "NetworkManager removes the address when the lease or the profile ends: set "
		  "`ipv4.dhcp-timeout infinity` on the connection, or give it a static address; "
		  "avoid `nmcli connection up` on a node with live flows.",
		  RECONNECT,
		  "Not the cause if `journalctl -u NetworkManager` does not mention the interface at "
		  "that time.",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_ADDRESS_REMOVED,
	  NULL,
	  {
		  "Find out why that process removes the address, and make it replace the address "
		  "instead (`ip addr replace` keeps the conntrack entries); or translate to an "
		  "address that stays (SNAT to a fixed address is not flushed).",
		  RECONNECT,
		  "Not the cause if the flow was not masqueraded to that address: its reply tuple "
		  "must contain it.",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_LINK_DOWN,
	  NULL,
	  {
		  "The kernel flushes all entries masqueraded through an interface that is set down "
		  "or deleted: while flows are alive, keep it up (no `ip link set down`, no `ip "
		  "link del`, no restart of its manager).",
		  RECONNECT,
		  "Not the cause if neither the kernel's log nor the interface's manager mentions it "
		  "at that time.",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_USER_FLUSH,
	  NULL,
	  {
		  "Stop that process from flushing the whole table (`conntrack -F`): delete only "
		  "the intended flows, by address and protocol (`conntrack -D -p udp -d ADDRESS`).",
		  "Not the cause if its unit or cron job did not run at that time.",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_USER_DELETE,
	  NULL,
	  {
		  "That process deletes conntrack entries of live TCP connections: narrow its "
		  "filter (cleanup agents usually only need to delete UDP entries).",
		  "Not the cause if its log shows no deletion of this flow's addresses at that time.",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_TIMEOUT,
	  NULL,
	  {
		  "The flow was silent for longer than conntrack remembers it: set TCP keepalive "
		  "below the timeout (TCP_KEEPIDLE), or raise "
		  "net.netfilter.nf_conntrack_tcp_timeout_established (…_close_wait and "
		  "…_fin_wait for half-closed flows, 60 s and 120 s by default).",
		  "Not the cause if packets of the flow passed within the timeout of its state: "
		  "`conntrack -E -e UPDATES` shows that for the next flow.",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_TABLE_FULL,
	  NULL,
	  {
		  "The conntrack table was full and the kernel dropped entries to make room: "
		  "raise net.netfilter.nf_conntrack_max (and the hash size with it), or find out "
		  "what opens that many flows.",
		  "Not the cause if `conntrack -S` shows no early_drop and the kernel log no "
		  "\"nf_conntrack: table full\".",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_ROUTE_CHANGE,
	  NULL,
	  {
		  "Masquerade drops an entry when its packets start to leave by another interface: "
		  "pin the route (metric, policy routing), or use SNAT to an address that "
		  "both uplinks can carry.",
		  "Not the cause if `ip route get PEER` names the same interface before and after.",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_TCP_CLOSE,
	  NULL,
	  {
		  "The connection tracker itself closed the entry: it saw a RST or a reopened "
		  "tuple. Find out which end sent that first RST (run with -v on both ends), or "
		  "whether two clients share an address and port.",
		  "Not the cause if a capture shows no RST before the removal (`tcpdump 'tcp[tcpflags] & tcp-rst "
		  "!= 0'`) and no SYN of the same address and port.",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_NETNS_EXIT,
	  NULL,
	  {
		  "The network namespace that held the entry was deleted: its container or pod "
		  "ended before its peers did. Drain the connections first (a preStop delay, a "
		  "graceful shutdown).",
		  "Not the cause if `ip netns` or `lsns -t net` still shows that namespace.",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_MODULE_UNLOAD,
	  NULL,
	  {
		  "A netfilter module was unloaded, and the entries that it translated were removed "
		  "with it: do not stop or restart the firewall service with module unloading on a "
		  "node with live flows (firewalld: CleanupModulesOnExit=no).",
		  "The flush looks like a link that went down, but none did: masquerade flushes every "
		  "interface when its module is unloaded.",
		  "Not the cause if the kernel's log or `lsmod` shows that the module stayed loaded.",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_IPVS,
	  NULL,
	  {
		  "IPVS dropped its connection, and the conntrack entry with it: raise its timeouts "
		  "(`ipvsadm --set TCP TCPFIN UDP`; the default is 15 minutes of silence), or set "
		  "TCP keepalive below them.",
		  "Not the cause if `ipvsadm -Lnc` still lists the connection, or "
		  "net.ipv4.vs.conntrack is 0.",
	  } },
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_NONE,
	  NULL,
	  {
		  "The entry of a live flow was removed: see the cause in the timeline (`-v` "
		  "shows each removal with its stack).",
		  "Not the cause if the stack leads to a known cause: please report it then "
		  "(`-w FILE`).",
	  } },
	{ VERDICT_ENTRY_UNKNOWN,
	  CAUSE_NONE,
	  NULL,
	  {
		  "conntrack no longer knew the flow when the window began: start rstblame before "
		  "the next occurrence (`rstblame -d 1h -w FILE`), and look for an address "
		  "change, a flush, a reboot, a failover or a change of NAT rules shortly before "
		  "this one.",
		  "After a failover: let conntrackd commit its cache before the address moves "
		  "(`conntrackd -c` in the notify script); otherwise the new node knows none of the "
		  "flows.",
		  "Not the cause if the packet belongs to a connection of this host itself.",
	  } },
	{ VERDICT_ENTRY_INVALID,
	  CAUSE_NONE,
	  NULL,
	  {
		  "conntrack judged a packet of a live flow INVALID and did not translate it, so "
		  "this host answered it: drop such packets instead (`ct state invalid drop` in "
		  "FORWARD and INPUT, iptables: `-m conntrack --ctstate INVALID -j DROP`).",
		  "Or, where segments arrive late or out of order, make the tracker liberal: net.netfilter.nf_conntrack_tcp_be_liberal=1.",
		  "Not the cause if net.netfilter.nf_conntrack_log_invalid=6 logs nothing when it "
		  "happens again.",
	  } },
	{ VERDICT_ENTRY_BYPASSED,
	  CAUSE_NONE,
	  NULL,
	  {
		  "The ruleset that translated the flow was removed while flows were alive: "
		  "reload rules in one transaction (`nft -f` with the flush inside the file, "
		  "`iptables-restore`), never flush first and add later.",
		  "Restore the NAT rules: the entries are still there, so connections that were "
		  "not reset yet will work again.",
		  "Not the cause if `nft list ruleset` (or `iptables -t nat -S`) had the NAT chain at "
		  "that time.",
	  } },
	{ VERDICT_NO_LISTENER,
	  CAUSE_NONE,
	  NULL,
	  {
		  "No process listens on that port: start the service, or correct the client's "
		  "address or port (`ss -ltn` shows the listeners). Many ports from one source "
		  "are a scan.",
		  "Not the cause if there was a listener on that address and port at that time (`ss "
		  "-ltn`).",
	  } },
	{ VERDICT_BACKLOG,
	  CAUSE_LISTENER_CLOSED,
	  NULL,
	  {
		  "The listener was closed while connections waited for accept(): restart gracefully "
		  "(accept() or drain before close(), or let systemd keep the socket by socket "
		  "activation).",
		  ADVICE_DISPROOF " the listener was open at that time (`ss -ltn`).",
	  } },
	{ VERDICT_BACKLOG,
	  CAUSE_NONE,
	  NULL,
	  {
		  "The accept queue was full: raise the backlog of listen() and "
		  "net.core.somaxconn, and find out why the process is slow to accept() (`ss -ltn`: "
		  "Recv-Q against Send-Q). net.ipv4.tcp_abort_on_overflow=1 turns the overflow into "
		  "resets.",
		  ADVICE_DISPROOF " `nstat -az TcpExtListenOverflows` does not grow.",
	  } },
	{ VERDICT_UNREACHABLE_SOCKET,
	  CAUSE_NONE,
	  NULL,
	  {
		  "The connection's socket is alive here, but the packet could not reach it: it is "
		  "bound to another device or VRF, or in another namespace (`ss -tneo` shows it). Bring "
		  "the packets in by that device, or bind the socket to none.",
		  ADVICE_DISPROOF " the socket was opened after the reset.",
	  } },
	{ VERDICT_STALE_CONNECTION,
	  CAUSE_NONE,
	  NULL,
	  {
		  "The peer kept using a connection that this host had closed, or that ended with "
		  "its process; conntrack is not involved. Look for a restart of the process at "
		  "that time. A shorter keepalive or idle timeout makes the peer notice earlier.",
		  "Not the cause if `ss -tn` still shows that connection here.",
	  } },
	{ VERDICT_PROTOCOL,
	  CAUSE_NONE,
	  NULL,
	  {
		  "A live socket refused the packet: see `reason`. Likely are packets of another "
		  "connection, a middlebox that rewrites sequence numbers, or a peer that keeps "
		  "sending after the close; capture both ends (`tcpdump -s0`) to see which.",
		  "Not the cause if the socket named in the timeline belongs to another connection.",
	  } },
	{ VERDICT_REFUSED_BY_RULE,
	  CAUSE_NONE,
	  NULL,
	  {
		  "A firewall rule rejects with tcp-reset, as configured: `nft list ruleset` "
		  "or `iptables -S` shows it; allow the port if it should pass.",
		  "Not the cause if no reject rule's counter increases with the next one.",
	  } },
	{ VERDICT_ABORTED,
	  CAUSE_UNREAD_DATA,
	  NULL,
	  {
		  "The process closed the socket with unread data, so TCP aborts: read to the "
		  "end before close(), or call shutdown() and drain.",
		  "Not the cause if `ss -tn` shows Recv-Q 0 up to the close (`strace -e close,read`).",
	  } },
	{ VERDICT_ABORTED,
	  CAUSE_LINGER,
	  NULL,
	  {
		  "The process asked for it (SO_LINGER with 0, or a negative TCP_LINGER2): remove "
		  "the option if the peer should see a clean close.",
		  "Not the cause if `strace -e setsockopt` shows neither.",
	  } },
	{ VERDICT_ABORTED,
	  CAUSE_KEEPALIVE,
	  NULL,
	  {
		  "The peer answered no keepalive: it, or the path to it, was gone. Look at the peer "
		  "and at what lies between; the peer may still consider the connection open.",
		  "Not the cause if a capture here shows an answer to the last probes.",
	  } },
	{ VERDICT_ABORTED,
	  CAUSE_MEMORY,
	  NULL,
	  {
		  "TCP ran out of memory or orphans and aborted: raise net.ipv4.tcp_max_orphans "
		  "or net.ipv4.tcp_mem, or find out what leaves that many sockets behind (`ss -s`).",
		  "Not the cause if `nstat -az TcpExtTCPAbortOnMemory` stays 0.",
	  } },
	{ VERDICT_ABORTED,
	  CAUSE_KILLED,
	  NULL,
	  {
		  "The process named killed the socket (SOCK_DESTROY, `ss -K`): ask its owner "
		  "why.",
		  "Not the cause if that process has no CAP_NET_ADMIN or did not run at that time.",
	  } },
	{ VERDICT_ABORTED,
	  CAUSE_NONE,
	  NULL,
	  {
		  "A process of this host, or its kernel, aborted the connection: see the actor, and "
		  "the stack with --stack.",
		  "Not the cause if the stack does not abort a socket.",
	  } },
	{ VERDICT_REMOTE,
	  CAUSE_ADDRESS_REMOVED,
	  NULL,
	  {
		  "The flow lost its conntrack entry, its client sent first, and it was translated to "
		  "another port, which the peer did not recognise: keep the address (with "
		  "systemd-networkd KeepConfiguration=dhcp; otherwise a static address).",
		  "Not the cause if the peer's socket has the new port (`ss -tn` there).",
	  } },
	{ VERDICT_REMOTE,
	  CAUSE_NONE,
	  NULL,
	  {
		  "The peer sent it: run rstblame there, or capture on the path (`tcpdump "
		  "'tcp[tcpflags] & tcp-rst != 0'`) to see whether it is the peer or a middlebox.",
		  "Not the cause if a capture at the peer shows that no such RST leaves it: then a "
		  "middlebox sent it.",
	  } },
	{ VERDICT_UNEXPLAINED,
	  CAUSE_NONE,
	  NULL,
	  {
		  "No known reason applies: please record it (`-w FILE --stack`) and report it.",
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
