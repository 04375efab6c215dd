// SPDX-License-Identifier: GPL-2.0-only
/* Advice follows the chain: each row, beside the neighbour that looks the same. */
#include "cast/make.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "summary/advice.h"
#include "summary/phrases.h"

static struct watch w;
static struct advice_list list;

static int begin(void **state)
{
	(void)state;
	watch_begin(&w);
	return 0;
}

static int end(void **state)
{
	(void)state;
	watch_end(&w);
	return 0;
}

static bool advises(const char *words)
{
	summary_advice(&w.summary, &list);
	for (size_t i = 0; i < list.count; i++)
		if (!list.items[i].is_disproof && strstr(list.items[i].text, words))
			return true;
	return false;
}

static struct actor process(const char *comm, const char *parent)
{
	struct actor actor = { .pid = 77 };

	snprintf(actor.comm, sizeof(actor.comm), "%s", comm);
	snprintf(actor.parent, sizeof(actor.parent), "%s", parent);
	return actor;
}

static const struct actor kernel = { 0 };

/* ---- how the address went, and who brought it back ---- */

struct loss_of_address {
	const struct actor *by;   /* &kernel: of its own accord */
	const struct actor *back; /* NULL: it stays away */
	uint32_t valid_s;
	enum change_why why;
};

/* An address goes, its flush, a reset; and it comes back. */
static void lose_address(struct loss_of_address loss)
{
	struct observation gone = make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, loss.by);
	struct flow flow = masqueraded(40112);

	gone.change.by_kernel = !loss.by->pid;
	gone.change.valid_s = loss.valid_s;
	gone.change.why = (uint8_t)loss.why;
	watch_end(&w);
	watch_begin(&w);
	see(&w, gone);
	pass(&w, MS(3));
	see(&w, make_act(7, CAUSE_ADDRESS_REMOVED, "10.9.0.1", UP0, &nobody));
	see(&w, make_removal(7, CAUSE_ADDRESS_REMOVED, &flow));
	see(&w, make_act_end(7, 1, 1));
	if (loss.back) {
		pass(&w, SECONDS(1));
		see(&w, make_address(ADDRESS_ADD, "10.9.0.1", UP0, loss.back));
	}
	pass(&w, SECONDS(1));
	see_server_packet(&w, &flow);
	assert_int_equal(w.verdicts[VERDICT_ENTRY_REMOVED], 1);
}

static void networkd_by_how_the_address_went(void **state)
{
	const struct actor keepalived = process("keepalived", "");

	(void)state;
	lose_address((struct loss_of_address){ &networkd, &networkd, 3600, CHANGE_WHY_NONE });
	assert_true(advises("KeepConfiguration=dhcp"));
	assert_true(advises("Apply it with `systemctl restart systemd-networkd`"));
	assert_true(advises("reload` itself take the address away once more"));
	lose_address((struct loss_of_address){ &networkd, NULL, 0, CHANGE_WHY_NONE });
	assert_true(advises("KeepConfiguration=dhcp")); /* an older recording */
	/* Foreign, and another process's: no lease is in it. */
	lose_address(
		(struct loss_of_address){ &networkd, &keepalived, VALID_FOREVER, CHANGE_WHY_NONE });
	assert_true(advises("keepalived[77] put it back"));
	assert_true(advises("KeepConfiguration=static"));
	assert_true(advises("systemctl restart systemd-networkd"));
	assert_false(advises("DHCP"));
	assert_false(advises("KeepConfiguration=dhcp"));
	lose_address((struct loss_of_address){ &networkd, NULL, VALID_FOREVER, CHANGE_WHY_NONE });
	assert_true(advises("a permanent address"));
	assert_false(advises("DHCP"));
}

