// SPDX-License-Identifier: GPL-2.0-only
/* What to do about a reset that no removal is behind, by its verdict. */
#include <signal.h>
#include <string.h>

#include "summary/advice_private.h"
#include "summary/phrases.h"

/* Not the listener's time: what the process that took the connections lets pass. */
#define IDLE_TIMEOUT                                                                               \
	"Make the idle timeout of the client (its connection pool's) shorter than the server's "   \
	"keep-alive timeout (nginx: keepalive_timeout and keepalive_requests; sshd: "              \
	"ClientAliveInterval), and let the client retry once on a new connection."

#define CRASH                                                                                      \
	"Look at its log and at `coredumpctl` (or `dmesg`) for that time: it is a fault of the "   \
	"program, and nobody killed it."
#define MEMORY_LIMIT                                                                               \
	"The kernel killed the process when its memory ran out: see the kernel's log (\"Out of "   \
	"memory\", \"Memory cgroup out of memory\"), raise the limit (MemoryMax= of its unit, "    \
	"the container's memory limit) or find out what uses the memory."

#define NOT_IF_LISTENING "Not the cause if `ss -ltnp` shows a listener that is open to that packet."

/* ---- conditions ---- */

static enum socket_end_how how_ended(const struct advice_facts *f)
{
	return f->story->ended.how;
}

static bool is_ended_by_oom(const struct advice_facts *f)
{
	return how_ended(f) == SOCKET_END_OOM || f->blamed->actor.ended_by == SOCKET_END_OOM;
}

static bool is_ended_by_kill(const struct advice_facts *f)
{
	return how_ended(f) == SOCKET_END_KILLED || f->blamed->actor.ended_by == SOCKET_END_KILLED;
}

/* By a signal that its own mistake sent it. */
static bool is_ended_by_crash(const struct advice_facts *f)
{
	uint8_t of_actor = f->blamed->actor.signal;

	switch (of_actor ? of_actor : f->story->ended.by.signal) {
	case SIGILL:
	case SIGABRT:
	case SIGBUS:
	case SIGFPE:
	case SIGSEGV:
		return is_ended_by_kill(f);
	default:
		return false;
	}
}

static bool is_ended_by_exit(const struct advice_facts *f)
{
	return how_ended(f) == SOCKET_END_EXITED || f->blamed->actor.ended_by == SOCKET_END_EXITED;
}

static bool is_closed(const struct advice_facts *f)
{
	return how_ended(f) == SOCKET_END_CLOSED;
}

static bool is_timed_out(const struct advice_facts *f)
{
	return how_ended(f) == SOCKET_END_TIMED_OUT;
}

static bool is_destroyed(const struct advice_facts *f)
{
	return how_ended(f) == SOCKET_END_DESTROYED;
}

static bool is_ended(const struct advice_facts *f)
{
	return how_ended(f) != SOCKET_END_NONE;
}

/* The process had closed it, and the kernel still waits for the peer's FIN. */
static bool is_half_closed(const struct advice_facts *f)
{
	return f->story->socket == SOCKET_FIN_WAIT1 || f->story->socket == SOCKET_FIN_WAIT2;
}

static bool is_connecting(const struct advice_facts *f)
{
	return f->story->socket == SOCKET_SYN_SENT;
}

static bool is_blind_to_removals(const struct advice_facts *f)
{
	for (size_t i = 0; i < f->blamed->inferred_count; i++)
		if (f->blamed->inferred[i] == UNSEEN_REMOVAL_BLIND)
			return true;
	return false;
}

static bool has_reason(const struct advice_facts *f)
{
	return f->story->reason[0] != '\0';
}

/* By its executable, or where that is not known by its name, which it chooses itself. */
static bool is_program(const struct actor *actor, const char *name)
{
	const char *slash;

	if (!actor)
		return false;
	slash = strrchr(actor->exe, '/');
	return slash ? !strcmp(slash + 1, name) : !strncmp(actor->comm, name, 15);
}

