// SPDX-License-Identifier: GPL-2.0-only
/* What was recorded says the same again; what was not ours is judged honestly. */
#include "cast/files.h"
#include "cast/lines.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static struct watch w;

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
	files_remove();
	return 0;
}

/* ---- the round trip, type by type ---- */

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
			   .probes = { { "reset-ipv4", "fentry", "tcp_v4_send_reset", "", false },
				       { "masquerade-flush", "none", "iterate_cleanup_work",
					 "no such module", true } } },
	};
	struct recording_keep keep = { 0 };
	struct observation back = read_back(&seen, &keep);

	(void)state;
	assert_string_equal(back.start.version, "0.1.0");
	assert_string_equal(back.start.host, "node \"7\"");
	assert_string_equal(back.start.kernel, "6.1.0");
	assert_string_equal(back.start.arch, "x86_64");
	assert_int_equal(back.start.window_s, 1800);
	assert_int_equal(back.start.probes_count, 2);
	assert_string_equal(back.start.probes[0].symbol, "tcp_v4_send_reset");
	assert_string_equal(back.start.probes[1].how, "none");
	assert_string_equal(back.start.probes[1].why, "no such module");
	assert_false(back.start.probes[0].is_blind);
	assert_true(back.start.probes[1].is_blind);
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

/* ---- another tool's recordings: the documented fields and no more ---- */

static void check_documented(const char *text)
{
	const struct reset_blame *r = &w.resets[0].blame;

	assert_int_equal(watch_lines(&w, text), 0);
	blame_finish(w.blame);
	assert_int_equal(w.resets_count, 1);
	assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED, CONFIDENCE_PROVEN);
	assert_int_equal(r->because_count, 2);
	assert_string_equal(r->actor.comm, "systemd-network");
	assert_int_equal(w.flushes_count, 1);
	assert_int_equal(w.flushes[0].entries, 25);
}

static void documented_fields_suffice(void **state)
{
	(void)state;
	check_documented(ADDRESS_LINE REMOVAL_LINE FLUSH_LINE RESET_LINE);
}

static void documented_fields_flush_line_first(void **state)
{
	(void)state;
	check_documented(ADDRESS_LINE FLUSH_LINE REMOVAL_LINE RESET_LINE);
}

/* What the flush was of is in its address event; 0.0.0.0 was not it. */
static void documented_flush_knows_its_address(void **state)
{
	struct address node = make_ip("10.9.0.1");

	(void)state;
	check_documented(ADDRESS_LINE REMOVAL_LINE FLUSH_LINE RESET_LINE);
	assert_int_equal(w.flushes[0].family, AF_INET);
	assert_memory_equal(&w.flushes[0].address, &node, sizeof(node));
}

static void documented_flush_without_by_is_likely(void **state)
{
	(void)state;
	assert_int_equal(
		watch_lines(
			&w,
			ADDRESS_LINE REMOVAL_LINE "{\"type\":\"flush\"," AT(
				"2",
				"2000") ",\"id\":2,"
					"\"cause\":\"address-removed\",\"entries\":1}\n" RESET_LINE),
		0);
	assert_judged(&w.resets[0].blame, VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED,
		      CONFIDENCE_LIKELY);
}

/* What a flush points to is never forgotten, whoever said that it does. */
static void documented_change_is_kept(void **state)
{
	struct blame_limits limits = { .changes = 2 };

	(void)state;
	watch_end(&w);
	watch_begin_limited(&w, &limits);
	watch_lines(&w, ADDRESS_LINE FLUSH_LINE REMOVAL_LINE);
	for (size_t i = 0; i < 4; i++)
		see(&w, make_address(ADDRESS_REMOVE, "10.9.0.77", UP1, &agent));
	watch_lines(&w, RESET_LINE);
	assert_string_equal(w.resets[0].blame.by->seen.actor.comm, "systemd-network");
}