static void lifetime_by_who_brings_the_address_back(void **state)
{
	const struct actor manager = process("NetworkManager", ""),
			   script = process("ip", "dhclient-script"),
			   dhcpcd = process("dhcpcd", "");

	(void)state;
	lose_address((struct loss_of_address){ &kernel, &manager, 120, CHANGE_WHY_LIFETIME });
	assert_true(advises("The lifetime of 2 min of 10.9.0.1 ran out"));
	assert_true(advises("journalctl -u NetworkManager"));
	assert_true(advises("+ipv4.addresses 10.9.0.1/24`, then `nmcli device reapply up0`"));
	assert_false(advises("that process"));
	lose_address((struct loss_of_address){ &kernel, &script, 120, CHANGE_WHY_LIFETIME });
	assert_true(advises("dhclient-enter-hooks"));
	lose_address((struct loss_of_address){ &kernel, &dhcpcd, 120, CHANGE_WHY_LIFETIME });
	assert_true(advises("`lastleaseextend`"));
	lose_address((struct loss_of_address){ &kernel, &networkd, 120, CHANGE_WHY_LIFETIME });
	assert_true(advises("KeepConfiguration=dhcp"));
	lose_address((struct loss_of_address){ &kernel, NULL, 120, CHANGE_WHY_LIFETIME });
	assert_true(advises("longer lease"));
	lose_address((struct loss_of_address){ &kernel, NULL, 0, CHANGE_WHY_NONE });
	assert_true(advises("The kernel itself removed 10.9.0.1"));
	lose_address((struct loss_of_address){ &kernel, NULL, 0, CHANGE_WHY_ROUTER_ADVERTISEMENT });
	assert_true(advises("router advertisement"));
}

static void a_name_alone_is_no_manager(void **state)
{
	struct actor manager = process("NetworkManager", "");

	(void)state;
	strcpy(manager.exe, "/usr/sbin/NetworkManager");
	lose_address((struct loss_of_address){ &manager, NULL, 0, CHANGE_WHY_NONE });
	assert_true(advises("nmcli"));
	strcpy(manager.exe, "/usr/bin/python3.11");
	lose_address((struct loss_of_address){ &manager, NULL, 0, CHANGE_WHY_NONE });
	assert_false(advises("nmcli"));
	assert_true(advises("why that process removes the address"));
}

static void scripts_are_named(void **state)
{
	const struct actor dhclient = process("ip", "dhclient-script"),
			   failover = process("ip", "failover.sh"), typed = process("ip", "bash");

	(void)state;
	lose_address((struct loss_of_address){ &dhclient, NULL, 0, CHANGE_WHY_NONE });
	assert_true(advises("dhclient removes the address"));
	lose_address((struct loss_of_address){ &failover, NULL, 0, CHANGE_WHY_NONE });
	assert_true(advises("ip[77] was run by failover.sh"));
	lose_address((struct loss_of_address){ &typed, NULL, 0, CHANGE_WHY_NONE });
	assert_true(advises("why that process removes the address"));
}

/* ---- what else removed it ---- */

static void links_by_who_deletes_them(void **state)
{
	const struct actor wg_quick = process("ip", "wg-quick"), typed = process("ip", "bash");
	const struct actor *const actors[] = { &wg_quick, &typed };
	struct flow flow = masqueraded(40112);

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		watch_end(&w);
		watch_begin(&w);
		see(&w, make_link(LINK_DOWN, UP0, actors[i]));
		see(&w, make_act(7, CAUSE_LINK_DOWN, NULL, UP0, &nobody));
		see(&w, make_removal(7, CAUSE_LINK_DOWN, &flow));
		see(&w, make_act_end(7, 1, 1));
		pass(&w, SECONDS(1));
		see_server_packet(&w, &flow);
		assert_int_equal(advises("wg syncconf up0"), i == 0);
		assert_int_equal(advises("keep it up"), i == 1);
	}
}

static void timeouts_by_the_trackers_state(void **state)
{
	static const struct {
		enum tracker_state tracker;
		const char *words;
	} states[] = {
		{ TRACKER_ESTABLISHED, "timeout_established" },
		{ TRACKER_CLOSE_WAIT, "timeout_close_wait" },
		{ TRACKER_FIN_WAIT, "timeout_fin_wait" },
		{ TRACKER_LAST_ACK, "timeout_last_ack" },
		{ TRACKER_CLOSE, "forged the RST" },
		{ TRACKER_SYN_RECV, "sysctl net.netfilter" },
	};
	static struct summary t;

	(void)state;
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		struct story s = { .blamed = { .verdict = VERDICT_ENTRY_REMOVED,
					       .cause = CAUSE_TIMEOUT,
					       .tracker_state = states[i].tracker } };

		assert_non_null(strstr(advice_find(&t, &s)->lines[0], states[i].words));
	}
}

