// SPDX-License-Identifier: GPL-2.0-only
/* What is advised of a verdict that no chain leads to. */
#include "cast/advised.h"

#include <string.h>
#include <sys/socket.h>

#include "summary/advice.h"
#include "summary/phrases.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stale_by_how_the_socket_ended),
		cmocka_unit_test(protocol_by_what_is_known),
		cmocka_unit_test(aborts_by_what_ended_the_process),
		cmocka_unit_test(keepalive_without_its_own_address),
		story(at_risk_by_what_is_gone),
		story(seen_at_both_ends_is_its_senders),
		cmocka_unit_test(no_listener_by_who_sent_it_there),
		story(a_listener_out_of_reach),
		story(listeners_are_told_apart),
		story(a_listener_out_of_reach_of_nat),
		cmocka_unit_test(backlog_by_its_cause),
		cmocka_unit_test(unreachable_by_what_the_socket_is_bound_to),
		cmocka_unit_test(rules_that_are_back_are_not_restored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
