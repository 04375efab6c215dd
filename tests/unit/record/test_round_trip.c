// SPDX-License-Identifier: GPL-2.0-only
/* What was recorded says the same again. */
#include "cast/files.h"
#include "cast/watched.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* The line that a blame which has seen only this writes for it. */
static char *record_one(const struct observation *seen)
{
	struct lines lines = { .detail = JSON_RECORDING };

	watch_end(&w);
	watch_begin(&w);
	w.also = lines_take;
	w.also_ctx = &lines;
	see(&w, *seen);
	w.also = NULL;
	assert_non_null(lines.text);
	assert_ptr_equal(strchr(lines.text, '\n'), lines.text + lines.len - 1);
	return lines.text;
}

/* Records it and reads it back: time, namespace and all. *keep holds strings. */
static struct observation read_back(const struct observation *seen, struct recording_keep *keep)
{
	char *line = record_one(seen);
	struct observation back;

	memset(&back, 0, sizeof(back));
	assert_int_equal(recording_parse(line, strlen(line), 0, &back, keep), 1);
	assert_int_equal(back.type, seen->type);
	assert_int_equal(back.netns.inum, NODE_NETNS);
	assert_int_equal(back.mono_ns, MONO_BASE_NS);
	assert_int_equal(back.wall_ns, WALL_BASE_NS);
	free(line);
	return back;
}

static void round_trip_start(void **state)
{
	struct observation seen = {
		.type = OBSERVATION_START,
		.start = { .version = "0.1.0",
			   .host = "node \"7\"",
			   .kernel = "6.1.0",
			   .arch = "x86_64",
			   .window_s = 1800,
			   .probes_count = 2,
			   .probes = { { "reset-ipv4", "fentry", "tcp_v4_send_reset", "", false,
					 SENSE_RESET_IPV4 },
				       { "masquerade-flush", "none", "iterate_cleanup_work",
					 "no such module", true, SENSE_MASQUERADE } } },
	};
	struct recording_keep keep = { 0 };
	struct observation back;

	(void)state;
	seen.start.probes[0].state = "proven";
	back = read_back(&seen, &keep);
	assert_string_equal(back.start.version, "0.1.0");
	assert_string_equal(back.start.host, "node \"7\"");
	assert_string_equal(back.start.kernel, "6.1.0");
	assert_string_equal(back.start.arch, "x86_64");
	assert_int_equal(back.start.window_s, 1800);
	assert_int_equal(back.start.probes_count, 2);
	assert_string_equal(back.start.probes[0].symbol, "tcp_v4_send_reset");
	assert_string_equal(back.start.probes[1].how, "none");
	assert_string_equal(back.start.probes[1].why, "no such module");
	assert_int_equal(back.start.probes[0].sense, SENSE_RESET_IPV4);
	assert_int_equal(back.start.probes[1].sense, SENSE_MASQUERADE);
	assert_string_equal(back.start.probes[0].state, "proven");
	assert_null(back.start.probes[1].state);
	assert_false(back.start.probes[0].is_blind);
	assert_true(back.start.probes[1].is_blind);
	recording_keep_release(&keep);
}

static void round_trip_witness(void **state)
{
	struct observation seen = { .type = OBSERVATION_WITNESS,
				    .witness = { .of = WITNESS_RESETS,
						 .counted = 7,
						 .seen = 3,
						 .lost = 1,
						 .missing = 2,
						 .namespaces = 5,
						 .unread = 4 } };
	struct recording_keep keep = { 0 };
	struct observation back = read_back(&seen, &keep);

	(void)state;
	assert_memory_equal(&back.witness, &seen.witness, sizeof(seen.witness));
	recording_keep_release(&keep);
}

static void check_change(struct observation seen)
{
	struct recording_keep keep = { 0 };
	struct observation back = read_back(&seen, &keep);

	seen.change.id = 1; /* the recording's */
	assert_memory_equal(&back.change, &seen.change, sizeof(seen.change));
	recording_keep_release(&keep);
}

static void round_trip_address(void **state)
{
	struct observation peer = make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd);
	struct observation dead = make_address(ADDRESS_REMOVE, "fe80::1", UP1, &nobody);

	(void)state;
	check_change(peer);
	check_change(make_address(ADDRESS_ADD, "fd00:9::1", UP1, &ip_command));
	peer.change.address = make_ip("10.9.0.254");
	strcpy(peer.change.actor.container, "0123456789abcdef0123456789abcdef"
					    "0123456789abcdef0123456789abcdef");
	check_change(peer);
	dead.change.is_dead = true;
	check_change(dead);
}

static void round_trip_link(void **state)
{
	static const enum change_op ops[] = { LINK_UP, LINK_DOWN, LINK_UNREGISTER, LINK_RENAME };

	(void)state;
	for (size_t i = 0; i < 4; i++)
		check_change(make_link(ops[i], UP0, &agent));
}