/* The sysctl of the state is advised only where that had run out. */
static void timeouts_by_what_had_run_out(void **state)
{
	static const struct {
		enum expiry expiry;
		const char *words, *removed;
	} cases[] = {
		{ EXPIRY_STATE, "timeout_established", "(nf_conntrack_tcp_timeout_established)" },
		{ EXPIRY_RETRANS, "tcp_timeout_max_retrans (300", "tcp_timeout_max_retrans)" },
		{ EXPIRY_UNACKED, "tcp_timeout_unacknowledged (300", "timeout_unacknowledged)" },
		{ EXPIRY_POLICY, "nft list ct timeouts", "(a timeout policy of a rule)" },
		{ EXPIRY_FLOWTABLE, "nf_flowtable_tcp_timeout", "flowtable" },
		{ EXPIRY_UNKNOWN, "timeout_established", "timed out" },
	};
	struct flow flow = masqueraded(40112);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct observation removal = make_removal(0, CAUSE_TIMEOUT, &flow);
		const struct reset_blame *r;
		char words[512];

		removal.removal.tcp_state = TRACKER_ESTABLISHED;
		removal.removal.expiry = (uint8_t)cases[i].expiry;
		watch_end(&w);
		watch_begin(&w);
		see(&w, removal);
		pass(&w, SECONDS(1));
		r = see_server_packet(&w, &flow);
		assert_int_equal(r->flush->expiry, cases[i].expiry);
		assert_non_null(
			strstr(describe_flush(r->flush, words, sizeof(words)), cases[i].removed));
		assert_true(advises(cases[i].words));
		assert_int_equal(advises("Which timeout it was"),
				 cases[i].expiry == EXPIRY_UNKNOWN);
		if (cases[i].expiry != EXPIRY_STATE && cases[i].expiry != EXPIRY_UNKNOWN)
			assert_false(advises("timeout_established"));
	}
}

/* A reset by the peer or by a rule leads to what cost the entry; without one, to them. */
static void other_verdicts_follow_their_chain(void **state)
{
	static struct summary t;
	static const enum verdict verdicts[] = { VERDICT_REMOTE, VERDICT_REFUSED_BY_RULE };
	struct flush flush = { .cause = CAUSE_ROUTE_CHANGE };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct story s = { .blamed = { .verdict = verdicts[i] } };

		assert_null(strstr(advice_find(&t, &s)->lines[0], "Masquerade"));
		s.blamed.flush = &flush;
		s.blamed.cause = CAUSE_ROUTE_CHANGE;
		assert_non_null(strstr(advice_find(&t, &s)->lines[0], "Masquerade drops"));
	}
}

static void ipvs_says_both(void **state)
{
	static struct summary t;
	struct story s = { .blamed = { .verdict = VERDICT_ENTRY_REMOVED, .cause = CAUSE_IPVS } };
	const struct advice_row *row = advice_find(&t, &s);

	(void)state;
	assert_non_null(strstr(row->lines[0], "real server was removed"));
	assert_non_null(strstr(row->lines[1], "silent"));
}

/* ---- a verdict without a chain ---- */

static const char *first_line(const struct story *s)
{
	static struct summary t;

	return advice_find(&t, s)->lines[0];
}

