// SPDX-License-Identifier: GPL-2.0-only
/* Flows at risk: found by an open socket, over by an entry, a close, a reset. */
#include "cast/files.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "blame/risk_table.h"
#include "cast/watched.h"
#include "record/recording.h"
#include "summary/phrases.h"

enum { C1_NETNS = 4026532222 };

static const struct victim redis_cli = {
	.process = { .pid = 201, .netns = C1_NETNS, .start_boottime_ns = 5, .comm = "redis-cli" },
	.socket_state = SOCKET_ESTABLISHED,
	.netns_name = "c1",
};

static struct observation make_risk(const struct flow *flow, uint64_t looked_ns)
{
	return (struct observation){
		.type = OBSERVATION_AT_RISK,
		.risk = { .flow = *flow, .looked_ns = looked_ns, .inode = 77, .victim = redis_cli }
	};
}

static struct observation make_closed(const struct flow *flow)
{
	return (struct observation){ .type = OBSERVATION_AT_RISK,
				     .risk = { .end = RISK_CLOSED, .flow = *flow } };
}

static bool is_forgotten(const struct flow *flow)
{
	struct flow found;
	struct netns_id place;
	bool is_it = blame_forgot(w.blame, (struct netns_id){ .inum = C1_NETNS }, flow->family,
				  &flow->orig, w.now_ns, &found, &place);

	if (is_it) {
		assert_flow_equal(&found, flow);
		assert_int_equal(place.inum, NODE_NETNS);
	}
	return is_it;
}

static struct flow flushed(uint16_t port)
{
	struct flow flow = masqueraded(port);

	see_address_flush(&w, port, "10.9.0.1", &ip_command, &flow);
	pass(&w, MS(100));
	return flow;
}

static void an_open_socket_is_at_risk(void **state)
{
	struct flow flow = masqueraded(40112), other = masqueraded(40113);
	struct victim_place place;
	struct observation reset;

	(void)state;
	assert_false(is_forgotten(&flow));
	flow = flushed(40112);
	assert_true(is_forgotten(&flow));
	assert_false(is_forgotten(&other));
	see(&w, make_risk(&flow, w.now_ns));
	assert_int_equal(w.summary.at_risk, 1);
	assert_false(is_forgotten(&flow)); /* known by now */
	see(&w, make_risk(&flow, w.now_ns));
	assert_int_equal(w.found[FINDING_AT_RISK], 1);
	assert_int_equal(summary_status(&w.summary), STATUS_WARNING);

	reset = make_reset(&flow, &flow.reply);
	reset.netns.inum = NODE_NETNS;
	reset.mono_ns = w.now_ns + MS(700);
	assert_true(blame_victim_place(w.blame, &reset, &place));
	assert_true(tuple_equal(&place.tuple, &flow.orig));
	assert_string_equal(place.known->process.comm, "redis-cli");
	assert_int_equal(place.known_ago_ns, MS(700));
	assert_int_equal(place.inum, C1_NETNS);
	assert_int_equal(place.inode, 77);
}

/* Seen before the flush, the socket tells nothing of what came after. */
static void looked_too_early(void **state)
{
	uint64_t before_ns = w.now_ns;
	struct flow flow = flushed(40112);

	(void)state;
	see(&w, make_risk(&flow, before_ns));
	assert_int_equal(w.found[FINDING_AT_RISK], 0);
}

static void the_client_speaks_first(void **state)
{
	struct flow flow = flushed(40112);

	(void)state;
	see(&w, make_risk(&flow, w.now_ns));
	see(&w, make_entry(&flow, false));
	assert_int_equal(w.summary.at_risk, 0);
	assert_int_equal(w.summary.risks_over[RISK_RECOVERED], 1);
	assert_false(is_forgotten(&flow));
	assert_int_equal(summary_status(&w.summary), STATUS_OK);
}

