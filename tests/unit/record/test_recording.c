// SPDX-License-Identifier: GPL-2.0-only
/* What is not ours is judged honestly, skipped, or counted as lost. */
#include "cast/files.h"
#include "cast/lines.h"
#include "cast/watched.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(counts_that_cannot_be_are_lost),
		story(counts_of_other_verdicts_are_skipped),
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