static void stale_by_how_the_socket_ended(void **state)
{
	static const struct {
		enum socket_end_how how;
		const char *words;
	} ends[] = {
		{ SOCKET_END_NONE, "was not seen" },
		{ SOCKET_END_CLOSED, "had closed the connection" },
		{ SOCKET_END_EXITED, "ended, {ago}" },
		{ SOCKET_END_KILLED, "killed by a signal" },
		{ SOCKET_END_OOM, "memory" },
		{ SOCKET_END_TIMED_OUT, "had given the connection up" },
		{ SOCKET_END_DESTROYED, "ss -K" },
		{ SOCKET_END_RESET, "had ended" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct story s = { .blamed = { .verdict = VERDICT_STALE_CONNECTION },
				   .ended = { .how = ends[i].how } };

		assert_non_null(strstr(first_line(&s), ends[i].words));
		assert_null(strstr(first_line(&s), "restart of the process"));
	}
}

static void protocol_by_what_is_known(void **state)
{
	struct story s = { .blamed = { .verdict = VERDICT_PROTOCOL } };

	(void)state;
	assert_null(strstr(first_line(&s), "reason"));
	s.socket = SOCKET_SYN_SENT; /* the peer, or this host, was restarted in silence */
	assert_non_null(strstr(first_line(&s), "half-open"));
	s.socket = SOCKET_ESTABLISHED;
	assert_null(strstr(first_line(&s), "half-open"));
	strcpy(s.reason, "TCP_INVALID_SEQUENCE");
	assert_non_null(strstr(first_line(&s), "reason is {reason}"));
	s.socket = SOCKET_FIN_WAIT2;
	assert_non_null(strstr(first_line(&s), "had closed the connection"));
	assert_non_null(strstr(first_line(&s), "keep-alive timeout"));
	s.ended.how = SOCKET_END_CLOSED;
	assert_non_null(strstr(first_line(&s), "{closer} had closed"));
}

static void aborts_by_what_ended_the_process(void **state)
{
	struct story s = { .blamed = { .verdict = VERDICT_ABORTED, .cause = CAUSE_UNREAD_DATA } };

	(void)state;
	assert_non_null(strstr(first_line(&s), "before close()"));
	s.blamed.actor = process("nginx", "");
	assert_non_null(strstr(first_line(&s), "idle timeout"));
	strcpy(s.blamed.actor.exe, "/home/me/nginx.test"); /* not what it calls itself */
	assert_non_null(strstr(first_line(&s), "before close()"));
	strcpy(s.blamed.actor.exe, "/usr/sbin/sshd");
	assert_non_null(strstr(first_line(&s), "MaxStartups"));
	s.blamed.actor.ended_by = SOCKET_END_OOM;
	assert_non_null(strstr(first_line(&s), "memory"));
	assert_null(strstr(first_line(&s), "before close()"));
	s.blamed.actor.ended_by = SOCKET_END_KILLED;
	assert_non_null(strstr(first_line(&s), "killed by a signal"));
	s.blamed.actor.signal = 11;
	assert_non_null(strstr(first_line(&s), "crashed"));
	s.blamed.actor.signal = 9;
	assert_null(strstr(first_line(&s), "crashed"));
	s.blamed =
		(struct reset_blame){ .verdict = VERDICT_ABORTED, .cause = CAUSE_LISTENER_CLOSED };
	assert_null(strstr(first_line(&s), "SO_LINGER"));
	s.blamed = (struct reset_blame){ .verdict = VERDICT_ABORTED, .cause = CAUSE_OTHER };
	assert_non_null(strstr(first_line(&s), "aborted the connection"));
}

static void keepalive_without_its_own_address(void **state)
{
	static struct summary t;
	struct change gone = {
		.seen = make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd).change
	};
	struct story s = { .blamed = { .verdict = VERDICT_ABORTED, .cause = CAUSE_KEEPALIVE } };

	(void)state;
	assert_non_null(strstr(first_line(&s), "Look at the peer"));
	s.blamed.by = &gone;
	t.others[0] = s;
	t.others_count = 1;
	summary_advice(&t, &list);
	assert_non_null(strstr(list.items[0].text, "own address, 10.9.0.1, is gone"));
	assert_non_null(strstr(list.items[1].text, "KeepConfiguration=dhcp"));
	for (size_t i = 0; i < list.count; i++) {
		assert_null(strstr(list.items[i].text, "Look at the peer"));
		assert_null(strstr(list.items[i].text, "in the container"));
	}
}

static struct observation found_at_risk(struct flow flow, bool is_own_address)
{
	return (struct observation){ .type = OBSERVATION_AT_RISK,
				     .risk = { .flow = flow,
					       .looked_ns = w.now_ns,
					       .inode = 77,
					       .is_own_address = is_own_address } };
}