static void to_another_port(void **state)
{
	struct flow flow = flushed(40112), anew;

	(void)state;
	anew = flow;
	anew.reply.dport = 1024;
	see(&w, make_risk(&flow, w.now_ns));
	see(&w, make_entry(&anew, false));
	assert_int_equal(w.summary.risks_over[RISK_RETRANSLATED], 1);
}

/* The pick-up of the server's own packet saves nobody. */
static void the_server_speaks_first(void **state)
{
	struct flow flow = flushed(40112);
	struct flow pickup = { .family = flow.family, .orig = flow.reply };

	(void)state;
	pickup.reply = tuple_inverse(&pickup.orig);
	see(&w, make_risk(&flow, w.now_ns));
	see(&w, make_entry(&pickup, false));
	assert_int_equal(w.summary.at_risk, 1);
}

static void the_reset_comes(void **state)
{
	struct flow flow = flushed(40112);

	(void)state;
	see(&w, make_risk(&flow, w.now_ns));
	see_server_packet(&w, &flow);
	assert_int_equal(w.summary.at_risk, 0);
	assert_int_equal(w.summary.risks_over[RISK_RESET], 1);
	/* Its socket is as open as before, but it is a victim now. */
	assert_false(is_forgotten(&flow));
	see(&w, make_risk(&flow, w.now_ns));
	assert_int_equal(w.summary.at_risk, 0);
}

static void reset_before_anybody_looked(void **state)
{
	struct flow flow = flushed(40112);

	(void)state;
	see_server_packet(&w, &flow);
	assert_false(is_forgotten(&flow));
	see(&w, make_risk(&flow, w.now_ns));
	assert_int_equal(w.found[FINDING_AT_RISK], 0);
	assert_int_equal(w.found[FINDING_RISK_OVER], 0);
}

static void the_socket_is_closed(void **state)
{
	struct flow flow = flushed(40112);

	(void)state;
	see(&w, make_risk(&flow, w.now_ns));
	see(&w, make_closed(&flow));
	assert_int_equal(w.summary.at_risk, 0);
	assert_int_equal(w.summary.risks_over[RISK_CLOSED], 1);
	see(&w, make_closed(&flow));
	assert_int_equal(w.found[FINDING_RISK_OVER], 1);
}

static void not_at_stake(void **state)
{
	struct flow closed = masqueraded(40112),
		    own = untranslated("10.9.0.1", 50000, "10.9.0.2", 22);
	struct observation removal = make_removal(0, CAUSE_TIMEOUT, &closed);

	(void)state;
	removal.removal.tcp_state = TRACKER_TIME_WAIT;
	see(&w, removal);
	see(&w, make_removal(0, CAUSE_USER_FLUSH, &own));
	assert_int_equal(blame_risky_ns(w.blame, 0), 0);
	assert_false(is_forgotten(&closed));
	assert_false(is_forgotten(&own));
}

/* A time-out is no act: it becomes a flush of one, told before the flow. */
static void a_single_removal(void **state)
{
	struct flow flow = masqueraded(40112);

	(void)state;
	see(&w, make_removal(0, CAUSE_TIMEOUT, &flow));
	pass(&w, MS(100));
	see(&w, make_risk(&flow, w.now_ns));
	assert_int_equal(w.flushes_count, 1);
	assert_true(w.flushes[0].is_single);
	assert_int_equal(w.summary.at_risk, 1);
	see_server_packet(&w, &flow);
	assert_int_equal(w.flushes_count, 1); /* the same one */
}

static void other_namespaces(void **state)
{
	struct flow flow = masqueraded(40112);
	struct observation risk = make_risk(&flow, w.now_ns);

	(void)state;
	flushed(40112);
	risk.risk.looked_ns = w.now_ns;
	see_in(&w, OTHER_NETNS, risk);
	assert_int_equal(w.summary.at_risk, 0);
}

/* ---- the recording ---- */

static struct observation parse(const char *line, int expected)
{
	struct observation seen = { 0 };
	struct recording_keep keep = { 0 };

