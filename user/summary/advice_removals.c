// SPDX-License-Identifier: GPL-2.0-only
/* What to do about what removed the entry, whatever verdict that led to. */
#include <string.h>

#include "summary/advice_private.h"

#define LEASE_RAN_OUT                                                                              \
	"The lifetime{lifetime} of {address} ran out: its DHCP lease was not renewed in time, "    \
	"so the kernel removed the address. Find out why the DHCP server did not answer "

#define RESERVE                                                                                    \
	"Reserve the address on the DHCP server, so that no other host is given it meanwhile."

/* How to apply it, tried on 252 and 257: a restart leaves addresses alone (the unit's
 * RestartKillSignal=SIGUSR2 keeps them); stop and start does not. */
#define KEEP_CONFIGURATION                                                                         \
	"Keep the address while DHCP is away: in the interface's .network file "                   \
	"(/etc/systemd/network/*.network; with netplan a drop-in, "                                \
	"/etc/systemd/network/10-netplan-{link}.network.d/keep.conf) set [Network] "               \
	"KeepConfiguration=dhcp (since systemd 257 it is called dynamic). " RESERVE,               \
		"Apply it with `systemctl restart systemd-networkd`: that leaves the address "     \
		"where it is. `networkctl reconfigure`, `netplan apply`, a stop and start, and "   \
		"before systemd 257 `networkctl reload` itself take the address away once more."

/* Debian's dhclient-script reads that file each time. */
#define DHCLIENT_KEEP                                                                              \
	"To keep the address all the same, put two lines into /etc/dhcp/dhclient-enter-hooks: "    \
	"`unset new_dhcp_lease_time` and `case $reason in EXPIRE|FAIL) exit 0;; esac`. They "      \
	"count from the next renewal on; nothing is to be restarted. " RESERVE

/* `dhcpcd -n` reads the file, too, and takes the address away once. */
#define DHCPCD_KEEP                                                                                \
	"To keep the address all the same, set `lastleaseextend` (with `persistent`, Debian's "    \
	"default) in dhcpcd.conf and restart dhcpcd; `dhcpcd -n` takes the address away once "     \
	"more. " RESERVE

/* ---- conditions ---- */

/* Older kernels do not say why they removed an address: one with a lifetime had run out. */
static bool is_lifetime(const struct advice_facts *f)
{
	const struct change_observation *c = f->change;

	return c && !f->actor &&
	       (c->why == CHANGE_WHY_LIFETIME ||
		(c->by_kernel && !c->why && c->valid_s && c->valid_s != VALID_FOREVER));
}

static bool is_back_by(const struct advice_facts *f, const char *name)
{
	return f->back && advice_is_run_by(&f->back->actor, name);
}

static bool is_networkmanagers_lease(const struct advice_facts *f)
{
	return is_lifetime(f) && is_back_by(f, "NetworkManager");
}

static bool is_networkds_lease(const struct advice_facts *f)
{
	return is_lifetime(f) && is_back_by(f, "systemd-networkd");
}

static bool is_dhclients_lease(const struct advice_facts *f)
{
	return is_lifetime(f) && (is_back_by(f, "dhclient-script") || is_back_by(f, "dhclient"));
}

static bool is_dhcpcds_lease(const struct advice_facts *f)
{
	return is_lifetime(f) && is_back_by(f, "dhcpcd");
}

static bool is_advertised(const struct advice_facts *f)
{
	return f->change && f->change->why == CHANGE_WHY_ROUTER_ADVERTISEMENT;
}

static bool is_by_kernel(const struct advice_facts *f)
{
	return !f->actor && f->change && f->change->by_kernel;
}

static bool is_permanent(const struct advice_facts *f)
{
	return f->change && f->change->valid_s == VALID_FOREVER;
}

/* Not networkd's: another process put it back, and no lease can have been lost. */
static bool is_networkds_foreign(const struct advice_facts *f)
{
	bool has_other = f->back && f->back->actor.pid &&
			 !advice_is_run_by(&f->back->actor, "systemd-networkd");

	return advice_is_run_by(f->actor, "systemd-networkd") && has_other &&
	       (is_permanent(f) || !f->change->valid_s);
}