/* A socket whose own address is gone needs no entry: a keepalive helps it as little. */
static void at_risk_by_what_is_gone(void **state)
{
	struct flow own = untranslated("10.9.0.1", 40112, "10.9.0.2", 7003);
	struct flow flow = masqueraded(40113);

	(void)state;
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd));
	pass(&w, MS(1000));
	see(&w, found_at_risk(own, true));
	assert_int_equal(w.summary.at_risk, 1);
	assert_true(advises("a keepalive cannot help them"));
	assert_true(advises("own address, 10.9.0.1, is gone"));
	assert_true(advises("KeepConfiguration=dhcp"));
	assert_false(advises("recreates the entry"));

	lose_address((struct loss_of_address){ &networkd, &networkd, 3600, CHANGE_WHY_NONE });
	assert_false(advises("recreates the entry"));
	see_address_flush(&w, 40113, "10.9.0.1", &networkd, &flow);
	pass(&w, MS(100));
	see(&w, found_at_risk(flow, false));
	assert_true(advises("recreates the entry"));
	assert_false(advises("a keepalive cannot help them"));
}

/* Both ends are on this node: what to do is its sender's, not to look for the peer. */
static void seen_at_both_ends_is_its_senders(void **state)
{
	struct flow flow = untranslated("10.9.0.2", 40112, "10.9.0.1", 25);
	struct observation sent = make_reset(&flow, &flow.orig);
	struct tuple rst = tuple_inverse(&flow.orig);
	struct observation received = make_reset(&flow, &rst);

	(void)state;
	received.reset.kind = RESET_RECEIVED;
	received.reset.flags = PACKET_RST;
	see_reset(&w, received);
	assert_true(advises("It came from the peer's address"));
	watch_end(&w);
	watch_begin(&w);
	sent.reset.flags = PACKET_SYN;
	see_reset(&w, sent);
	pass(&w, MS(1));
	w.netns.inum++;
	see_reset(&w, received);
	assert_true(advises("No process listens"));
	assert_false(advises("It came from the peer's address"));
}

static void no_listener_by_who_sent_it_there(void **state)
{
	struct story s = { .blamed = { .verdict = VERDICT_NO_LISTENER } };

	(void)state;
	assert_non_null(strstr(first_line(&s), "No process listens"));
	s.is_sent_by_nat = true;
	assert_non_null(strstr(first_line(&s), "A NAT rule"));
}

static struct observation refused(const char *to, uint16_t port, enum victim_look look)
{
	struct flow web = untranslated("10.9.0.2", 50000, to, port);
	struct observation syn = make_reset(&web, &web.orig);

	syn.reset.flags = PACKET_SYN;
	syn.reset.victim = (struct victim){ .role = VICTIM_LISTENER, .look = (uint8_t)look };
	strcpy(syn.reset.ifname, "up0");
	return syn;
}

static struct observation out_of_reach(enum barrier barrier, const char *listens_on, uint16_t port)
{
	struct observation syn = refused("10.9.0.1", port, LOOK_FOUND);
	struct victim *v = &syn.reset.victim;

	v->process = process("nginx", "");
	v->socket_state = SOCKET_LISTEN;
	v->barrier = (uint8_t)barrier;
	v->listens_family = strchr(listens_on, ':') ? AF_INET6 : AF_INET;
	v->listens_on = make_ip(listens_on);
	strcpy(v->vrf, barrier == BARRIER_VRF ? "mgmt" : "");
	strcpy(v->bound_ifname, barrier == BARRIER_DEVICE ? "other0" : "");
	return syn;
}

