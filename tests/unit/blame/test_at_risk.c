// SPDX-License-Identifier: GPL-2.0-only
/* Flows at risk: found by an open socket, over by an entry, a close, a reset. */
#include "cast/files.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "blame/risk_rules.h"
#include "cast/watched.h"
#include "record/recording.h"
#include "summary/phrases.h"
#include "summary/verdict_text.h"

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

/* ---- the socket's own address is gone: no NAT, no entry ---- */

static struct observation make_own_risk(const struct flow *flow)
{
	struct observation seen = make_risk(flow, w.now_ns);

	seen.risk.is_own_address = true;
	seen.risk.flow.reply = tuple_inverse(&flow->orig);
	return seen;
}

static struct flow own_connection(uint16_t port)
{
	return untranslated("10.9.0.1", port, "10.9.0.2", 7003);
}

static void keep_newest_id(void *ctx, const struct finding *f)
{
	uint64_t *newest = ctx;

	if (!f->id || f->type == FINDING_RISK_OVER)
		return;
	assert_true(f->id > *newest);
	*newest = f->id;
}

static void a_socket_whose_address_is_gone(void **state)
{
	uint64_t newest_id = 0;
	struct flow flow = own_connection(40112), closed = own_connection(40113);
	struct flow elsewhere = untranslated("10.9.0.3", 40114, "10.9.0.2", 7003);
	char headline[ACCOUNT_BYTES];

	(void)state;
	w.also = keep_newest_id;
	w.also_ctx = &newest_id;
	see(&w, make_own_risk(&flow)); /* it has its address */
	assert_int_equal(w.found[FINDING_AT_RISK], 0);
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", 2, &networkd));
	pass(&w, MS(1000));
	see(&w, make_own_risk(&flow));
	see(&w, make_own_risk(&flow)); /* once */
	see(&w, make_own_risk(&closed));
	see(&w, make_own_risk(&elsewhere));
	assert_int_equal(w.found[FINDING_AT_RISK], 2);
	assert_int_equal(w.found[FINDING_RISK_OVER], 0);
	assert_int_equal(w.summary.at_risk_own, 2);
	see(&w, make_closed(&closed));
	assert_int_equal(w.summary.at_risk_own, 1);
	assert_int_equal(w.found[FINDING_RISK_OVER], 1);
	verdict_text_headline(&w.summary, summary_status(&w.summary), headline, sizeof(headline));
	assert_non_null(strstr(headline, "WARNING: systemd-networkd"));
	assert_non_null(strstr(headline, "1 open connection of this host is cut off."));
	/* That it goes once more gives it back to nobody. */
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", 2, &networkd));
	assert_int_equal(w.found[FINDING_RISK_OVER], 1);
	see(&w, make_address(ADDRESS_ADD, "10.9.0.3", 2, &networkd));
	assert_int_equal(w.found[FINDING_RISK_OVER], 1);
	see(&w, make_address(ADDRESS_ADD, "10.9.0.1", 2, &networkd));
	assert_int_equal(w.found[FINDING_RISK_OVER], 2);
}

/* It gave up at last: at risk no more. */
static void a_keepalive_ends_it(void **state)
{
	struct flow flow = own_connection(40112);
	struct observation abort = make_reset(&flow, &flow.orig);

	(void)state;
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", 2, &networkd));
	pass(&w, MS(1000));
	see(&w, make_own_risk(&flow));
	abort.reset.kind = RESET_ABORT;
	abort.reset.cause = CAUSE_KEEPALIVE;
	abort.reset.packet = tuple_inverse(&flow.orig);
	assert_judged(see_reset(&w, abort), VERDICT_ABORTED, CAUSE_KEEPALIVE, CONFIDENCE_PROVEN);
	assert_int_equal(w.found[FINDING_RISK_OVER], 1);
}

static void an_open_socket_is_at_risk(void **state)
{
	struct flow flow = masqueraded(40112), other = masqueraded(40113);

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
}