static bool is_networkds_static(const struct advice_facts *f)
{
	return advice_is_run_by(f->actor, "systemd-networkd") && is_permanent(f);
}

static bool is_networkds(const struct advice_facts *f)
{
	return advice_is_run_by(f->actor, "systemd-networkd");
}

static bool is_dhclients(const struct advice_facts *f)
{
	return advice_is_run_by(f->actor, "dhclient-script") ||
	       advice_is_run_by(f->actor, "dhclient");
}

static bool is_dhcpcds(const struct advice_facts *f)
{
	return advice_is_run_by(f->actor, "dhcpcd");
}

static bool is_networkmanagers(const struct advice_facts *f)
{
	return advice_is_run_by(f->actor, "NetworkManager");
}

static bool is_keepaliveds(const struct advice_facts *f)
{
	return advice_is_run_by(f->actor, "keepalived");
}

static bool is_own(const struct advice_facts *f)
{
	return f->is_own;
}

static bool is_wg_quicks(const struct advice_facts *f)
{
	return advice_is_run_by(f->actor, "wg-quick");
}

/* `ip` and the like do what they are told; a shell at a terminal tells nothing. */
static bool is_scripted(const struct advice_facts *f)
{
	static const char *const shells[] = { "bash", "sh", "dash", "zsh", "ash", "sudo", "sshd" };

	if (!f->actor || !f->actor->parent[0])
		return false;
	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++)
		if (!strcmp(f->actor->parent, shells[i]))
			return false;
	return advice_is_program(f->actor, "ip") || advice_is_program(f->actor, "ifconfig") ||
	       advice_is_program(f->actor, "conntrack");
}

#define NOT_IF_PASSED                                                                              \
	"Not the cause if packets of the flow passed within that time: `conntrack -E -e UPDATES` " \
	"shows that for the next flow."

static uint8_t tracker_state(const struct advice_facts *f)
{
	return f->blamed->tracker_state ? f->blamed->tracker_state :
	       f->blamed->flush         ? f->blamed->flush->tcp_state :
					  TRACKER_NONE;
}

static enum expiry expiry_of(const struct advice_facts *f)
{
	return f->blamed->flush ? (enum expiry)f->blamed->flush->expiry : EXPIRY_UNKNOWN;
}

static bool is_by_policy(const struct advice_facts *f)
{
	return expiry_of(f) == EXPIRY_POLICY;
}

static bool is_by_flowtable(const struct advice_facts *f)
{
	return expiry_of(f) == EXPIRY_FLOWTABLE;
}

static bool is_unanswered(const struct advice_facts *f)
{
	return expiry_of(f) == EXPIRY_RETRANS || expiry_of(f) == EXPIRY_UNACKED;
}

static bool is_established(const struct advice_facts *f)
{
	return tracker_state(f) == TRACKER_ESTABLISHED;
}

static bool is_of_established(const struct advice_facts *f)
{
	return is_established(f) && expiry_of(f) == EXPIRY_STATE;
}

static bool is_close_wait(const struct advice_facts *f)
{
	return tracker_state(f) == TRACKER_CLOSE_WAIT;
}

static bool is_fin_wait(const struct advice_facts *f)
{
	return tracker_state(f) == TRACKER_FIN_WAIT;
}

static bool is_last_ack(const struct advice_facts *f)
{
	return tracker_state(f) == TRACKER_LAST_ACK;
}

static bool is_close(const struct advice_facts *f)
{
	return tracker_state(f) == TRACKER_CLOSE;
}

/* ---- the table ---- */