static void mono_is_taken_from_ts_where_it_is_missing(void **state)
{
	struct observation out;
	struct recording_keep keep = { 0 };
	const char line[] = "{\"type\":\"reset\",\"ts\":\"2026-11-22T10:00:00Z\"," REDIS_PACKET "}";

	(void)state;
	assert_int_equal(recording_parse(line, strlen(line), 3, &out, &keep), 1);
	assert_int_equal(out.mono_ns, WALL_BASE_NS);
	assert_int_equal(out.wall_ns, WALL_BASE_NS);
	assert_int_equal(out.netns.node, 3);
	assert_int_equal(out.netns.inum, 0);
	assert_int_equal(out.reset.socket, SOCKET_UNKNOWN);
	assert_int_equal(out.reset.pickup, PICKUP_UNKNOWN);
	assert_int_equal(out.reset.hooks, 0);
	assert_false(out.reset.has_context);
	assert_false(out.reset.has_zone);
	assert_false(out.reset.has_numbers);
	recording_keep_release(&keep);
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

/* ---- what is skipped, and what counts as lost ---- */

static int parse(const char *line)
{
	struct observation out;
	struct recording_keep keep = { 0 };
	int got = recording_parse(line, strlen(line), 0, &out, &keep);

	recording_keep_release(&keep);
	return got;
}

#define RESETS "{\"type\":\"resets\",\"verdict\":\"no-listener\","

/* A total is a total only as long as each line of it is right. */
static void counts_that_cannot_be_are_lost(void **state)
{
	(void)state;
	assert_int_equal(parse(RESETS "\"count\":3}"), 1);
	assert_int_equal(parse(RESETS "\"count\":3,\"ports\":[{\"port\":22,\"count\":3}]}"), 1);
	assert_int_equal(parse(RESETS "\"count\":0}"), -EINVAL);
	assert_int_equal(parse(RESETS "\"count\":-3}"), -EINVAL);
	assert_int_equal(parse(RESETS "\"count\":\"3\"}"), -EINVAL);
	assert_int_equal(parse(RESETS "\"ports\":[{\"port\":22,\"count\":3}]}"), -EINVAL);
	assert_int_equal(parse(RESETS "\"count\":3,\"ports\":[{\"port\":22,\"count\":4}]}"),
			 -EINVAL);
	assert_int_equal(parse(RESETS "\"count\":3,\"ports\":[{\"port\":65536,\"count\":1}]}"),
			 -EINVAL);
	assert_int_equal(parse(RESETS "\"count\":3,\"ports\":[{\"port\":22}]}"), -EINVAL);
	assert_int_equal(parse(RESETS "\"count\":3,\"ports\":[7,[]]}"), -EINVAL);
	assert_int_equal(parse(RESETS "\"count\":5,\"ports\":["
				      "{\"port\":22,\"count\":9223372036854775807},"
				      "{\"port\":23,\"count\":9223372036854775807},"
				      "{\"port\":24,\"count\":4}]}"),
			 -EINVAL);
}

/* A later writer may count others. */
static void counts_of_other_verdicts_are_skipped(void **state)
{
	(void)state;
	assert_int_equal(parse("{\"type\":\"resets\",\"verdict\":\"protocol\",\"count\":3}"), 0);
	assert_int_equal(parse("{\"type\":\"resets\",\"count\":3}"), 0);
}

static void unknown_types_and_fields_are_skipped(void **state)
{
	(void)state;
	assert_int_equal(parse("{\"type\":\"weather\",\"ts\":\"x\"}"), 0);
	assert_int_equal(parse("{\"type\":\"at_risk\"}"), 0);
	assert_int_equal(parse("{\"type\":\"log\"}"), 0);
	assert_int_equal(parse("{\"type\":\"log\",\"line\":\"DHCP lease lost\"}"), 1);
	assert_int_equal(parse("{}"), 0);
	assert_int_equal(parse("{\"type\":7}"), 0);
	assert_int_equal(parse("{\"type\":\"reset\",\"future\":{\"a\":[1,{}]}," REDIS_PACKET "}"),
			 1);
	assert_int_equal(
		parse("{\"type\":\"address\",\"op\":\"moved\",\"address\":\"10.9.0.1/24\"}"), 0);
}

static void lines_that_are_no_objects(void **state)
{
	static const char *const lines[] = {
		"",
		"junk",
		"[]",
		"1",
		"\"reset\"",
		"null",
		"{",
		"{\"type\":\"reset\"",
		"{\"type\":\"lost\",}",
		"{\"type\":\"lost\"} x",
		"{\"a\":1,\"a\":2}",
		"\xff\xfe{}",
		"{\"type\":\"lost\",\"count\":99999999999999999999}",
		"{\"a\":\"\xc0\x80\"}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (parse(lines[i]) != -EINVAL)
			fail_msg("taken: %s", lines[i]);
}

/* Of a type that we know, but with nonsense in it: never a crash, never a guess. */
static void nonsense_in_known_types(void **state)
{
	static const char *const lines[] = {
		"{\"type\":\"reset\"}",
		"{\"type\":\"reset\",\"packet\":7}",
		"{\"type\":\"reset\",\"packet\":{\"src\":\"10.9.0.2\",\"dst\":\"fd00::1\"}}",
		"{\"type\":\"removal\",\"flow\":{\"orig\":[]}}",
		"{\"type\":\"removal\"}",
		"{\"type\":\"entry\",\"flow\":null}",
		"{\"type\":\"address\",\"op\":\"remove\",\"address\":\"\"}",
		"{\"type\":\"address\",\"op\":\"remove\",\"address\":\"10.9.0.1.2.3/24\"}",
		"{\"type\":\"link\",\"op\":\"remove\"}",
		"{\"type\":\"act\",\"op\":\"begin\",\"act\":-1}",
		"{\"type\":\"flush\",\"id\":0}",
		"{\"type\":\"lost\",\"count\":-5}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (parse(lines[i]) > 0)
			fail_msg("taken: %s", lines[i]);
	assert_int_equal(parse("{\"type\":\"start\",\"probes\":{\"a\":1},\"host\":[]}"), 1);
	assert_int_equal(parse("{\"type\":\"start\",\"probes\":[1,null,{\"name\":2}]}"), 1);
	assert_int_equal(
		parse("{\"type\":\"removal\",\"status\":[1,null],\"actor\":4," REDIS_FLOW "}"), 1);
	assert_int_equal(parse("{\"type\":\"reset\",\"packet\":{\"src\":\"::1\",\"dst\":\"::2\","
			       "\"flags\":[\"SYN\",3,\"ACK\"],\"sport\":-1}}"),
			 1);
}

/* tcpdump's way to write flags, for recordings by hand. */
static void flags_may_be_tcpdumps(void **state)
{
	struct observation out;
	struct recording_keep keep = { 0 };
	const char line[] =
		"{\"type\":\"reset\",\"packet\":{\"src\":\"10.9.0.2\",\"dst\":\"10.9.0.1\","
		"\"flags\":\"P.\"}}";

	(void)state;
	assert_int_equal(recording_parse(line, strlen(line), 0, &out, &keep), 1);
	assert_int_equal(out.reset.flags, PACKET_PSH | PACKET_ACK);
	recording_keep_release(&keep);
}

#define story(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(round_trip_resets),
		story(counts_that_cannot_be_are_lost),
		story(counts_of_other_verdicts_are_skipped),
		story(round_trip_start),
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
		story(documented_fields_suffice),
		story(documented_fields_flush_line_first),
		story(documented_flush_knows_its_address),
		story(documented_flush_without_by_is_likely),
		story(mono_is_taken_from_ts_where_it_is_missing),
		story(unknown_types_and_fields_are_skipped),
		story(lines_that_are_no_objects),
		story(nonsense_in_known_types),
		story(flags_may_be_tcpdumps),
		story(documented_change_is_kept), /* last: where it fails, ASan ends the program */
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