	assert_int_equal(recording_parse(line, strlen(line), 0, &seen, &keep), expected);
	recording_keep_release(&keep);
	return seen;
}

/* What a watch writes of a flow at risk, of its end and of a victim, read back. */
static void round_trip(void **state)
{
	struct lines lines = { .detail = JSON_RECORDING };
	struct flow flow = flushed(40112), other = flushed(40113);
	struct observation reset = make_reset(&flow, &flow.reply), back;
	struct observation looked = { .type = OBSERVATION_SOCKETS,
				      .sockets = { .is_again = true, .sockets = 7, .unseen = 2 } };
	char *at;

	(void)state;
	reset.reset.victim = redis_cli;
	snprintf(reset.reset.victim.cmdline, CMDLINE_BYTES, "redis-cli -h x");
	w.also = lines_take;
	w.also_ctx = &lines;
	see(&w, make_risk(&flow, w.now_ns));
	see(&w, make_risk(&other, w.now_ns));
	see(&w, make_closed(&other));
	see(&w, reset);
	see(&w, looked);
	w.also = NULL;

	at = lines.text;
	back = parse(strtok_r(at, "\n", &at), 1);
	assert_int_equal(back.type, OBSERVATION_AT_RISK);
	assert_int_equal(back.risk.end, RISK_GOES_ON);
	assert_flow_equal(&back.risk.flow, &flow);
	assert_int_equal(back.risk.looked_ns, w.now_ns);
	assert_int_equal(back.risk.victim.process.pid, 201);
	assert_int_equal(back.risk.victim.process.netns, C1_NETNS);
	assert_string_equal(back.risk.victim.netns_name, "c1");
	assert_int_equal(back.risk.victim.socket_state, SOCKET_ESTABLISHED);
	strtok_r(NULL, "\n", &at);
	back = parse(strtok_r(NULL, "\n", &at), 1);
	assert_int_equal(back.risk.end, RISK_CLOSED);
	assert_flow_equal(&back.risk.flow, &other);
	back = parse(strtok_r(NULL, "\n", &at), 1);
	assert_int_equal(back.type, OBSERVATION_RESET);
	assert_string_equal(back.reset.victim.cmdline, "redis-cli -h x");
	assert_int_equal(back.reset.victim.process.start_boottime_ns, 5);
	parse(strtok_r(NULL, "\n", &at), 0); /* over by its reset: found anew */
	back = parse(strtok_r(NULL, "\n", &at), 1);
	assert_int_equal(back.type, OBSERVATION_SOCKETS);
	assert_true(back.sockets.is_again);
	assert_int_equal(back.sockets.unseen, 2);
	free(lines.text);
}

/* ---- the table ---- */

static struct risk make_entry_of(uint16_t port)
{
	return (struct risk){ .netns = { .inum = NODE_NETNS }, .flow = masqueraded(port) };
}

static void table_bounds(void **state)
{
	struct risk_table *t = risk_table_new(300);
	size_t cursor = 0, count = 0;
	struct risk *found;

	(void)state;
	for (uint16_t port = 1; port <= 400; port++) {
		struct risk risk = make_entry_of(port);

		assert_int_equal(risk_table_add(t, &risk, &redis_cli) != NULL, port <= 300);
	}
	assert_int_equal(risk_table_untaken(t), 100);
	for (uint16_t port = 1; port <= 300; port += 2) {
		struct flow flow = masqueraded(port);

		found = risk_table_find(t, (struct netns_id){ .inum = NODE_NETNS }, flow.family,
					&flow.orig);
		assert_non_null(found);
		assert_string_equal(found->victim->netns_name, "c1");
		risk_table_remove(t, found);
		assert_null(risk_table_find(t, (struct netns_id){ .inum = NODE_NETNS }, flow.family,
					    &flow.orig));
	}
	for (uint16_t port = 1001; port <= 1150; port++) {
		struct risk risk = make_entry_of(port);

		assert_non_null(risk_table_add(t, &risk, NULL));
	}
	while (risk_table_next(t, &cursor))
		count++;
	assert_int_equal(count, 300);
	risk_table_free(t);
}