const struct advice_row advice_on_removals[] = {
	{ VERDICT_NONE,
	  CAUSE_ADDRESS_REMOVED,
	  is_networkmanagers_lease,
	  { LEASE_RAN_OUT "NetworkManager (`journalctl -u NetworkManager` shows each try); use a "
			  "longer lease or a second DHCP server.",
	    "To keep the address all the same, add it to the profile beside the lease: `nmcli "
	    "connection modify PROFILE +ipv4.addresses {address}/{bits}`, then `nmcli device "
	    "reapply {link}`. That leaves the address where it is; `nmcli connection up` takes it "
	    "away once more. ipv4.dhcp-timeout does not keep it. " RESERVE,
	    ADVICE_RECONNECT },
	  "Not the cause if the log shows that the lease was renewed before that time." },
	{ VERDICT_NONE,
	  CAUSE_ADDRESS_REMOVED,
	  is_dhclients_lease,
	  { LEASE_RAN_OUT "dhclient; use a longer lease or a second DHCP server.", DHCLIENT_KEEP,
	    ADVICE_RECONNECT },
	  "Not the cause if dhclient's log shows a DHCPACK in the lifetime before that time." },
	{ VERDICT_NONE,
	  CAUSE_ADDRESS_REMOVED,
	  is_dhcpcds_lease,
	  { LEASE_RAN_OUT "dhcpcd; use a longer lease or a second DHCP server.", DHCPCD_KEEP,
	    ADVICE_RECONNECT },
	  "Not the cause if dhcpcd's log shows that the lease was renewed before that time." },
	{ VERDICT_NONE,
	  CAUSE_ADDRESS_REMOVED,
	  is_networkds_lease,
	  { LEASE_RAN_OUT "systemd-networkd; use a longer lease or a second DHCP server.",
	    KEEP_CONFIGURATION, ADVICE_RECONNECT },
	  "Not the cause if `journalctl -u systemd-networkd` shows no lost or late lease at that "
	  "time." },
	{ VERDICT_NONE,
	  CAUSE_ADDRESS_REMOVED,
	  is_lifetime,
	  { LEASE_RAN_OUT "the DHCP client (for an IPv6 address, why the router no longer "
			  "advertised the prefix); use a longer lease, or a static address.",
	    ADVICE_RECONNECT },
	  "Not the cause if `ip addr show dev {link}` showed valid_lft forever for that address." },
	{ VERDICT_NONE,
	  CAUSE_ADDRESS_REMOVED,
	  is_advertised,
	  { "An IPv6 router advertisement took {address} away (it withdrew the prefix, or gave it "
	    "a lifetime of 0): find out which router, and why; give the node a static address "
	    "for what must last.",
	    ADVICE_RECONNECT },
	  "Not the cause if a capture (`tcpdump -vi {link} icmp6`) shows the prefix with a full "
	  "lifetime at that time." },
	{ VERDICT_NONE,
	  CAUSE_ADDRESS_REMOVED,
	  is_by_kernel,
	  { "The kernel itself removed {address}; that is what it does when an address's lifetime "
	    "runs out (a DHCP lease that was not renewed, an IPv6 prefix that is advertised no "
	    "more). Find out why the lease was not renewed; use a longer lease or a static "
	    "address.",
	    ADVICE_RECONNECT },
	  "Not the cause if `ip addr show dev {link}` showed valid_lft forever for that address." },
	{ VERDICT_NONE,
	  CAUSE_ADDRESS_REMOVED,
	  is_networkds_foreign,
	  { "systemd-networkd removed {address}, which is not its own: {back} put it back. It "
	    "drops such addresses when it configures the link again: do not run `networkctl "
	    "reconfigure`, `netplan apply`, or `networkctl reload` after a change of the link's "
	    "file, while flows are alive.",
	    "Set [Network] KeepConfiguration=static in the link's .network file (with netplan in "
	    "a drop-in, /etc/systemd/network/10-netplan-{link}.network.d/keep.conf), and apply "
	    "this and later changes with `systemctl restart systemd-networkd` (with netplan after "
	    "`netplan generate`): that leaves all addresses alone. Before systemd 257 "
	    "`networkctl reconfigure` takes away systemd-networkd's own addresses all the same, "
	    "and keepalived then gives up {address}, too.",
	    "ManageForeignRoutes= and ManageForeignRoutingPolicyRules= keep routes and rules "
	    "only. Do not name {address} in the .network file (Address=): both would add it again "
	    "and again.",
	    ADVICE_RECONNECT },
	  "Not the cause if `journalctl -u systemd-networkd` shows no reconfiguration of {link} at "
	  "that time." },
	{ VERDICT_NONE,
	  CAUSE_ADDRESS_REMOVED,
	  is_networkds_static,
	  { "systemd-networkd removed {address}, a permanent address, as it configured {link} "
	    "again (`networkctl reconfigure`, `netplan apply`, `networkctl reload` after a change "
	    "of its file). Apply changes with `systemctl restart systemd-networkd` (with netplan "
	    "after `netplan generate`): that leaves addresses alone. If another program added "
	    "the address, set [Network] KeepConfiguration=static in the .network file first.",
	    ADVICE_RECONNECT },
	  "Not the cause if `journalctl -u systemd-networkd` shows no reconfiguration of {link} at "
	  "that time." },
	{ VERDICT_NONE,
	  CAUSE_ADDRESS_REMOVED,
	  is_networkds,
	  { KEEP_CONFIGURATION, ADVICE_RECONNECT },
	  "Not the cause if `journalctl -u systemd-networkd` shows neither \"DHCP lease lost\" nor "
	  "a reconfiguration at the time of the removal." },
	{ VERDICT_NONE,
	  CAUSE_ADDRESS_REMOVED,
	  is_dhclients,
	  { "dhclient removes the address when a lease expires, when it gets another one, or when "
	    "it is told to release it (`dhclient -r`, `ifdown`: do not use these on a node with "
	    "live flows). Against the first two, use a reserved, longer lease.",
	    DHCLIENT_KEEP, ADVICE_RECONNECT },
	  "Not the cause if dhclient logged no EXPIRE, RELEASE or change of address at that "
	  "time." },
	{ VERDICT_NONE,
	  CAUSE_ADDRESS_REMOVED,
	  is_dhcpcds,
	  { "dhcpcd removed the address: its lease ended, the link lost its carrier, or dhcpcd was "
	    "stopped. Use a longer, reserved lease; `persistent` in dhcpcd.conf keeps the address "
	    "when dhcpcd exits.",
	    DHCPCD_KEEP, ADVICE_RECONNECT },
	  "Not the cause if dhcpcd's log mentions neither the lease nor the carrier at that time." },
	{ VERDICT_NONE,
	  CAUSE_ADDRESS_REMOVED,
	  is_networkmanagers,
	  { "NetworkManager removed the address: the profile was deactivated, changed or activated "
	    "again (`nmcli connection up`), or its lease ended. Change a profile on a node with "
	    "live flows by `nmcli connection modify` and `nmcli device reapply {link}`, which "
	    "leaves the address where it is.",
	    ADVICE_RECONNECT },
	  "Not the cause if `journalctl -u NetworkManager` does not mention the interface at "
	  "that time." },
	{ VERDICT_NONE,
	  CAUSE_ADDRESS_REMOVED,
	  is_keepaliveds,
	  { "keepalived took the address away, as it does when it is no longer master, is reloaded, "
	    "or the link has lost its own address (FAULT): flows masqueraded to a floating address end with each failover. Masquerade "
	    "to an address that stays, or let conntrackd carry the entries over.",
	    ADVICE_RECONNECT },
	  "Not the cause if keepalived's log shows no change of state at that time." },
	{ VERDICT_NONE,
	  CAUSE_ADDRESS_REMOVED,
	  is_own,
	  { "Find out why {who} removes the address; `ip addr replace` changes one in place." },
	  "Not the cause if `ip addr` shows that address at that time." },
	{ VERDICT_NONE,
	  CAUSE_ADDRESS_REMOVED,
	  is_scripted,
	  { "{who} was run by {script}: find out why that removes the address, and make it "
	    "replace the address instead (`ip addr replace` keeps the conntrack entries); or "
	    "translate to an address that stays (SNAT to a fixed address is not flushed).",
	    ADVICE_RECONNECT },
	  "Not the cause if {script} did not run at that time." },
	{ VERDICT_NONE,
	  CAUSE_ADDRESS_REMOVED,
	  NULL,
	  { "Find out why that process removes the address, and make it replace the address "
	    "instead (`ip addr replace` keeps the conntrack entries); or translate to an "
	    "address that stays (SNAT to a fixed address is not flushed).",
	    ADVICE_RECONNECT },
	  "Not the cause if the flow was not masqueraded to that address: its reply tuple "
	  "must contain it." },
	{ VERDICT_NONE,
	  CAUSE_LINK_DOWN,
	  is_wg_quicks,
	  { "wg-quick deletes its link and makes it again at each restart, and the entries "
	    "masqueraded through {link} go with it. To change peers or keys keep the link: "
	    "`systemctl reload wg-quick@{link}`, or `wg syncconf {link} <(wg-quick strip {link})`. "
	    "Its file needs a ListenPort=, or the port changes and the peer speaks to the old one.",
	    ADVICE_RECONNECT },
	  "Not the cause if `journalctl -u wg-quick@{link}` shows no restart at that time." },
	{ VERDICT_NONE,
	  CAUSE_LINK_DOWN,
	  is_scripted,
	  { "{who} was run by {script}: make it keep {link} while flows are alive (the kernel "
	    "flushes all entries masqueraded through an interface that is set down or deleted).",
	    ADVICE_RECONNECT },
	  "Not the cause if {script} did not run at that time." },
	{ VERDICT_NONE,
	  CAUSE_LINK_DOWN,
	  NULL,
	  { "The kernel flushes all entries masqueraded through an interface that is set down "
	    "or deleted: while flows are alive, keep it up (no `ip link set down`, no `ip "
	    "link del`, no restart of its manager).",
	    ADVICE_RECONNECT },
	  "Not the cause if neither the kernel's log nor the interface's manager mentions it "
	  "at that time." },
	{ VERDICT_NONE,
	  CAUSE_USER_FLUSH,
	  is_scripted,
	  { "{who} was run by {script}: stop that from flushing the whole table (`conntrack -F`): "
	    "delete only the intended flows, by address and protocol (`conntrack -D -p udp -d "
	    "ADDRESS`).",
	    ADVICE_RECONNECT },
	  "Not the cause if {script} did not run at that time." },
	{ VERDICT_NONE,
	  CAUSE_USER_FLUSH,
	  NULL,
	  { "Stop that process from flushing the whole table (`conntrack -F`): delete only "
	    "the intended flows, by address and protocol (`conntrack -D -p udp -d ADDRESS`).",
	    ADVICE_RECONNECT },
	  "Not the cause if its unit or cron job did not run at that time." },
	{ VERDICT_NONE,
	  CAUSE_USER_DELETE,
	  NULL,
	  { "{who} deletes conntrack entries of live TCP connections: narrow its "
	    "filter (cleanup agents usually only need to delete UDP entries).",
	    ADVICE_RECONNECT },
	  "Not the cause if its log shows no deletion of this flow's addresses at that time." },
	{ VERDICT_NONE,
	  CAUSE_TIMEOUT,
	  is_by_policy,
	  { "A rule gave the flow a timeout of its own, and it was silent for longer; the sysctls do "
	    "not count for it: raise that timeout (nft: `nft list ct timeouts`; iptables: `-j CT "
	    "--timeout`, `nfct list timeout`), or set TCP keepalive below it (TCP_KEEPIDLE)." },
	  NOT_IF_PASSED },
	{ VERDICT_NONE,
	  CAUSE_TIMEOUT,
	  is_by_flowtable,
	  { "A flowtable had the flow and gave it back to conntrack, which saw no packet of it from "
	    "then on until its timeout ran out: 120 s on Linux 5.10, later that of established flows less "
	    "net.netfilter.nf_flowtable_tcp_timeout (30 s by default). Set TCP keepalive below that "
	    "(TCP_KEEPIDLE)." },
	  NOT_IF_PASSED },
	{ VERDICT_NONE,
	  CAUSE_TIMEOUT,
	  is_unanswered,
	  { "Data of the flow was not acknowledged (or its window was closed), and then the flow was "
	    "silent for longer than net.netfilter.nf_conntrack_tcp_timeout_{unanswered} (300 s by "
	    "default), which takes the place of the state's own: look for loss between the two ends, and "
	    "for a peer that was away for so long. Raise that timeout if they may be." },
	  NOT_IF_PASSED },
	{ VERDICT_NONE,
	  CAUSE_TIMEOUT,
	  is_of_established,
	  { "The flow was silent for longer than conntrack remembers an established one: set TCP "
	    "keepalive below that (TCP_KEEPIDLE), or raise "
	    "net.netfilter.nf_conntrack_tcp_timeout_established (5 days by default)." },
	  NOT_IF_PASSED },
	{ VERDICT_NONE,
	  CAUSE_TIMEOUT,
	  is_established,
	  { "The flow was silent for longer than conntrack remembers an established one: set TCP "
	    "keepalive below that (TCP_KEEPIDLE), or raise "
	    "net.netfilter.nf_conntrack_tcp_timeout_established (5 days by default).",
	    "Which timeout it was: `conntrack -L` shows the seconds left of the next such flow. "
	    "432000 at rest is that one; 300 is nf_conntrack_tcp_timeout_max_retrans or "
	    "…_unacknowledged (data that nobody acknowledged: look at the path); [OFFLOAD] is a "
	    "flowtable's (nf_flowtable_tcp_timeout, 30 s)." },
	  NOT_IF_PASSED },
	{ VERDICT_NONE,
	  CAUSE_TIMEOUT,
	  is_close_wait,
	  { "The server had closed its side, and the client did not close its own within "
	    "net.netfilter.nf_conntrack_tcp_timeout_close_wait (60 s by default): make the client "
	    "close sooner, or raise that timeout." },
	  NOT_IF_PASSED },
	{ VERDICT_NONE,
	  CAUSE_TIMEOUT,
	  is_fin_wait,
	  { "One side had closed, and the other stayed silent for longer than "
	    "net.netfilter.nf_conntrack_tcp_timeout_fin_wait (120 s by default): make it close "
	    "sooner, or raise that timeout." },
	  NOT_IF_PASSED },
	{ VERDICT_NONE,
	  CAUSE_TIMEOUT,
	  is_last_ack,
	  { "Both sides had closed, and the last ACK did not come within "
	    "net.netfilter.nf_conntrack_tcp_timeout_last_ack (30 s by default): look for loss on "
	    "the path." },
	  NOT_IF_PASSED },
	{ VERDICT_NONE,
	  CAUSE_TIMEOUT,
	  is_close,
	  { "Conntrack saw a RST of this connection, and forgot it after "
	    "net.netfilter.nf_conntrack_tcp_timeout_close (10 s by default). The RST did not end "
	    "the socket, which is still open: find the rule that drops RSTs (`nft list ruleset`, "
	    "`iptables -S`) and remove it, or find out who forged the RST (`tcpdump -v "
	    "'tcp[tcpflags] & tcp-rst != 0'`: compare its TTL with that of other packets)." },
	  "Not the cause if a capture shows no RST of the flow before its entry went." },
	{ VERDICT_NONE,
	  CAUSE_TIMEOUT,
	  NULL,
	  { "The flow was silent for longer than conntrack remembers one in its state: set TCP "
	    "keepalive below that (TCP_KEEPIDLE), or raise that state's timeout "
	    "(`sysctl net.netfilter | grep tcp_timeout`)." },
	  "Not the cause if packets of the flow passed within the timeout of its state: "
	  "`conntrack -E -e UPDATES` shows that for the next flow." },
	{ VERDICT_NONE,
	  CAUSE_TABLE_FULL,
	  NULL,
	  { "The conntrack table was full and the kernel dropped entries to make room: "
	    "raise net.netfilter.nf_conntrack_max (and the hash size with it), or find out "
	    "what opens that many flows." },
	  "Not the cause if `conntrack -S` shows no early_drop and the kernel log no "
	  "\"nf_conntrack: table full\"." },
	{ VERDICT_NONE,
	  CAUSE_ROUTE_CHANGE,
	  NULL,
	  { "Masquerade drops an entry when its packets start to leave by another interface: "
	    "pin the route of live flows (metric, policy routing by connection mark), or use "
	    "SNAT to an address that both uplinks can carry. What moved the route (a failover "
	    "daemon, an `ip rule`) is what to look at.",
	    ADVICE_RECONNECT },
	  "Not the cause if `ip route get PEER` names the same interface before and after." },
	{ VERDICT_NONE,
	  CAUSE_TCP_CLOSE,
	  NULL,
	  { "The connection tracker itself closed the entry: it saw a RST or a reopened "
	    "tuple. Find out which end sent that first RST (run with -v on both ends), or "
	    "whether two clients share an address and port." },
	  "Not the cause if a capture shows no RST before the removal (`tcpdump 'tcp[tcpflags] & "
	  "tcp-rst != 0'`) and no SYN of the same address and port." },
	{ VERDICT_NONE,
	  CAUSE_NETNS_EXIT,
	  NULL,
	  { "The network namespace that held the entry was deleted: its container or pod "
	    "ended before its peers did. Drain the connections first (a preStop delay, a "
	    "graceful shutdown)." },
	  "Not the cause if `ip netns` or `lsns -t net` still shows that namespace." },
	{ VERDICT_NONE,
	  CAUSE_MODULE_UNLOAD,
	  NULL,
	  { "A netfilter module was unloaded, and the entries that it translated were removed "
	    "with it: do not stop or restart the firewall service with module unloading on a "
	    "node with live flows (firewalld: CleanupModulesOnExit=no).",
	    "The flush looks like a link that went down, but none did: masquerade flushes every "
	    "interface when its module is unloaded." },
	  "Not the cause if the kernel's log or `lsmod` shows that the module stayed loaded." },
	{ VERDICT_ENTRY_UNKNOWN,
	  CAUSE_IPVS,
	  NULL,
	  { "IPVS has a service at that address, but not this connection (any more), so the packet "
	    "came to this host itself. If a real server was removed while "
	    "net.ipv4.vs.expire_nodest_conn is 1 (kube-proxy sets it), first set its weight to 0 and "
	    "let the connections end (`ipvsadm -e … -w 0`), and remove it then.",
	    "If no real server was removed (compare `ipvsadm -Ln`), the connection was silent for "
	    "longer than IPVS's timeout (`ipvsadm -L --timeout`; 15 min by default), or another "
	    "director had it (`ipvsadm --start-daemon`): set TCP keepalive below the timeout." },
	  "Not the cause if `ipvsadm -Lnc` still lists the connection." },
	{ VERDICT_NONE,
	  CAUSE_IPVS,
	  NULL,
	  { "IPVS forgot the connection, and the conntrack entry went with it. Compare `ipvsadm "
	    "-Ln` before and after: if its real server was removed while "
	    "net.ipv4.vs.expire_nodest_conn is 1, first set that server's weight to 0 and let the "
	    "connections end (`ipvsadm -e … -w 0`), and remove it then.",
	    "If the real server is still there, the connection was silent for longer than IPVS's "
	    "timeout (`ipvsadm -L --timeout`; 15 min by default): set TCP keepalive below it." },
	  "Not the cause if `ipvsadm -Lnc` still lists the connection, or "
	  "net.ipv4.vs.conntrack is 0." },
	{ VERDICT_NONE,
	  CAUSE_OTHER,
	  NULL,
	  { "The entry of a live flow was removed: see the cause in the timeline (`-v` "
	    "shows each removal with its stack)." },
	  "Not the cause if the stack leads to a known cause: please report it then "
	  "(`-w FILE`)." },
};

const size_t advice_on_removals_count = sizeof(advice_on_removals) / sizeof(advice_on_removals[0]);