static void round_trip_act(void **state)
{
	static const char *const addresses[] = { "10.9.0.1", "fd00:9::1", NULL };
	struct observation seen = make_act_end(1ULL << 62, 25, 24), back;
	struct recording_keep keep = { 0 };

	(void)state;
	back = read_back(&seen, &keep);
	assert_int_equal(back.act.act, 1ULL << 62);
	assert_int_equal(back.act.entries, 25);
	assert_int_equal(back.act.tcp_entries, 24);
	for (size_t i = 0; i < 3; i++) {
		seen = make_act(7 + i, addresses[i] ? CAUSE_ADDRESS_REMOVED : CAUSE_USER_FLUSH,
				addresses[i], addresses[i] ? UP0 : 0, &conntrack_command);
		back = read_back(&seen, &keep);
		assert_memory_equal(&back.act, &seen.act, sizeof(seen.act));
	}
	seen = make_act(10, CAUSE_OTHER, NULL, 0, &nobody);
	seen.act.stack = "nf_ct_iterate_cleanup < somewhere";
	assert_string_equal(read_back(&seen, &keep).act.stack, seen.act.stack);
	recording_keep_release(&keep);
}

static void round_trip_removal(void **state)
{
	struct flow v4 = masqueraded(40112), v6 = masqueraded_v6(40113);
	const struct flow *flows[] = { &v4, &v6 };
	struct recording_keep keep = { 0 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct observation seen = make_removal(0, CAUSE_OTHER, flows[i]), back;

		seen.removal.zone = 65535;
		seen.removal.reply_zone = 1;
		seen.removal.mark = 0xffffffff;
		seen.removal.tcp_state = TRACKER_SYN_SENT2;
		seen.removal.status = 0xffff;
		seen.removal.expiry = EXPIRY_UNACKED;
		seen.removal.stack = "nf_ct_delete < somewhere";
		back = read_back(&seen, &keep);
		assert_string_equal(back.removal.stack, seen.removal.stack);
		assert_flow_equal(&back.removal.flow, flows[i]);
		assert_int_equal(back.removal.act, 0);
		assert_int_equal(back.removal.cause, CAUSE_OTHER);
		assert_int_equal(back.removal.zone, 65535);
		assert_int_equal(back.removal.reply_zone, 1);
		assert_int_equal(back.removal.mark, 0xffffffff);
		assert_int_equal(back.removal.tcp_state, TRACKER_SYN_SENT2);
		assert_int_equal(back.removal.status, 0xffff);
		assert_int_equal(back.removal.expiry, EXPIRY_UNACKED);
	}
	recording_keep_release(&keep);
}

static void round_trip_removal_in_an_act(void **state)
{
	struct flow flow = masqueraded(40112);
	struct observation seen = make_removal(99, CAUSE_USER_FLUSH, &flow), back;
	struct recording_keep keep = { 0 };

	(void)state;
	back = read_back(&seen, &keep);
	assert_int_equal(back.removal.act, 99);
	assert_int_equal(back.removal.cause, CAUSE_USER_FLUSH);
	recording_keep_release(&keep);
}

static void round_trip_entry(void **state)
{
	struct flow flow = masqueraded_v6(40112);
	struct observation seen = make_entry(&flow, true), back;
	struct recording_keep keep = { 0 };

	(void)state;
	seen.entry.zone = 7;
	back = read_back(&seen, &keep);
	assert_flow_equal(&back.entry.flow, &flow);
	assert_int_equal(back.entry.zone, 7);
	assert_true(back.entry.by_syn);
	seen.entry.by_syn = false;
	back = read_back(&seen, &keep);
	assert_false(back.entry.by_syn);
	recording_keep_release(&keep);
}

static void check_reset(struct observation seen)
{
	struct recording_keep keep = { 0 };
	struct observation back = read_back(&seen, &keep);

	assert_memory_equal(&back.reset, &seen.reset, sizeof(seen.reset));
	recording_keep_release(&keep);
}

static void round_trip_reset(void **state)
{
	struct flow flow = masqueraded(40112);
	struct observation seen = make_reset(&flow, &flow.reply);

	(void)state;
	check_reset(seen);
	seen.reset.payload_bytes = 1448;
	seen.reset.seq = 4294967295;
	seen.reset.zone = 12;
	strcpy(seen.reset.reason, "NO_SOCKET");
	strcpy(seen.reset.stack, "tcp_v4_send_reset < tcp_v4_rcv");
	check_reset(seen);
	seen.reset.in_softirq = false;
	seen.reset.actor = agent;
	check_reset(seen);
	seen.reset.hooks = HOOKS_KNOWN; /* none there */
	check_reset(seen);
	seen.reset.hooks = 0; /* not looked at */
	check_reset(seen);
	seen.reset.has_zone = false;
	seen.reset.zone = 0;
	check_reset(seen);
	for (uint8_t s = 0; s < SOCKET_STATES; s++) {
		seen.reset.socket = s;
		check_reset(seen);
	}
	for (uint8_t p = PICKUP_UNKNOWN; p <= PICKUP_UNTRACKED; p++) {
		seen.reset.pickup = p;
		check_reset(seen);
	}
	for (unsigned int flags = 0; flags < 256; flags++) {
		seen.reset.flags = (uint8_t)flags;
		check_reset(seen);
	}
}