static void any_limit_will_do(void **state)
{
	static const size_t limits[] = { 0, 1, SIZE_MAX / 2, SIZE_MAX };
	struct risk risk = make_entry_of(40112);

	(void)state;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct risk_table *t = risk_table_new(limits[i]);

		assert_non_null(t);
		assert_non_null(risk_table_add(t, &risk, NULL));
		risk_table_free(t);
	}
}

/* Resets for weeks must not end the look-out for flows at risk. */
static void reset_ones_make_room(void **state)
{
	enum { LIMIT = 300, RESETS = 1000 };
	struct risk_table *t = risk_table_new(LIMIT);

	(void)state;
	for (uint16_t port = 1; port <= RESETS; port++) {
		struct risk risk = make_entry_of(port);

		risk.end = RISK_RESET;
		assert_non_null(risk_table_add(t, &risk, NULL));
	}
	for (uint16_t port = 2001; port <= 2000 + LIMIT; port++) {
		struct risk risk = make_entry_of(port);

		assert_non_null(risk_table_add(t, &risk, &redis_cli));
	}
	assert_int_equal(risk_table_untaken(t), 0);
	for (uint16_t port = 2001; port <= 2000 + LIMIT; port++) {
		struct risk risk = make_entry_of(port);

		assert_non_null(risk_table_find(t, risk.netns, risk.flow.family, &risk.flow.orig));
		risk = make_entry_of((uint16_t)(port + RESETS));
		assert_null(risk_table_add(t, &risk, NULL)); /* those go on: none is given up */
	}
	assert_int_equal(risk_table_untaken(t), LIMIT);
	risk_table_free(t);
}

enum { MODEL_LIMIT = 300, MODEL_FLOWS = 500, MODEL_STEPS = 50000 };

/* Flows come, go and come back, past the limit too: as a plain array would have it. */
static void behaves_like_an_array(void **state)
{
	static bool is_there[MODEL_FLOWS];
	struct risk_table *t = risk_table_new(MODEL_LIMIT);
	uint64_t random = 20261126, untaken = 0;
	size_t count = 0;

	(void)state;
	memset(is_there, 0, sizeof(is_there));
	for (size_t step = 0; step < MODEL_STEPS; step++) {
		size_t i, cursor = 0, walked = 0;
		struct risk r = { .netns.inum = NODE_NETNS }, *found;

		random = random * 6364136223846793005ULL + 1442695040888963407ULL;
		i = (random >> 33) % MODEL_FLOWS;
		r.flow = masqueraded((uint16_t)i);
		found = risk_table_find(t, r.netns, r.flow.family, &r.flow.orig);
		assert_int_equal(found != NULL, is_there[i]);
		if (found) {
			assert_flow_equal(&found->flow, &r.flow);
			risk_table_remove(t, found);
			is_there[i] = false;
			count--;
		} else if (risk_table_add(t, &r, NULL)) {
			is_there[i] = true;
			count++;
		} else {
			untaken++;
			assert_int_equal(count, MODEL_LIMIT);
		}
		assert_int_equal(risk_table_untaken(t), untaken);
		while (step % 100 == 0 && risk_table_next(t, &cursor))
			walked++;
		assert_int_equal(walked, step % 100 ? 0 : count);
	}
	risk_table_free(t);
}

/* Who chooses his addresses can compute any hash without a secret, such as this one, which
 * it was: flows of one value, each of them. */