/* Servers whose users do not change their source code. */
static bool is_known_server(const struct advice_facts *f)
{
	static const char *const servers[] = {
		"nginx",   "sshd",   "sshd-session", "haproxy",  "envoy",        "apache2", "httpd",
		"traefik", "mysqld", "mariadbd",     "postgres", "redis-server", "varnishd"
	};

	for (size_t i = 0; i < sizeof(servers) / sizeof(servers[0]); i++)
		if (is_program(f->actor, servers[i]))
			return true;
	return false;
}

static bool is_sshd(const struct advice_facts *f)
{
	return is_program(f->actor, "sshd") || is_program(f->actor, "sshd-session");
}

/* None of them left this host: nobody was cut off. */
static bool is_undelivered(const struct advice_facts *f)
{
	return f->story->undelivered && f->story->undelivered == f->story->resets;
}

static bool has_hooks_again(const struct advice_facts *f)
{
	return f->has_hooks_again;
}

static bool is_sent_by_nat(const struct advice_facts *f)
{
	return f->story->is_sent_by_nat;
}

static bool is_bound(const struct advice_facts *f)
{
	return f->story->victim.bound_ifindex != 0;
}

static bool has_barrier(const struct advice_facts *f, enum barrier barrier)
{
	return is_listener_found(&f->story->victim) && f->story->victim.barrier == barrier;
}

static bool is_opened_since(const struct advice_facts *f)
{
	return has_barrier(f, BARRIER_NONE);
}

static bool is_on_device(const struct advice_facts *f)
{
	return has_barrier(f, BARRIER_DEVICE);
}

static bool is_outside_vrf(const struct advice_facts *f)
{
	return has_barrier(f, BARRIER_VRF);
}

static bool is_v6only(const struct advice_facts *f)
{
	return has_barrier(f, BARRIER_V6ONLY);
}

static bool is_v4only(const struct advice_facts *f)
{
	return has_barrier(f, BARRIER_V4ONLY);
}

static bool is_on_address(const struct advice_facts *f)
{
	return has_barrier(f, BARRIER_LOOPBACK) || has_barrier(f, BARRIER_ADDRESS);
}

static bool has_listener(const struct advice_facts *f)
{
	return is_listener_found(&f->story->victim);
}

static bool has_no_listener(const struct advice_facts *f)
{
	return f->story->victim.role == VICTIM_LISTENER && f->story->victim.look == LOOK_ABSENT;
}

/* ---- the table ---- */