static void round_trip_reset_v6(void **state)
{
	struct flow flow = masqueraded_v6(40112);

	(void)state;
	check_reset(make_reset(&flow, &flow.reply));
}

static void round_trip_lost(void **state)
{
	struct observation seen = make_lost("conntrack-removal", 17);
	struct recording_keep keep = { 0 };
	struct observation back = read_back(&seen, &keep);

	(void)state;
	assert_memory_equal(&back.lost, &seen.lost, sizeof(seen.lost));
	recording_keep_release(&keep);
}

/* A hostile name comes back as text, and is the same from then on. */
static void round_trip_hostile_name(void **state)
{
	struct observation seen = make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &ip_command), back;
	struct recording_keep keep = { 0 };

	(void)state;
	strcpy(seen.change.actor.comm, "\"},{\\\n\033[2J\xff\xc0\x80");
	back = read_back(&seen, &keep);
	assert_string_equal(back.change.actor.comm,
			    "\"},{\\\n\033[2J\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	check_change(back);
	recording_keep_release(&keep);
}

/* A whole story, recorded, judged again and recorded again: the same lines. */
static void recording_of_a_replay_is_the_recording(void **state)
{
	struct lines first = { .detail = JSON_RECORDING }, second = { .detail = JSON_RECORDING };
	struct flow redis = masqueraded(40112), web = masqueraded(40113), old = masqueraded(40114);
	struct flow pickup = { .family = AF_INET,
			       .orig = redis.reply,
			       .reply = tuple_inverse(&redis.reply) };

	(void)state;
	w.also = lines_take;
	w.also_ctx = &first;
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &redis);
	see(&w, make_link(LINK_DOWN, UP1, &agent));
	see(&w, make_act(8, CAUSE_USER_DELETE, NULL, 0, &agent));
	see(&w, make_removal(8, CAUSE_USER_DELETE, &web));
	see(&w, make_removal(0, CAUSE_TIMEOUT, &old));
	pass(&w, SECONDS(2));
	see(&w, make_entry(&pickup, false));
	see_server_packet(&w, &redis);
	see_server_packet(&w, &web);
	see_server_packet(&w, &old);
	see(&w, make_lost("conntrack-entry", 1));
	see_server_packet(&w, &redis);
	blame_finish(w.blame);
	assert_int_equal(w.confidences[CONFIDENCE_PROVEN], 3);
	assert_int_equal(w.confidences[CONFIDENCE_LIKELY], 1);

	watch_end(&w);
	watch_begin(&w);
	w.also = lines_take;
	w.also_ctx = &second;
	assert_int_equal(watch_lines(&w, first.text), 0);
	blame_finish(w.blame);
	assert_string_equal(second.text, first.text);
	lines_release(&first);
	lines_release(&second);
}

/* The report of `-v -f json` uses the same lines: fed back, it says the same. */
static void verbose_report_can_be_judged_again(void **state)
{
	struct lines report = { .detail = JSON_REMOVALS };
	struct flow redis = masqueraded(40112);

	(void)state;
	w.also = lines_take;
	w.also_ctx = &report;
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &redis);
	pass(&w, SECONDS(2));
	see_server_packet(&w, &redis);
	blame_finish(w.blame);
	watch_end(&w);
	watch_begin(&w);
	assert_int_equal(watch_lines(&w, report.text), 0);
	lines_release(&report);
	assert_int_equal(w.resets_count, 1);
	assert_judged(&w.resets[0].blame, VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED,
		      CONFIDENCE_PROVEN);
}

static void round_trip_resets(void **state)
{
	static const struct port_count ports[] = { { 22, 512 }, { 0, 3 }, { 65535, 1 } };
	struct observation seen = make_resets(600, ports, 3);
	struct recording_keep keep = { 0 };
	struct observation back = read_back(&seen, &keep);

	(void)state;
	assert_int_equal(back.counted.count, 600);
	assert_int_equal(back.counted.family, AF_INET);
	assert_int_equal(back.counted.first_wall_ns, seen.counted.first_wall_ns);
	assert_int_equal(back.counted.last_wall_ns, seen.counted.last_wall_ns);
	assert_int_equal(back.counted.ports_count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(back.counted.ports[i].port, ports[i].port);
		assert_int_equal(back.counted.ports[i].count, ports[i].count);
	}
	recording_keep_release(&keep);
}

