// SPDX-License-Identifier: GPL-2.0-only
/* More flows at risk than can be followed: said, and nothing is concluded of them. */
#include "cast/files.h"
#include "cast/watched.h"

#include <string.h>

#include "summary/verdict_text.h"

#include "summary/advice.h"

enum { LIMIT = 3 };

static const struct blame_limits limits = { .risks = LIMIT };

static int begin(void **state)
{
	(void)state;
	watch_begin_limited(&w, &limits);
	return 0;
}

/* One flush of `count` flows, from 10.88.0.2:`first` on. */
static void flush_flows(uint64_t act, uint16_t first, uint16_t count)
{
	see(&w, make_act(act, CAUSE_USER_FLUSH, NULL, 0, &conntrack_command));
	for (uint16_t port = first; port < first + count; port++) {
		struct flow flow = masqueraded(port);

		see(&w, make_removal(act, CAUSE_USER_FLUSH, &flow));
	}
	see(&w, make_act_end(act, count, count));
	pass(&w, MS(100));
}

static void see_socket(uint16_t port, enum risk_end end)
{
	struct observation seen = { .type = OBSERVATION_AT_RISK };

	seen.risk = (struct risk_observation){
		.flow = masqueraded(port),
		.looked_ns = w.now_ns,
		.end = end,
		.victim = { .process = { .pid = 201, .comm = "redis-cli" },
			    .socket_state = SOCKET_ESTABLISHED },
	};
	see(&w, seen);
}

/* All sockets are listed: those of the flows are open. */
static void list_sockets(uint16_t first, uint16_t count)
{
	for (uint16_t port = first; port < first + count; port++)
		see_socket(port, RISK_GOES_ON);
	see(&w, (struct observation){ .type = OBSERVATION_SOCKETS });
	pass(&w, SECONDS(1));
}

static bool says(const char *words)
{
	char headline[ACCOUNT_BYTES], waiting[DESCRIBE_BYTES];
	char lines[GAPS_MAX][DESCRIBE_BYTES];
	size_t count = verdict_text_unseen(&w.summary, lines);
	bool has_groups;

	verdict_text_headline(&w.summary, summary_status(&w.summary), headline, sizeof(headline));
	verdict_text_waiting(&w.summary, &has_groups, waiting, sizeof(waiting));
	for (size_t i = 0; i < count; i++)
		if (strstr(lines[i], words))
			return true;
	return strstr(headline, words) || strstr(waiting, words);
}

static void as_many_as_can_be_followed(void **state)
{
	(void)state;
	flush_flows(7, 1, LIMIT);
	list_sockets(1, LIMIT);
	assert_int_equal(w.summary.at_risk, LIMIT);
	assert_int_equal(w.summary.unfollowed, 0);
	for (uint16_t port = 1; port <= LIMIT; port++)
		see_socket(port, RISK_CLOSED);
	assert_int_equal(summary_status(&w.summary), STATUS_OK);
	assert_true(says("No flow is at risk any more"));
	assert_false(says("could be followed"));
}

/* What became of those is not known: neither that they are at risk, nor that they are not. */
static void more_than_can_be_followed(void **state)
{
	struct advice_list advice;

	(void)state;
	flush_flows(7, 1, LIMIT + 2);
	list_sockets(1, LIMIT + 2);
	assert_int_equal(w.summary.at_risk, LIMIT);
	assert_int_equal(w.summary.unfollowed, 2);
	assert_int_equal(w.summary.follow_limit, LIMIT);
	assert_true(says("3 flows are at risk, and 2 more may be"));
	for (uint16_t port = 1; port <= LIMIT; port++)
		see_socket(port, RISK_CLOSED);
	assert_int_equal(w.summary.at_risk, 0);
	assert_int_equal(summary_status(&w.summary), STATUS_WARNING);
	assert_true(says("WARNING: no reset was caused by conntrack yet, but 2 flows may be at "
			 "risk."));
	assert_true(says("2 more flows were at risk than could be followed (limit 3)"));
	assert_false(says("No flow is at risk"));
	summary_advice(&w.summary, &advice);
	assert_int_equal(advice.count, 1);
}