const struct advice_row advice_on_verdicts[] = {
	{ VERDICT_ENTRY_REMOVED,
	  CAUSE_NONE,
	  NULL,
	  { "The entry of a live flow was removed: see the cause in the timeline (`-v` "
	    "shows each removal with its stack)." },
	  "Not the cause if the stack leads to a known cause: please report it then "
	  "(`-w FILE`)." },
	{ VERDICT_ENTRY_UNKNOWN,
	  CAUSE_NONE,
	  is_blind_to_removals,
	  { "No probe here could see conntrack entries being removed: `rstblame --check` says why, "
	    "with the cure. Then start it before the next occurrence (`rstblame -d 1h -w FILE`)." },
	  "Not the cause if the packet belongs to a connection of this host itself." },
	{ VERDICT_ENTRY_UNKNOWN,
	  CAUSE_NONE,
	  NULL,
	  { "conntrack no longer knew the flow when the window began: start rstblame before "
	    "the next occurrence (`rstblame -d 1h -w FILE`), and look for an address "
	    "change, a flush, a reboot, a failover or a change of NAT rules shortly before "
	    "this one.",
	    "After a failover: let conntrackd commit its cache before the address moves "
	    "(`conntrackd -c` in the notify script); otherwise the new node knows none of the "
	    "flows." },
	  "Not the cause if the packet belongs to a connection of this host itself." },
	{ VERDICT_ENTRY_INVALID,
	  CAUSE_NONE,
	  NULL,
	  { "conntrack judged a packet of a live flow INVALID and did not translate it, so "
	    "it was answered instead of forwarded: drop such packets (`ct state invalid drop` in "
	    "FORWARD and INPUT, iptables: `-m conntrack --ctstate INVALID -j DROP`).",
	    "Or, where segments arrive late or out of order, make the tracker liberal: "
	    "net.netfilter.nf_conntrack_tcp_be_liberal=1." },
	  "Not the cause if net.netfilter.nf_conntrack_log_invalid=6 logs nothing when it "
	  "happens again." },
	{ VERDICT_ENTRY_BYPASSED,
	  CAUSE_BRIDGE,
	  NULL,
	  { "Both ends are on one bridge, and the answer went straight over it: packets that are "
	    "bridged are not shown to conntrack here, so the translation was not undone. Load "
	    "br_netfilter and set net.bridge.bridge-nf-call-iptables=1 (IPv6: "
	    "bridge-nf-call-ip6tables), in /etc/modules-load.d and /etc/sysctl.d to stay.",
	    "Or masquerade what is translated back into the same bridge (hairpin), so that the "
	    "answer has to pass this node." },
	  "Not the cause if `sysctl net.bridge.bridge-nf-call-iptables` says 1 at that time." },
	{ VERDICT_ENTRY_BYPASSED,
	  CAUSE_NONE,
	  is_undelivered,
	  { "The ruleset that translated the flow was away for a moment, and none of the resets "
	    "left this host: the connections go on. Reload rules in one transaction all the same "
	    "(`nft -f` with the flush inside the file, `iptables-restore`), never flush first and "
	    "add later." },
	  "Not the cause if the peer's socket is gone (`ss -tn` there)." },
	{ VERDICT_ENTRY_BYPASSED,
	  CAUSE_NONE,
	  has_hooks_again,
	  { "The rules that translated the flow were removed and added again while flows were "
	    "alive: "
	    "reload rules in one transaction (`nft -f` with the flush inside the file, "
	    "`iptables-restore`), never flush first and add later. They are back: connections "
	    "that were not reset work again." },
	  "Not the cause if {who} did not change the rules at that time (the hooks go as soon as no "
	  "rule needs them, even where the tables and chains stay)." },
	{ VERDICT_ENTRY_BYPASSED,
	  CAUSE_NONE,
	  NULL,
	  { "The rules that translated the flow were removed while flows were alive: "
	    "reload rules in one transaction (`nft -f` with the flush inside the file, "
	    "`iptables-restore`), never flush first and add later.",
	    "Restore the NAT rules: the entries are still there, so connections that were "
	    "not reset yet will work again." },
	  "Not the cause if {who} did not change the rules at that time (the hooks go as soon as no "
	  "rule needs them, even where the tables and chains stay)." },
	{ VERDICT_NO_LISTENER,
	  CAUSE_NONE,
	  is_opened_since,
	  { "{listening} by now, and did not when the packet came{nat}: it was restarted, or started "
	    "late. Let clients try again, start it before its clients, or keep the listener across "
	    "the restart (socket activation: a systemd .socket unit)." },
	  "Not the cause if {listener} has listened there for longer (its start: `ps -o lstart= -p "
	  "PID`, its log)." },
	{ VERDICT_NO_LISTENER,
	  CAUSE_NONE,
	  is_on_address,
	  { "{listening}, and the packet came to {to}{nat}: bind it to {any} (all addresses) or to "
	    "{to}, in its own configuration (listen, bind, host)." },
	  NOT_IF_LISTENING },
	{ VERDICT_NO_LISTENER,
	  CAUSE_NONE,
	  is_on_device,
	  { "{listening}, bound to {device}, and the packet came in by {ifname}{nat}: bring clients in by "
	    "that device (a VRF is one: by its interfaces), or do not bind the listener to it "
	    "(SO_BINDTODEVICE, systemd's BindToDevice=, `ip vrf exec`). Outside of all VRFs it takes "
	    "connections of each with net.ipv4.tcp_l3mdev_accept=1." },
	  NOT_IF_LISTENING },
	{ VERDICT_NO_LISTENER,
	  CAUSE_NONE,
	  is_outside_vrf,
	  { "{listening}, in no VRF, and the packet came in by VRF {vrf}{nat}: with "
	    "`sysctl net.ipv4.tcp_l3mdev_accept=1` (for IPv6, too) it takes connections of each VRF; or "
	    "start it in that VRF (`ip vrf exec {vrf} COMMAND`)." },
	  NOT_IF_LISTENING },
	{ VERDICT_NO_LISTENER,
	  CAUSE_NONE,
	  is_v6only,
	  { "{listening} for IPv6 only, and the packet came to {to}{nat}: let it listen on 0.0.0.0, too, "
	    "or take IPv4 by the same socket (IPV6_V6ONLY off; nginx: `ipv6only=off`; of programs that "
	    "do not set it net.ipv6.bindv6only=0, when they start)." },
	  NOT_IF_LISTENING },
	{ VERDICT_NO_LISTENER,
	  CAUSE_NONE,
	  is_v4only,
	  { "{listening} for IPv4 only, and the packet came to {to}{nat}: let it listen on ::, too, or "
	    "take the address out of the DNS (AAAA) that clients ask." },
	  NOT_IF_LISTENING },
	{ VERDICT_NO_LISTENER,
	  CAUSE_NONE,
	  has_listener,
	  { "{listening}, and did not get the packet to {to}{nat}: `ss -ltnpe` shows whether it is bound "
	    "to a device or a VRF (after %), or takes only IPv6 (v6only:1)." },
	  NOT_IF_LISTENING },
	{ VERDICT_NO_LISTENER,
	  CAUSE_NONE,
	  is_sent_by_nat,
	  { "A NAT rule sent the packet to port {port}, where no process listens: start what should "
	    "listen there, or correct the rule's target (`nft list ruleset`, `iptables -t nat -S`)." },
	  "Not the cause if there was a listener on that address and port at that time (`ss "
	  "-ltn`)." },
	{ VERDICT_NO_LISTENER,
	  CAUSE_NONE,
	  has_no_listener,
	  { "No process of that network namespace listens on that port, on any address: start the "
	    "service, or correct the client's address or port; if clients came to it by a NAT rule "
	    "(a published port), see whether that rule is still there (`nft list ruleset`, `iptables "
	    "-t nat -S`). Many ports from one source are a scan." },
	  "Not the cause if there was a listener on that port at that time (`ss -ltn`)." },
	{ VERDICT_NO_LISTENER,
	  CAUSE_NONE,
	  NULL,
	  { "No process listens on that port of that address: start the service, or correct the "
	    "client's address or port. `ss -ltnp` (in that network namespace) shows whether one "
	    "listens on loopback, another address, a device or IPv6 only; if clients came to it "
	    "by a NAT rule (a published port), see whether that rule is still there (`nft list "
	    "ruleset`, `iptables -t nat -S`). Many ports from one source are a scan." },
	  "Not the cause if there was a listener on that address and port at that time (`ss "
	  "-ltn`)." },
	{ VERDICT_BACKLOG,
	  CAUSE_LISTENER_CLOSED,
	  NULL,
	  { "The listener was closed while connections waited for accept(): stop gracefully (accept "
	    "what waits, then close), or keep the listener across the restart (socket activation: a "
	    "systemd .socket unit)." },
	  "Not the cause if the listener was open at that time (`ss -ltnp`)." },
	{ VERDICT_BACKLOG,
	  CAUSE_NONE,
	  NULL,
	  { "The listener's accept queue was full{queue}: find out why the process is slow to "
	    "accept() (`ss -ltn`: Recv-Q against Send-Q), and raise both the backlog of its listen() "
	    "and net.core.somaxconn, which limits it.",
	    "With net.ipv4.tcp_abort_on_overflow=0 (the default) the client's handshake is tried again "
	    "instead of being reset." },
	  "Not the cause if `nstat -az TcpExtListenOverflows` does not grow." },
	{ VERDICT_UNREACHABLE_SOCKET,
	  CAUSE_NONE,
	  is_bound,
	  { "The connection's socket is alive here, and bound to a device or VRF that the packet did "
	    "not come in by: bring the packets in there (a route or rule on the way), or do not bind "
	    "the socket (`ss -tne` shows the device behind the address, after %).",
	    "For a listener in a VRF net.ipv4.tcp_l3mdev_accept=1 takes connections of each VRF." },
	  "Not the cause if the socket was opened after the reset." },
	{ VERDICT_UNREACHABLE_SOCKET,
	  CAUSE_NONE,
	  NULL,
	  { "The connection's socket is alive here, but the packet could not reach it: it came to "
	    "another VRF or network namespace, or the socket's own address is gone (`ip addr`, "
	    "`ss -tne`). Bring the packets in where the socket is." },
	  "Not the cause if the socket was opened after the reset." },
	{ VERDICT_STALE_CONNECTION,
	  CAUSE_NONE,
	  is_ended_by_oom,
	  { "The process that had the connection is gone. " MEMORY_LIMIT },
	  "Not the cause if the kernel's log has no such line at that time." },
	{ VERDICT_STALE_CONNECTION,
	  CAUSE_NONE,
	  is_ended_by_crash,
	  { "The process that had the connection crashed, {ago}. " CRASH },
	  "Not the cause if the process still runs (`ss -tnp`)." },
	{ VERDICT_STALE_CONNECTION,
	  CAUSE_NONE,
	  is_ended_by_kill,
	  { "The process that had the connection was killed by a signal, {ago}: find out by whom "
	    "(its unit's log, the container's runtime, a liveness probe), and let it end on "
	    "SIGTERM, closing its connections." },
	  "Not the cause if the process still runs (`ss -tnp`)." },
	{ VERDICT_STALE_CONNECTION,
	  CAUSE_NONE,
	  is_ended_by_exit,
	  { "The process that had the connection ended, {ago}, and the peer did not notice: look "
	    "at its log for that time. A keepalive makes the peer notice earlier." },
	  "Not the cause if the process still runs (`ss -tnp`)." },
	{ VERDICT_STALE_CONNECTION,
	  CAUSE_NONE,
	  is_closed,
	  { "{closer} had closed the connection, {ago}, and the peer used it once more; conntrack "
	    "is not involved. " IDLE_TIMEOUT },
	  "Not the cause if `ss -tn` still shows that connection here." },
	{ VERDICT_STALE_CONNECTION,
	  CAUSE_NONE,
	  is_timed_out,
	  { "This host had given the connection up, {ago}: the peer had not answered for too long "
	    "(retransmission, keepalive or TCP_USER_TIMEOUT). Look at the path between the two for "
	    "that time." },
	  "Not the cause if `ss -tn` still shows that connection here." },
	{ VERDICT_STALE_CONNECTION,
	  CAUSE_NONE,
	  is_destroyed,
	  { "The connection's socket had been destroyed, {ago}, by {closer} (SOCK_DESTROY, `ss "
	    "-K`): ask its owner why." },
	  "Not the cause if `ss -tn` still shows that connection here." },
	{ VERDICT_STALE_CONNECTION,
	  CAUSE_NONE,
	  is_ended,
	  { "This host's socket of that connection had ended, {ago}, and the peer did not notice; "
	    "conntrack is not involved. A keepalive makes the peer notice earlier." },
	  "Not the cause if `ss -tn` still shows that connection here." },
	{ VERDICT_STALE_CONNECTION,
	  CAUSE_NONE,
	  NULL,
	  { "The peer uses a connection that this host does not have. When and how it ended was "
	    "not seen: start rstblame before the next occurrence (`rstblame -d 1h -w FILE`), and "
	    "compare with the peer's socket (`ss -tnoi` there: how long it was idle)." },
	  "Not the cause if `ss -tn` still shows that connection here." },
	{ VERDICT_PROTOCOL,
	  CAUSE_NONE,
	  is_closed,
	  { "{closer} had closed the connection, {ago}, and the peer sent once more. " IDLE_TIMEOUT },
	  "Not the cause if the socket named in the timeline belongs to another connection." },
	{ VERDICT_PROTOCOL,
	  CAUSE_NONE,
	  is_half_closed,
	  { "This host's process had closed the connection, and the peer sent data after that "
	    "close. " IDLE_TIMEOUT },
	  "Not the cause if the socket named in the timeline belongs to another connection." },
	{ VERDICT_PROTOCOL,
	  CAUSE_NONE,
	  is_connecting,
	  { "A new connection of this host met an older one with the same ports, which the peer "
	    "still had open (RFC 9293, half-open connections). The RST ends the older one, and TCP "
	    "tries again: harmless, if this host had lost the older one in silence (a restart, a "
	    "dropped FIN). If the older one was another client's behind the same address, two "
	    "clients are translated to the same port: find what removed its conntrack entry." },
	  "Not the cause if no SYN of this host was sent just before." },
	{ VERDICT_PROTOCOL,
	  CAUSE_NONE,
	  has_reason,
	  { "A live socket refused the packet; the kernel's reason is {reason}. Likely are packets "
	    "of another connection, a middlebox that rewrites sequence numbers, or a peer that "
	    "keeps sending after the close; capture both ends (`tcpdump -s0`) to see which." },
	  "Not the cause if the socket named in the timeline belongs to another connection." },
	{ VERDICT_PROTOCOL,
	  CAUSE_NONE,
	  NULL,
	  { "A live socket refused the packet. Likely are packets of another "
	    "connection, a middlebox that rewrites sequence numbers, or a peer that keeps "
	    "sending after the close; capture both ends (`tcpdump -s0`) to see which." },
	  "Not the cause if the socket named in the timeline belongs to another connection." },
	{ VERDICT_REFUSED_BY_RULE,
	  CAUSE_NONE,
	  NULL,
	  { "A firewall rule rejects with tcp-reset, as configured: `nft list ruleset` "
	    "or `iptables -S` shows it; allow the port if it should pass." },
	  "Not the cause if no reject rule's counter increases with the next one." },
	{ VERDICT_ABORTED,
	  CAUSE_UNREAD_DATA,
	  is_ended_by_oom,
	  { MEMORY_LIMIT },
	  "Not the cause if the kernel's log has no such line at that time." },
	{ VERDICT_ABORTED,
	  CAUSE_UNREAD_DATA,
	  is_ended_by_crash,
	  { "The process crashed, with unread data in its sockets. " CRASH },
	  "Not the cause if the process still runs." },
	{ VERDICT_ABORTED,
	  CAUSE_UNREAD_DATA,
	  is_ended_by_kill,
	  { "The process was killed by a signal, with unread data in its sockets: find out by whom "
	    "(its unit's log, the container's runtime, a liveness probe), and let it end on "
	    "SIGTERM, closing its connections." },
	  "Not the cause if the process still runs." },
	{ VERDICT_ABORTED,
	  CAUSE_UNREAD_DATA,
	  is_ended_by_exit,
	  { "The process ended with unread data in its sockets: look at its log for that time, and "
	    "let it drain its connections before it ends." },
	  "Not the cause if the process still runs." },
	{ VERDICT_ABORTED,
	  CAUSE_UNREAD_DATA,
	  is_sshd,
	  { "{who} closed a connection before it read what the client had sent: too many clients "
	    "were not logged in yet (MaxStartups, PerSourceMaxStartups), or one took too long "
	    "(LoginGraceTime). Its log says which: raise that, or have fewer clients connect at "
	    "the same time." },
	  "Not the cause if its log has no such line at that time." },
	{ VERDICT_ABORTED,
	  CAUSE_UNREAD_DATA,
	  is_known_server,
	  { "{who} closed a connection on which the client had just sent. " IDLE_TIMEOUT },
	  "Not the cause if its log shows an error of its own at that time." },
	{ VERDICT_ABORTED,
	  CAUSE_UNREAD_DATA,
	  NULL,
	  { "The process closed the socket with unread data, so TCP aborts: read to the "
	    "end before close(), or call shutdown() and drain." },
	  "Not the cause if `ss -tn` shows Recv-Q 0 up to the close (`strace -e close,read`)." },
	{ VERDICT_ABORTED,
	  CAUSE_LINGER,
	  NULL,
	  { "The process asked for it (SO_LINGER with 0, or a negative TCP_LINGER2): remove "
	    "the option if the peer should see a clean close." },
	  "Not the cause if `strace -e setsockopt` shows neither." },
	{ VERDICT_ABORTED,
	  CAUSE_KEEPALIVE,
	  NULL,
	  { "The peer answered no keepalive: it, or the path to it, was gone. Look at the peer "
	    "and at what lies between; the peer may still consider the connection open." },
	  "Not the cause if a capture here shows an answer to the last probes." },
	{ VERDICT_ABORTED,
	  CAUSE_MEMORY,
	  NULL,
	  { "TCP ran out of memory or orphans and aborted: raise net.ipv4.tcp_max_orphans "
	    "or net.ipv4.tcp_mem, or find out what leaves that many sockets behind (`ss -s`)." },
	  "Not the cause if `nstat -az TcpExtTCPAbortOnMemory` stays 0." },
	{ VERDICT_ABORTED,
	  CAUSE_KILLED,
	  NULL,
	  { "The process named killed the socket (SOCK_DESTROY, `ss -K`): ask its owner "
	    "why." },
	  "Not the cause if that process has no CAP_NET_ADMIN or did not run at that time." },
	{ VERDICT_ABORTED,
	  CAUSE_DISCONNECT,
	  NULL,
	  { "The process gave the connection up itself (connect() with AF_UNSPEC): see its source "
	    "or its log for why." },
	  "Not the cause if `strace -e connect` shows no such call." },
	{ VERDICT_ABORTED,
	  CAUSE_LISTENER_CLOSED,
	  NULL,
	  { "The connections waited for accept() when their listener was closed: stop gracefully "
	    "(accept what waits, then close), or keep the listener across the restart (socket "
	    "activation: a systemd .socket unit)." },
	  "Not the cause if the process still listens on that port (`ss -ltnp`)." },
	{ VERDICT_ABORTED,
	  CAUSE_NONE,
	  is_ended_by_oom,
	  { MEMORY_LIMIT },
	  "Not the cause if the kernel's log has no such line at that time." },
	{ VERDICT_ABORTED,
	  CAUSE_NONE,
	  NULL,
	  { "A process of this host, or its kernel, aborted the connection: see the actor, and "
	    "the stack with --stack." },
	  "Not the cause if the stack does not abort a socket." },
	{ VERDICT_REMOTE,
	  CAUSE_NONE,
	  NULL,
	  { "It came from the peer's address: run rstblame there. If it shows no such RST, a "
	    "middlebox or a raw socket on the path forged it: capture here (`tcpdump -v "
	    "'tcp[tcpflags] & tcp-rst != 0'`), and compare the RST's TTL with that of the "
	    "connection's other packets." },
	  "Not the cause if the TTL differs, or a capture at the peer shows no such RST: then it was "
	  "forged on the way." },
	{ VERDICT_UNEXPLAINED,
	  CAUSE_NONE,
	  NULL,
	  { "No known reason applies: please record it (`-w FILE --stack`) and report it." },
	  NULL },
};

const size_t advice_on_verdicts_count = sizeof(advice_on_verdicts) / sizeof(advice_on_verdicts[0]);