static const struct actor whole_actor = {
	.pid = 77,
	.netns = NODE_NETNS,
	.start_boottime_ns = 9,
	.ended_by = SOCKET_END_OOM,
	.signal = 9,
	.has_uid = true,
	.uid = 1000,
	.comm = "python3",
	.thread = "worker-3",
	.parent_pid = 1,
	.parent = "systemd",
	.grandparent = "init",
	.exe = "/usr/bin/python3",
	.unit = "shop.service",
};

static void round_trip_actor(void **state)
{
	struct observation seen = make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &whole_actor);

	(void)state;
	check_change(seen);
	seen.change.actor.uid = 0; /* root, and known to be */
	check_change(seen);
}

static void round_trip_lifetime(void **state)
{
	struct observation seen = make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &nobody);

	(void)state;
	seen.change.by_kernel = true;
	seen.change.valid_s = 3600;
	seen.change.protocol = 3;
	seen.change.why = CHANGE_WHY_LIFETIME;
	check_change(seen);
	seen.change.valid_s = VALID_FOREVER;
	seen.change.why = CHANGE_WHY_ROUTER_ADVERTISEMENT;
	check_change(seen);
}

static void round_trip_evidence(void **state)
{
	struct flow flow = masqueraded(40112);
	struct observation seen = make_reset(&flow, &flow.reply);

	(void)state;
	seen.reset.entry_netns = 4026532001;
	seen.reset.entry_hooks = HOOKS_KNOWN | HOOKS_NAT;
	check_reset(seen);
	seen.reset.entry_hooks = HOOKS_KNOWN; /* none there */
	seen.reset.bridge_netns = 4026532001;
	for (uint8_t k = BRIDGE_NETFILTER_UNKNOWN; k < BRIDGE_NETFILTERS; k++) {
		seen.reset.bridge_netfilter = k;
		check_reset(seen);
	}
	seen.reset.listener = (struct listener_state){ .is_known = true,
						       .is_v6only = true,
						       .family = AF_INET6,
						       .port = 7100,
						       .queue = 6,
						       .queue_max = 5,
						       .syn_queue = 2,
						       .bound_ifindex = 7 };
	seen.reset.is_of_request = true;
	seen.reset.is_virtual = true;
	check_reset(seen);
	for (enum socket_end_how how = SOCKET_END_CLOSED; how < SOCKET_ENDS; how++) {
		seen.reset.ended = (struct socket_end){ .how = how, .ago_ns = 3000 };
		check_reset(seen);
	}
	seen.reset.ended.by = whole_actor;
	check_reset(seen);
	seen.reset.delivered = DELIVERED_YES;
	check_reset(seen);
	seen.reset.delivered = DELIVERED_NO;
	for (enum undelivered why = UNDELIVERED_NONE; why < UNDELIVEREDS; why++) {
		seen.reset.undelivered = (uint8_t)why;
		check_reset(seen);
	}
}

static void round_trip_listener_and_rules(void **state)
{
	struct observation seen =
		make_reset(&(struct flow){ .family = AF_INET }, &(struct tuple){ .sport = 1 });
	struct observation back;
	struct recording_keep keep = { 0 };

	(void)state;
	seen.type = OBSERVATION_LISTENER;
	memset(&seen.listener, 0, sizeof(seen.listener));
	seen.listener.listener = (struct listener_state){
		.is_known = true, .family = AF_INET, .port = 80, .queue = 3, .queue_max = 128
	};
	seen.listener.actor = whole_actor;
	back = read_back(&seen, &keep);
	assert_memory_equal(&back.listener, &seen.listener, sizeof(seen.listener));
	seen.type = OBSERVATION_RULES;
	memset(&seen.rules, 0, sizeof(seen.rules));
	seen.rules.actor = whole_actor;
	back = read_back(&seen, &keep);
	assert_memory_equal(&back.rules, &seen.rules, sizeof(seen.rules));
	recording_keep_release(&keep);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(round_trip_actor),
		story(round_trip_lifetime),
		story(round_trip_evidence),
		story(round_trip_listener_and_rules),
		story(round_trip_resets),
		story(round_trip_start),
		story(round_trip_witness),
		story(round_trip_address),
		story(round_trip_link),
		story(round_trip_act),
		story(round_trip_removal),
		story(round_trip_removal_in_an_act),
		story(round_trip_entry),
		story(round_trip_reset),
		story(round_trip_reset_v6),
		story(round_trip_lost),
		story(round_trip_hostile_name),
		story(recording_of_a_replay_is_the_recording),
		story(verbose_report_can_be_judged_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