/* Who lists all sockets meets them again each time. */
static void listed_again(void **state)
{
	(void)state;
	flush_flows(7, 1, LIMIT + 2);
	for (int i = 0; i < 3; i++) {
		list_sockets(1, LIMIT + 2);
		assert_int_equal(w.summary.unfollowed, 2);
	}
	/* One more loses its entry: of all that are met again it is the new one. */
	flush_flows(8, 100, 1);
	for (int i = 0; i < 2; i++) {
		list_sockets(1, LIMIT + 2);
		see_socket(100, RISK_GOES_ON);
	}
	assert_int_equal(w.summary.unfollowed, 3);
}

/* Two nodes count each for itself, however their listings interleave. */
static void on_two_nodes(void **state)
{
	(void)state;
	flush_flows(7, 1, LIMIT + 1);
	w.netns.node = 1;
	flush_flows(7, 1, 2);
	list_sockets(1, 1);
	w.netns.node = 0;
	list_sockets(1, LIMIT + 1);
	w.netns.node = 1;
	list_sockets(1, 2);
	assert_int_equal(w.summary.at_risk, LIMIT);
	assert_int_equal(w.summary.unfollowed, 3);
}

/* A reset whose flow finds no room is over, not at risk. */
static void reset_past_the_limit(void **state)
{
	struct flow flow = masqueraded(LIMIT + 1);

	(void)state;
	flush_flows(7, 1, LIMIT + 1);
	list_sockets(1, LIMIT);
	see_server_packet(&w, &flow);
	assert_int_equal(w.summary.blamed, 1);
	assert_int_equal(w.summary.unfollowed, 0);
	assert_int_equal(w.found[FINDING_UNFOLLOWED], 0);
}

/* The recording has them, with their sockets, so that a replay comes to the same. */
static void in_the_recording(void **state)
{
	struct lines lines = { .detail = JSON_RECORDING }, report = { .detail = JSON_REMOVALS };

	(void)state;
	w.also = lines_take;
	w.also_ctx = &lines;
	flush_flows(7, 1, LIMIT + 2);
	list_sockets(1, LIMIT + 2);
	list_sockets(1, LIMIT + 2);
	watch_end(&w);
	watch_begin_limited(&w, &limits);
	w.also = lines_take;
	w.also_ctx = &report;
	assert_int_equal(watch_lines(&w, lines.text), 0);
	assert_int_equal(w.summary.at_risk, LIMIT);
	assert_int_equal(w.summary.unfollowed, 2);
	assert_int_equal(w.summary.follow_limit, LIMIT);
	assert_non_null(strstr(lines.text, "\"followed\":false"));
	assert_null(strstr(report.text, "\"followed\"")); /* a number in its summary */
	/* Where there is room for all, a replay follows all. */
	watch_end(&w);
	watch_begin(&w);
	assert_int_equal(watch_lines(&w, lines.text), 0);
	assert_int_equal(w.summary.at_risk, LIMIT + 2);
	assert_int_equal(w.summary.unfollowed, 0);
	lines_release(&lines);
	lines_release(&report);
}

static void in_the_summary_line(void **state)
{
	struct finding end = { .type = FINDING_END };
	struct jsonw json = { 0 };

	(void)state;
	flush_flows(7, 1, LIMIT + 2);
	list_sockets(1, LIMIT);
	json_write_summary(&json, &w.summary, &end, STATUS_WARNING);
	assert_non_null(strstr(json.text, "\"at_risk\":3,"));
	assert_null(strstr(json.text, "unfollowed"));
	list_sockets(1, LIMIT + 2);
	json.len = 0;
	json_write_summary(&json, &w.summary, &end, STATUS_WARNING);
	assert_non_null(
		strstr(json.text, "\"at_risk\":3,\"at_risk_unfollowed\":2,\"at_risk_limit\":3,"));
	jsonw_release(&json);
}

#define past_limit(name) cmocka_unit_test_setup_teardown(name, begin, watched_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		past_limit(as_many_as_can_be_followed),
		past_limit(more_than_can_be_followed),
		past_limit(listed_again),
		past_limit(on_two_nodes),
		past_limit(reset_past_the_limit),
		past_limit(in_the_recording),
		past_limit(in_the_summary_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