static void chosen_tuples_do_not_share_a_chain(void **state)
{
	enum { FLOWS = 4096 };
	const uint64_t factor = 0xff51afd7ed558ccdULL, target = 0x1234567890abcdefULL;
	struct risk_table *table = risk_table_new(FLOWS);

	(void)state;
	assert_non_null(table);
	for (uint64_t i = 0; i < FLOWS; i++) {
		struct risk risk = { .netns = { .inum = NODE_NETNS },
				     .flow = { .family = AF_INET6 } };
		uint64_t hash = (NODE_NETNS ^ i) * factor, word;

		hash ^= hash >> 32;
		word = hash ^ target;
		memcpy(risk.flow.orig.src.bytes, &i, sizeof(i));
		memcpy(risk.flow.orig.src.bytes + sizeof(i), &word, sizeof(word));
		assert_non_null(risk_table_add(table, &risk, &redis_cli));
	}
	assert_in_range(risk_table_longest_chain(table), 1, 20);
	risk_table_free(table);
}

static struct victim kept_victim;

static void keep_victim(void *ctx, const struct finding *f)
{
	(void)ctx;
	if (f->type == FINDING_RESET)
		kept_victim = f->seen->reset.victim;
}

/* Two zones have the same tuple; one flow is found at risk, the other is reset: its victim
 * is somebody else. */
static void the_other_zone_is_no_victim(void **state)
{
	struct flow flow = flushed(40112); /* zone 0 */
	struct observation removal = make_removal(0, CAUSE_TIMEOUT, &flow);
	struct observation reset = make_reset(&flow, &flow.reply);
	struct victim_place place;

	(void)state;
	see(&w, make_risk(&flow, w.now_ns));
	removal.removal.zone = removal.removal.reply_zone = 5;
	see(&w, removal);
	reset.netns.inum = NODE_NETNS;
	reset.mono_ns = w.now_ns + MS(700);
	reset.reset.zone = 5;
	assert_true(blame_victim_place(w.blame, &reset, &place));
	assert_null(place.known);
	assert_int_equal(place.inum, 0);
	reset.reset.zone = 0;
	assert_true(blame_victim_place(w.blame, &reset, &place));
	assert_non_null(place.known);
}

/* A victim that was seen before its reset is told as such, and so again by a replay. */
static void a_victim_seen_before(void **state)
{
	struct lines lines = { .detail = JSON_RECORDING };
	struct flow flow = flushed(40112);
	struct observation reset = make_reset(&flow, &flow.reply);
	char text[DESCRIBE_BYTES];
	struct watch again;

	(void)state;
	reset.reset.victim = redis_cli;
	reset.reset.victim.looked_ago_ns = MS(700);
	assert_string_equal(describe_victim(&reset.reset.victim, text, sizeof(text)),
			    "redis-cli[201] in c1, socket ESTABLISHED 700.0 ms earlier");
	w.also = lines_take;
	w.also_ctx = &lines;
	see(&w, reset);
	assert_non_null(strstr(lines.text, "\"looked_ago_ns\":700000000"));
	memset(&again, 0, sizeof(again));
	watch_begin(&again);
	again.also = keep_victim;
	assert_int_equal(watch_lines(&again, lines.text), 0);
	assert_int_equal(kept_victim.looked_ago_ns, MS(700));
	assert_string_equal(kept_victim.process.comm, "redis-cli");
	watch_end(&again);
	lines_release(&lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(an_open_socket_is_at_risk),
		story(looked_too_early),
		story(the_client_speaks_first),
		story(to_another_port),
		story(the_server_speaks_first),
		story(the_reset_comes),
		story(reset_before_anybody_looked),
		story(the_socket_is_closed),
		story(not_at_stake),
		story(a_single_removal),
		story(other_namespaces),
		story(round_trip),
		story(a_victim_seen_before),
		story(the_other_zone_is_no_victim),
		cmocka_unit_test(table_bounds),
		cmocka_unit_test(any_limit_will_do),
		cmocka_unit_test(reset_ones_make_room),
		cmocka_unit_test(behaves_like_an_array),
		cmocka_unit_test(chosen_tuples_do_not_share_a_chain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