/* Each by itself, so that nothing else is advised. */
static void a_listener_out_of_reach(void **state)
{
	static const struct {
		enum barrier barrier;
		const char *listens_on, *words;
	} cases[] = {
		{ BARRIER_LOOPBACK, "127.0.0.1",
		  "nginx[77] listens on 127.0.0.1 port 80, and the packet came to 10.9.0.1: bind it "
		  "to 0.0.0.0 (all addresses) or to 10.9.0.1" },
		{ BARRIER_ADDRESS, "10.9.0.9",
		  "nginx[77] listens on 10.9.0.9 port 80, and the packet came to 10.9.0.1: bind" },
		{ BARRIER_DEVICE, "0.0.0.0",
		  "port 80, bound to device other0, and the packet came in by up0: " },
		{ BARRIER_VRF, "0.0.0.0", "start it in that VRF (`ip vrf exec mgmt COMMAND`)" },
		{ BARRIER_V6ONLY, "::", "listens on :: port 80 for IPv6 only, and" },
		{ BARRIER_V4ONLY, "0.0.0.0", "for IPv4 only" },
		{ BARRIER_UNKNOWN, "::", "`ss -ltnpe` shows whether it is bound to a device" },
		{ BARRIER_NONE, "0.0.0.0", "by now, and did not when the packet came" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		watch_end(&w);
		watch_begin(&w);
		see_reset(&w, out_of_reach(cases[i].barrier, cases[i].listens_on, 80));
		assert_true(advises(cases[i].words));
		assert_false(advises("NAT rule"));
		assert_false(advises("No process"));
		assert_int_equal(list.count, 2);
	}
}

/* Nobody at one port and somebody out of reach at another are two stories; whom nobody looked
 * for is whom the others met; and a scan does not fill the page. */
static void listeners_are_told_apart(void **state)
{
	struct observation unnamed = out_of_reach(BARRIER_LOOPBACK, "127.0.0.1", 82);

	(void)state;
	see_reset(&w, refused("10.9.0.1", 83, LOOK_LATE));
	assert_true(advises("No process listens on that port of that address"));
	see_reset(&w, refused("10.9.0.1", 81, LOOK_ABSENT));
	see_reset(&w, out_of_reach(BARRIER_LOOPBACK, "127.0.0.1", 80));
	see_reset(&w, refused("10.9.0.1", 80, LOOK_NONE));
	assert_int_equal(w.summary.others_count, 2);
	assert_int_equal(w.summary.others[0].resets, 2);
	assert_int_equal(w.summary.others[1].resets, 2);
	assert_true(advises("No process of that network namespace listens on that port"));
	assert_true(advises("nginx[77] listens on 127.0.0.1 port 80,"));
	unnamed.reset.victim.process.pid = 0; /* there was no time to find whose it is */
	see_reset(&w, unnamed);
	assert_true(advises("an unknown process listens on 127.0.0.1 port 82,"));
	see_reset(&w, out_of_reach(BARRIER_LOOPBACK, "127.0.0.1", 82));
	assert_int_equal(w.summary.others_count, 3);
	assert_true(advises("nginx[77] listens on 127.0.0.1 port 82,"));
	see(&w, make_resets(500, NULL, 0)); /* only counted: nobody's */
	assert_int_equal(w.summary.others[1].resets, 2);
	for (uint16_t port = 1000; port < 1030; port++)
		see_reset(&w, out_of_reach(BARRIER_LOOPBACK, "127.0.0.1", port));
	assert_int_equal(w.summary.others_count, 1 + 8);
}

/* Published on an address that the listener is not bound to. */
static void a_listener_out_of_reach_of_nat(void **state)
{
	struct observation syn = out_of_reach(BARRIER_LOOPBACK, "127.0.0.1", 80);

	(void)state;
	syn.reset.pickup = PICKUP_RENEWED;
	see_reset(&w, syn);
	assert_true(advises("the packet came to 10.9.0.1, sent there by a NAT rule: bind it"));
}

static void backlog_by_its_cause(void **state)
{
	struct story s = { .blamed = { .verdict = VERDICT_BACKLOG,
				       .cause = CAUSE_ACCEPT_QUEUE_FULL } };

	(void)state;
	assert_non_null(strstr(first_line(&s), "somaxconn"));
	s.blamed.cause = CAUSE_LISTENER_CLOSED;
	assert_non_null(strstr(first_line(&s), "socket activation"));
}

static void unreachable_by_what_the_socket_is_bound_to(void **state)
{
	struct story s = { .blamed = { .verdict = VERDICT_UNREACHABLE_SOCKET } };

	(void)state;
	assert_non_null(strstr(first_line(&s), "network namespace"));
	s.victim.bound_ifindex = 4;
	assert_non_null(strstr(first_line(&s), "bound to a device or VRF"));
}

/* The rules are restored only where they are away and somebody was cut off. */
static void rules_that_are_back_are_not_restored(void **state)
{
	struct story s = { .blamed = { .verdict = VERDICT_ENTRY_BYPASSED,
				       .ruleset = { .id = 5, .mono_ns = 100 } },
			   .resets = 3 };
	static struct summary t;

	(void)state;
	assert_non_null(strstr(advice_find(&t, &s)->lines[1], "Restore the NAT rules"));
	t.hooks_returns_count = 1;
	t.hooks_returns[0].mono_ns = 99; /* before */
	assert_non_null(strstr(advice_find(&t, &s)->lines[1], "Restore the NAT rules"));
	t.hooks_returns[0].mono_ns = 101;
	assert_null(advice_find(&t, &s)->lines[1]);
	t.hooks_returns_count = 0;
	s.undelivered = 3;
	assert_null(advice_find(&t, &s)->lines[1]);
	assert_non_null(strstr(advice_find(&t, &s)->lines[0], "none of the resets left"));
}

/* ---- words ---- */

/* A process may call itself what it likes. */
static void names_cannot_forge_a_command(void **state)
{
	const struct actor mean = process("ip", "`rm -rf /`\n\x1b[2J");

	(void)state;
	lose_address((struct loss_of_address){ &mean, NULL, 0, CHANGE_WHY_NONE });
	assert_true(advises("run by 'rm -rf /'"));
	assert_false(advises("`rm"));
	assert_false(advises("\x1b"));
}

static void each_node_has_its_own(void **state)
{
	static struct summary t;
	struct story s = { .blamed = { .verdict = VERDICT_ENTRY_REMOVED,
				       .cause = CAUSE_USER_FLUSH } };

	(void)state;
	t.stories_count = 2;
	t.stories[0] = t.stories[1] = s;
	t.stories[1].first.netns.node = 1;
	strcpy(t.hosts[0].name, "alpha");
	strcpy(t.hosts[1].name, "beta");
	summary_advice(&t, &list);
	assert_null(strstr(list.items[0].text, "alpha")); /* one node: this host */
	t.nodes = 2;
	summary_advice(&t, &list);
	assert_memory_equal(list.items[0].text, "alpha: ", 7);
	assert_memory_equal(list.items[3].text, "beta: ", 6);
	for (size_t i = 0; i < list.count; i++)
		assert_non_null(strstr(list.items[i].text, list.items[i].node ? "beta" : "alpha"));
}

#define story(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(networkd_by_how_the_address_went),
		story(lifetime_by_who_brings_the_address_back),
		story(a_name_alone_is_no_manager),
		story(scripts_are_named),
		story(links_by_who_deletes_them),
		cmocka_unit_test(timeouts_by_the_trackers_state),
		cmocka_unit_test_setup_teardown(timeouts_by_what_had_run_out, begin, end),
		cmocka_unit_test(other_verdicts_follow_their_chain),
		cmocka_unit_test(ipvs_says_both),
		cmocka_unit_test(stale_by_how_the_socket_ended),
		cmocka_unit_test(protocol_by_what_is_known),
		cmocka_unit_test(aborts_by_what_ended_the_process),
		cmocka_unit_test(keepalive_without_its_own_address),
		story(at_risk_by_what_is_gone),
		story(seen_at_both_ends_is_its_senders),
		cmocka_unit_test(no_listener_by_who_sent_it_there),
		cmocka_unit_test_setup_teardown(a_listener_out_of_reach, begin, end),
		cmocka_unit_test_setup_teardown(listeners_are_told_apart, begin, end),
		cmocka_unit_test_setup_teardown(a_listener_out_of_reach_of_nat, begin, end),
		cmocka_unit_test(backlog_by_its_cause),
		cmocka_unit_test(unreachable_by_what_the_socket_is_bound_to),
		cmocka_unit_test(rules_that_are_back_are_not_restored),
		story(names_cannot_forge_a_command),
		cmocka_unit_test(each_node_has_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