/* In the container, by which end of it whatever was sent: the flow is at risk no more. */
static void a_reset_elsewhere_ends_it(void **state)
{
	static const struct {
		enum reset_kind kind;
		bool is_inverse; /* `packet` of an abort is what would have been received */
	} cases[] = { { RESET_ANSWER, false }, { RESET_ABORT, true }, { RESET_RECEIVED, true } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct flow flow = flushed((uint16_t)(40112 + i)), other = masqueraded(40120);
		struct observation reset = make_reset(&flow, &flow.orig);

		see(&w, make_risk(&flow, w.now_ns));
		reset.reset.kind = cases[i].kind;
		reset.reset.packet = tuple_inverse(&other.orig);
		see_in(&w, C1_NETNS, reset);
		assert_int_equal(w.found[FINDING_RISK_OVER], i);
		reset.reset.packet = cases[i].is_inverse ? tuple_inverse(&flow.orig) : flow.orig;
		see_in(&w, C1_NETNS, reset);
		assert_int_equal(w.found[FINDING_RISK_OVER], i + 1);
	}
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

/* Made, and not sent: it ends nothing. */
static void the_reset_does_not_leave(void **state)
{
	struct flow flow = flushed(40112);
	struct observation reset = make_reset(&flow, &flow.reply);

	(void)state;
	see(&w, make_risk(&flow, w.now_ns));
	reset.reset.delivered = DELIVERED_NO;
	see_reset(&w, reset);
	assert_int_equal(w.summary.at_risk, 1);
	assert_int_equal(w.summary.risks_over[RISK_RESET], 0);
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

/* The inner server spoke first and was reset for it, before anybody looked at the sockets:
 * that of the other end is open still, and its connection is known to be dead. */
static void reset_after_a_new_translation(void **state)
{
	struct flow before = masqueraded(40112), now = masqueraded(40112);
	struct observation reset;

	(void)state;
	before.orig = make_tuple("10.9.0.2", 41001, "10.9.0.1", 8080);
	before.reply = make_tuple("10.88.0.2", 80, "10.9.0.2", 41001);
	now.orig = before.reply;
	now.reply = make_tuple("10.9.0.2", 41001, "10.9.0.1", 80);
	see_address_flush(&w, 7, "10.9.0.1", &ip_command, &before);
	pass(&w, MS(100));
	see(&w, make_entry(&now, false));
	pass(&w, MS(5));
	reset = make_reset(&before, &before.orig);
	reset.reset.kind = RESET_RECEIVED;
	reset.reset.packet = make_tuple("10.9.0.2", 41001, "10.88.0.2", 80);
	reset.netns.inum = C1_NETNS;
	see(&w, reset);
	see(&w, make_risk(&before, w.now_ns));
	assert_int_equal(w.summary.at_risk, 0);
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

/* When sockets have to be listed again, and which were forgotten, is each node's own. */
static void other_nodes(void **state)
{
	struct flow flow = masqueraded(40112);
	uint64_t first_ns, second_ns;

	(void)state;
	w.netns.node = 1;
	flushed(40112);
	first_ns = w.now_ns - MS(101); /* of the removal */
	assert_int_equal(blame_risky_ns(w.blame, 0), 0);
	assert_int_equal(blame_risky_ns(w.blame, 1), first_ns);
	assert_false(is_forgotten(&flow)); /* on node 0 */
	w.netns.node = 0;
	flushed(40112);
	second_ns = w.now_ns - MS(101);
	assert_int_equal(blame_risky_ns(w.blame, 0), second_ns);
	assert_int_equal(blame_risky_ns(w.blame, 1), first_ns);
	assert_true(is_forgotten(&flow));
}

/* One more namespace than there is room for: the one that forgot nothing for longest is
 * given up, and what another of them forgets again, it is known by. */
static void more_places_than_are_kept(void **state)
{
	struct flow flow = masqueraded(40112), found;
	struct netns_id place, c1 = { .inum = C1_NETNS };
	uint32_t at[] = { 2, 1, 3, RISKY_PLACES_MAX + 1 };

	(void)state;
	for (uint32_t i = 1; i <= RISKY_PLACES_MAX + 1; i++) {
		flow = masqueraded((uint16_t)i);
		see_in(&w, i, make_removal(0, CAUSE_TIMEOUT, &flow));
		pass(&w, MS(1));
		if (i != RISKY_PLACES_MAX)
			continue;
		flow = masqueraded(1);
		see_in(&w, 1, make_removal(0, CAUSE_TIMEOUT, &flow));
		pass(&w, MS(1));
	}
	assert_int_equal(blame_risky_ns(w.blame, 0), w.now_ns - MS(1));
	for (size_t i = 0; i < 4; i++) {
		flow = masqueraded((uint16_t)at[i]);
		assert_int_equal(blame_forgot(w.blame, c1, flow.family, &flow.orig, w.now_ns,
					      &found, &place),
				 i > 0);
		if (i)
			assert_int_equal(place.inum, at[i]);
	}
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
	struct observation looked = {
		.type = OBSERVATION_SOCKETS,
		.sockets = { .is_again = true, .sockets = 7, .unseen = 2, .untraced = 3 }
	};
	struct observation nested = make_risk(&flow, w.now_ns);
	char *at;

	(void)state;
	reset.reset.victim = redis_cli;
	snprintf(reset.reset.victim.cmdline, CMDLINE_BYTES, "redis-cli -h x");
	w.also = lines_take;
	w.also_ctx = &lines;
	nested.risk.inner = make_tuple("10.77.0.2", 40112, "10.9.0.2", 6379);
	see(&w, nested);
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
	assert_true(tuple_equal(&back.risk.inner, &nested.risk.inner));
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
	assert_int_equal(back.sockets.untraced, 3);
	free(lines.text);
}

/* A replay finds the same, by the address event that the line names. */
static void an_own_address_round_trip(void **state)
{
	struct lines lines = { .detail = JSON_RECORDING };
	struct flow flow = own_connection(40112), closed = own_connection(40113);
	struct watch again;

	(void)state;
	w.also = lines_take;
	w.also_ctx = &lines;
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", 2, &networkd));
	pass(&w, MS(1000));
	see(&w, make_own_risk(&flow));
	see(&w, make_own_risk(&closed));
	see(&w, make_closed(&closed));
	assert_non_null(strstr(lines.text, "\"by\":1"));
	memset(&again, 0, sizeof(again));
	watch_begin(&again);
	assert_int_equal(watch_lines(&again, lines.text), 0);
	assert_int_equal(again.found[FINDING_AT_RISK], 2);
	assert_int_equal(again.found[FINDING_RISK_OVER], 1);
	assert_int_equal(again.summary.at_risk_own, 1);
	watch_end(&again);
	lines_release(&lines);
}

static struct victim kept_victim;

static void keep_victim(void *ctx, const struct finding *f)
{
	(void)ctx;
	if (f->type == FINDING_RESET)
		kept_victim = f->seen->reset.victim;
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

static void tell_victim(const struct victim *victim, const char *said)
{
	struct lines lines = { .detail = JSON_RECORDING };
	struct flow flow = flushed(40112);
	struct observation reset = make_reset(&flow, &flow.reply);
	char text[DESCRIBE_BYTES];
	struct watch again;

	reset.reset.victim = *victim;
	assert_string_equal(describe_victim(victim, text, sizeof(text)), said);
	w.also = lines_take;
	w.also_ctx = &lines;
	see(&w, reset);
	memset(&again, 0, sizeof(again));
	watch_begin(&again);
	again.also = keep_victim;
	assert_int_equal(watch_lines(&again, lines.text), 0);
	assert_string_equal(describe_victim(&kept_victim, text, sizeof(text)), said);
	assert_int_equal(kept_victim.is_unsure, victim->is_unsure);
	watch_end(&again);
	lines_release(&lines);
}

/* Of two sockets with the same addresses and ports both are told, as likely; so again by a
 * replay. One that has no rival says nothing of it. */
static void one_of_two(void **state)
{
	struct victim victim = redis_cli;

	(void)state;
	victim.is_unsure = true;
	victim.one_of = 2;
	victim.rival = (struct rival){
		.netns = 4026533000, .pid = 77, .uid = 65534, .has_uid = true, .comm = "twin"
	};
	tell_victim(&victim, "redis-cli[201] in c1, socket ESTABLISHED, one of two with these "
			     "addresses and ports; another is of twin[77] in namespace 4026533000");
	victim.one_of = 0;
	memset(&victim.rival, 0, sizeof(victim.rival));
	tell_victim(&victim,
		    "redis-cli[201] in c1, socket ESTABLISHED, unconfirmed: its namespace "
		    "belongs to another user namespace and has no link to where the packet "
		    "came");
	victim.is_unsure = false;
	tell_victim(&victim, "redis-cli[201] in c1, socket ESTABLISHED");
}

/* Its socket was found; why nobody is named is said, and by a replay. */
static void a_victim_without_a_name(void **state)
{
	struct victim victim = { .socket_state = SOCKET_ESTABLISHED, .look = LOOK_FOUND };

	(void)state;
	tell_victim(&victim, "an unknown process, socket ESTABLISHED");
	victim.unnamed = UNNAMED_TIME;
	tell_victim(&victim, "an unknown process (not found in time), socket ESTABLISHED");
	victim.unnamed = UNNAMED_DENIED;
	tell_victim(&victim, "an unknown process (no permission to look), socket ESTABLISHED");
	victim.unnamed = UNNAMED_GONE;
	tell_victim(&victim, "an unknown process (no process has it by then), socket ESTABLISHED");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(a_socket_whose_address_is_gone),
		story(a_keepalive_ends_it),
		story(an_open_socket_is_at_risk),
		story(a_reset_elsewhere_ends_it),
		story(looked_too_early),
		story(the_client_speaks_first),
		story(to_another_port),
		story(the_server_speaks_first),
		story(the_reset_does_not_leave),
		story(the_reset_comes),
		story(reset_before_anybody_looked),
		story(reset_after_a_new_translation),
		story(the_socket_is_closed),
		story(not_at_stake),
		story(a_single_removal),
		story(other_namespaces),
		story(round_trip),
		story(an_own_address_round_trip),
		story(a_victim_seen_before),
		story(one_of_two),
		story(a_victim_without_a_name),
		story(other_nodes),
		story(more_places_than_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
