// SPDX-License-Identifier: GPL-2.0-only
#include "cast/watched.h"

#include <stdio.h>
#include <string.h>

#include "summary/advice.h"
#include "summary/verdict_text.h"

static struct observation start_with(bool is_blind)
{
	struct observation o = { .type = OBSERVATION_START };

	o.start.probes_count = 2;
	o.start.probes[0] = (struct probe_report){ .name = "reset-ipv4", .how = "fentry" };
	o.start.probes[1] = (struct probe_report){
		.name = "link", .how = "none", .why = "not tried", .is_blind = is_blind
	};
	return o;
}

static void see_proven(void)
{
	struct flow redis = masqueraded(40112);

	see_address_flush(&w, 7, "10.9.0.1", &networkd, &redis);
	pass(&w, SECONDS(1));
	see_server_packet(&w, &redis);
}

/* ---- status ---- */

static void nothing_is_ok(void **state)
{
	(void)state;
	see(&w, start_with(false));
	assert_int_equal(summary_status(&w.summary), STATUS_OK);
}

/* Flows lost their entries, and not all sockets could be looked at: that none is known to
 * be at risk does not say that none is. Nor does a later look that saw all of its own. */
static void unseen_sockets(void **state)
{
	struct flow redis = masqueraded(40112);
	struct observation looked = { .type = OBSERVATION_SOCKETS, .sockets = { .unseen = 1 } };

	(void)state;
	see(&w, start_with(false));
	see(&w, looked);
	assert_int_equal(summary_status(&w.summary), STATUS_OK); /* nothing was at stake */
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &redis);
	see(&w, looked);
	looked.sockets.unseen = 0;
	looked.sockets.is_again = true;
	looked.sockets.sockets = 9;
	see(&w, looked);
	assert_int_equal(w.summary.look.sockets, 9); /* all else is the latest's */
	assert_true(summary_may_miss_risk(&w.summary));
	assert_int_equal(summary_status(&w.summary), STATUS_UNKNOWN);
	pass(&w, SECONDS(1));
	see_server_packet(&w, &redis);
	assert_int_equal(summary_status(&w.summary), STATUS_CRITICAL);
}

/* "No flow is at risk" only where every translation of this node was followed. */
static void untraced_flows(void **state)
{
	struct flow redis = masqueraded(40112);
	struct observation looked = { .type = OBSERVATION_SOCKETS, .sockets = { .untraced = 2 } };
	char words[ACCOUNT_BYTES], gaps[GAPS_MAX][DESCRIBE_BYTES];
	bool has_groups;

	(void)state;
	see(&w, start_with(false));
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &redis);
	see(&w, looked);
	looked.sockets.untraced = 0;
	see(&w, looked);
	w.summary.expected = 0; /* it has a new entry */
	assert_int_equal(summary_status(&w.summary), STATUS_UNKNOWN);
	assert_null(strstr(verdict_text_waiting(&w.summary, &has_groups, words, sizeof(words)),
			   "No flow is at risk"));
	assert_int_equal(verdict_text_unseen(&w.summary, gaps), 1);
	assert_non_null(strstr(gaps[0], "2 flows may be translated more than once on this node"));
	assert_non_null(
		strstr(verdict_text_headline(&w.summary, STATUS_UNKNOWN, words, sizeof(words)),
		       "Not every translation on this node could be followed."));
	w.summary.look.untraced = 0;
	assert_int_equal(verdict_text_unseen(&w.summary, gaps), 0);
	assert_non_null(strstr(verdict_text_waiting(&w.summary, &has_groups, words, sizeof(words)),
			       "No flow is at risk"));
}

static void innocents_are_ok(void **state)
{
	struct flow ssh = untranslated("10.9.0.2", 50000, "10.9.0.1", 22);
	struct observation syn = make_reset(&ssh, &ssh.orig);

	(void)state;
	syn.reset.flags = PACKET_SYN;
	for (int i = 0; i < 100; i++)
		see(&w, syn);
	assert_int_equal(summary_status(&w.summary), STATUS_OK);
	assert_int_equal(w.summary.resets_total, 100);
	assert_int_equal(w.summary.resets[VERDICT_NO_LISTENER], 100);
	assert_int_equal(w.summary.blamed, 0);
	assert_int_equal(w.summary.stories_count, 0);
}

static void proven_is_critical(void **state)
{
	(void)state;
	see_proven();
	assert_int_equal(summary_status(&w.summary), STATUS_CRITICAL);
	see(&w, make_lost("reset-ipv4", 1)); /* afterwards: what was proven stays so */
	assert_int_equal(summary_status(&w.summary), STATUS_CRITICAL);
}

static void likely_is_a_warning(void **state)
{
	(void)state;
	see(&w, make_lost("conntrack-entry", 1));
	see_proven();
	assert_int_equal(w.confidences[CONFIDENCE_LIKELY], 1);
	assert_int_equal(summary_status(&w.summary), STATUS_WARNING);
}

static void entry_unknown_is_a_warning(void **state)
{
	struct flow redis = masqueraded(40112);

	(void)state;
	see_server_packet(&w, &redis);
	assert_int_equal(w.verdicts[VERDICT_ENTRY_UNKNOWN], 1);
	assert_int_equal(summary_status(&w.summary), STATUS_WARNING);
}

static void losses_are_unknown(void **state)
{
	(void)state;
	see(&w, start_with(false));
	see(&w, make_lost("reset-ipv4", 1));
	assert_int_equal(summary_status(&w.summary), STATUS_UNKNOWN);
}

/* The kernel counted what nobody saw: the largest disagreement is in the headline. That all
 * agreed says nothing, and what was proven stays so. */
static void unwitnessed_events_are_unknown(void **state)
{
	struct observation o = { .type = OBSERVATION_WITNESS,
				 .witness = { .of = WITNESS_RESETS,
					      .counted = 7,
					      .seen = 7,
					      .namespaces = 3,
					      .unread = 1 } };
	char words[ACCOUNT_BYTES], gaps[GAPS_MAX][DESCRIBE_BYTES];

	(void)state;
	see(&w, start_with(false));
	see(&w, o);
	assert_int_equal(summary_status(&w.summary), STATUS_OK);
	assert_int_equal(verdict_text_unlooked(&w.summary, false, gaps), 1);
	assert_non_null(strstr(gaps[0], "1 network namespace "));
	o.witness = (struct witness_observation){
		.of = WITNESS_RESETS, .counted = 7, .seen = 3, .missing = 4
	};
	see(&w, o);
	o.witness = (struct witness_observation){
		.of = WITNESS_RESETS, .counted = 2, .seen = 0, .missing = 2
	};
	see(&w, o);
	assert_int_equal(w.summary.lost_total, 6);
	assert_int_equal(summary_status(&w.summary), STATUS_UNKNOWN);
	assert_non_null(strstr(
		verdict_text_headline(&w.summary, STATUS_UNKNOWN, words, sizeof(words)),
		"the kernel counted 7 resets sent, rstblame saw 3, so \"nothing found\" proves nothing"));
	assert_string_equal(verdict_text_losses(&w.summary, words, sizeof(words)),
			    "6 unseen-resets");
	see_proven();
	assert_int_equal(summary_status(&w.summary), STATUS_CRITICAL);
}

static void blindness_is_unknown(void **state)
{
	(void)state;
	see(&w, start_with(true));
	assert_int_equal(summary_status(&w.summary), STATUS_UNKNOWN);
	see_proven();
	assert_int_equal(summary_status(&w.summary), STATUS_CRITICAL);
}

static void status_names(void **state)
{
	(void)state;
	assert_string_equal(status_name(STATUS_OK), "OK");
	assert_string_equal(status_name(STATUS_WARNING), "WARNING");
	assert_string_equal(status_name(STATUS_CRITICAL), "CRITICAL");
	assert_string_equal(status_name(STATUS_UNKNOWN), "UNKNOWN");
	assert_int_equal(STATUS_OK, 0); /* they are the exit statuses */
	assert_int_equal(STATUS_UNKNOWN, 3);
}

/* ---- counts ---- */

static void losses_are_counted_per_probe(void **state)
{
	const struct summary *t = &w.summary;

	(void)state;
	see(&w, start_with(false));
	assert_int_equal(t->losses_count, 2); /* each says 0 */
	see(&w, make_lost("link", 2));
	see(&w, make_lost("link", 3));
	see(&w, make_lost("recording", 1));
	assert_int_equal(t->losses_count, 3);
	assert_string_equal(t->losses[0].probe, "reset-ipv4");
	assert_int_equal(t->losses[0].count, 0);
	assert_string_equal(t->losses[1].probe, "link");
	assert_int_equal(t->losses[1].count, 5);
	assert_int_equal(t->lost_total, 6);
}

static void more_probes_than_room(void **state)
{
	(void)state;
	for (int i = 0; i < LOSSES_MAX + 5; i++) {
		char probe[32];

		snprintf(probe, sizeof(probe), "probe-%d", i);
		see(&w, make_lost(probe, 1));
	}
	assert_int_equal(w.summary.losses_count, LOSSES_MAX);
	assert_int_equal(w.summary.lost_total, LOSSES_MAX + 5);
}

static void window_is_the_longest(void **state)
{
	struct observation last = { .type = OBSERVATION_END, .window_s = 40 };

	(void)state;
	see(&w, last);
	last.window_s = 10; /* another node's */
	see(&w, last);
	assert_int_equal(w.summary.window_s, 40);
}

static void addresses_are_counted(void **state)
{
	(void)state;
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd));
	see(&w, make_address(ADDRESS_ADD, "10.9.0.1", UP0, &networkd));
	see(&w, make_address(ADDRESS_ADD, "fd00::1", UP0, &networkd));
	assert_int_equal(w.summary.addresses_removed, 1);
	assert_int_equal(w.summary.addresses_added, 2);
}

/* ---- stories ---- */

static void one_story_for_each_cause(void **state)
{
	struct flow a = masqueraded(40001), b = masqueraded(40002), c = masqueraded(40003);

	(void)state;
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &a);
	see(&w, make_act(8, CAUSE_USER_FLUSH, NULL, 0, &conntrack_command));
	see(&w, make_removal(8, CAUSE_USER_FLUSH, &b));
	see(&w, make_act_end(8, 1, 1));
	pass(&w, SECONDS(1));
	see_server_packet(&w, &a);
	see_server_packet(&w, &b);
	see_server_packet(&w, &c); /* entry-unknown */
	see_server_packet(&w, &a);
	assert_int_equal(w.summary.stories_count, 3);
	assert_int_equal(w.summary.stories[0].resets, 2);
	assert_int_equal(w.summary.stories[0].blamed.cause, CAUSE_ADDRESS_REMOVED);
	assert_int_equal(w.summary.stories[1].blamed.cause, CAUSE_USER_FLUSH);
	assert_int_equal(w.summary.stories[2].blamed.verdict, VERDICT_ENTRY_UNKNOWN);
	assert_true(tuple_equal(&w.summary.stories[1].packet, &b.reply));
	assert_int_equal(w.summary.stories[0].packet_flags, PACKET_ACK);
	assert_int_equal(w.summary.blamed, 4);
	assert_int_equal(w.summary.blamed_proven, 3);
}

static struct actor named(const char *format, unsigned i)
{
	struct actor actor = agent;

	actor.pid = 500 + i;
	snprintf(actor.comm, sizeof(actor.comm), format, i);
	return actor;
}

static void flush_and_reset(uint64_t act, uint16_t port, const struct actor *actor)
{
	struct flow flow = masqueraded(port);

	see_address_flush(&w, act, "10.9.0.1", actor, &flow);
	pass(&w, SECONDS(60));
	see_server_packet(&w, &flow);
}

/* The same lost lease again and again, and a script's `ip`, each time with another pid. */
static void the_same_actor_is_one_story(void **state)
{
	const struct story *s = &w.summary.stories[0];

	(void)state;
	for (uint16_t i = 0; i < 60; i++)
		flush_and_reset(7U + i, (uint16_t)(40000 + i), &networkd);
	assert_int_equal(w.summary.stories_count, 1);
	assert_int_equal(s->resets, 60);
	assert_int_equal(s->connections, 60);
	assert_int_equal(s->acts_count, STORY_ACTS_MAX);
	assert_true(s->has_more_acts);
	assert_true(s->last_wall_ns - s->first_wall_ns >= SECONDS(59 * 60));
	for (uint16_t i = 0; i < 5; i++) {
		struct actor script = named("ip", i);

		flush_and_reset(100U + i, (uint16_t)(41000 + i), &script);
	}
	assert_int_equal(w.summary.stories_count, 2);
	assert_int_equal(w.summary.stories[1].connections, 5);
	assert_int_equal(w.summary.connections_reset, 65);
}

static void more_stories_than_room(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < STORIES_MAX + 10; i++) {
		struct actor one = named("agent-%u", i);

		flush_and_reset(7U + i, (uint16_t)(40000 + i), &one);
	}
	assert_int_equal(w.summary.stories_count, STORIES_OF_NETNS_MAX);
	assert_int_equal(w.summary.stories_untold, STORIES_MAX + 10 - STORIES_OF_NETNS_MAX);
	assert_int_equal(w.summary.blamed, STORIES_MAX + 10);
	assert_int_equal(w.summary.connections_reset, STORIES_MAX + 10);
}

/* What one namespace tells leaves room for another's. */
static void another_namespaces_story_finds_room(void **state)
{
	struct actor one = named("agent", 0);

	more_stories_than_room(state);
	w.netns.inum = OTHER_NETNS;
	flush_and_reset(900, 43000, &one);
	assert_int_equal(w.summary.stories_count, STORIES_OF_NETNS_MAX + 1);
}

/* Another namespace's addresses come by the hundred: the day ours came back stays. */
static void a_return_is_not_pushed_out(void **state)
{
	struct flow redis = masqueraded(40112);

	(void)state;
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &redis);
	pass(&w, MS(5));
	see(&w, make_address(ADDRESS_ADD, "10.9.0.1", UP0, &networkd));
	for (uint16_t i = 0; i < ARRIVALS_MAX + 44; i++) {
		char address[32];

		snprintf(address, sizeof(address), "10.77.%d.%d", i / 200, i % 200 + 1);
		pass(&w, MS(1));
		see_in(&w, OTHER_NETNS, make_address(ADDRESS_ADD, address, UP1, &agent));
	}
	pass(&w, SECONDS(1));
	assert_non_null(summary_return(&w.summary, see_server_packet(&w, &redis)->by));
}

/* ---- OK is only OK ---- */

/* Other hosts' flows: no socket of them is here. */
static void flows_of_others_are_expected_to_be_reset(void **state)
{
	struct flow a = masqueraded(40001), b = masqueraded(40002);
	struct observation looked = { .type = OBSERVATION_SOCKETS };

	(void)state;
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &a);
	see_address_flush(&w, 8, "10.9.0.1", &networkd, &b);
	see(&w, looked);
	assert_int_equal(w.summary.expected, 2);
	assert_int_equal(summary_status(&w.summary), STATUS_WARNING);
	pass(&w, SECONDS(1));
	see_server_packet(&w, &a);
	assert_int_equal(w.summary.expected, 1);
	see(&w, make_entry(&b, false)); /* the same translation as before */
	assert_int_equal(w.summary.expected, 0);
}

/* Idle flows time out every day, and half-closed ones end. */
static void flows_that_end_are_not_expected_to_be_reset(void **state)
{
	struct flow a = masqueraded(40001), b = masqueraded(40002);
	struct observation closing;

	(void)state;
	see(&w, make_removal(0, CAUSE_TIMEOUT, &a));
	pass(&w, SECONDS(2));
	see(&w, make_act(8, CAUSE_USER_FLUSH, NULL, 0, &conntrack_command));
	closing = make_removal(8, CAUSE_USER_FLUSH, &b);
	closing.removal.tcp_state = TRACKER_LAST_ACK;
	see(&w, closing);
	see(&w, make_act_end(8, 1, 1));
	assert_int_equal(w.summary.expected, 0);
	assert_int_equal(summary_status(&w.summary), STATUS_OK);
}

/* ---- the rules come back ---- */

static struct observation make_ruleset(enum ruleset_op op, uint8_t hooks)
{
	return (struct observation){ .type = OBSERVATION_RULESET,
				     .ruleset = { .op = op, .hooks = hooks } };
}

static void hooks_return(void **state)
{
	struct ruleset removed = { .netns = { .inum = NODE_NETNS }, .mono_ns = w.now_ns };

	(void)state;
	pass(&w, MS(5));
	see(&w, make_ruleset(RULESET_HOOKS_REMOVED, HOOKS_NAT));
	see(&w, make_ruleset(RULESET_HOOKS_ADDED, HOOKS_CONNTRACK));
	assert_false(summary_has_hooks_again(&w.summary, &removed));
	see(&w, make_ruleset(RULESET_HOOKS_ADDED, HOOKS_NAT));
	assert_true(summary_has_hooks_again(&w.summary, &removed));
	removed.mono_ns = w.now_ns; /* at that, and not before it */
	assert_false(summary_has_hooks_again(&w.summary, &removed));
}

static void hooks_return_in_more_namespaces_than_there_is_room_for(void **state)
{
	struct ruleset removed = { .mono_ns = w.now_ns };

	(void)state;
	pass(&w, MS(5));
	for (uint32_t i = 1; i <= HOOKS_RETURNS_MAX + 1; i++)
		see_in(&w, i, make_ruleset(RULESET_HOOKS_ADDED, HOOKS_NAT));
	for (uint32_t i = 1; i <= HOOKS_RETURNS_MAX + 1; i++) {
		removed.netns.inum = i;
		assert_int_equal(summary_has_hooks_again(&w.summary, &removed),
				 i <= HOOKS_RETURNS_MAX);
	}
	pass(&w, MS(5)); /* who has a place keeps it */
	removed = (struct ruleset){ .netns = { .inum = 7 }, .mono_ns = w.now_ns - 1 };
	see_in(&w, 7, make_ruleset(RULESET_HOOKS_ADDED, HOOKS_NAT));
	assert_true(summary_has_hooks_again(&w.summary, &removed));
}

/* ---- the address comes back ---- */

static void address_returns(void **state)
{
	const struct change *removed;
	const struct arrival *back;

	(void)state;
	see(&w, make_address(ADDRESS_ADD, "10.9.0.1", UP0, &ip_command)); /* before */
	pass(&w, SECONDS(1));
	see_proven();
	removed = w.summary.stories[0].blamed.by;
	assert_null(summary_return(&w.summary, removed));
	see(&w, make_address(ADDRESS_ADD, "10.9.0.77", UP0, &ip_command)); /* another */
	see_in(&w, OTHER_NETNS, make_address(ADDRESS_ADD, "10.9.0.1", UP0, &ip_command));
	assert_null(summary_return(&w.summary, removed));
	pass(&w, SECONDS(1));
	see(&w, make_address(ADDRESS_ADD, "10.9.0.1", UP0, &networkd));
	back = summary_return(&w.summary, removed);
	assert_non_null(back);
	assert_int_equal(back->when.mono_ns, w.now_ns);
	pass(&w, SECONDS(1));
	see(&w, make_address(ADDRESS_ADD, "10.9.0.1", UP0, &networkd)); /* once more: later */
	assert_ptr_equal(summary_return(&w.summary, removed), back);
}

/* ---- advice ---- */

static struct advice_list list;

static size_t advise(void)
{
	summary_advice(&w.summary, &list);
	for (size_t i = 0; i < list.count; i++)
		for (size_t j = i + 1; j < list.count; j++)
			assert_string_not_equal(list.items[i].text, list.items[j].text);
	return list.count;
}

static void lost_lease_advice(void **state)
{
	size_t count;

	(void)state;
	assert_int_equal(advise(), 0);
	see_proven();
	count = advise();
	assert_true(count >= 2);
	assert_non_null(strstr(list.items[0].text, "KeepConfiguration=dhcp"));
	see_proven();
	assert_int_equal(advise(), count);
}

static void each_advice_once(void **state)
{
	static const enum cause causes[] = { CAUSE_TIMEOUT,    CAUSE_TABLE_FULL, CAUSE_ROUTE_CHANGE,
					     CAUSE_NETNS_EXIT, CAUSE_IPVS,       CAUSE_OTHER };
	struct flow flow = masqueraded(39999);

	(void)state;
	see_proven();
	see_server_packet(&w, &flow);
	for (uint16_t i = 0; i < 60; i++) {
		flow = masqueraded((uint16_t)(40200 + i));
		see(&w, make_removal(0, causes[i % 6], &flow));
		see_server_packet(&w, &flow);
	}
	assert_true(advise() <= ADVICE_MAX);
}

static const struct port_count three_ports[] = { { 22, 512 }, { 80, 300 }, { 443, 188 } };

static void counted_resets_are_in_the_totals(void **state)
{
	struct flow flow = untranslated("10.9.0.2", 40112, "10.9.0.1", 22);
	struct observation syn = make_reset(&flow, &flow.orig);

	(void)state;
	syn.reset.flags = PACKET_SYN;
	see_reset(&w, syn);
	see(&w, make_resets(1100, three_ports, 3));
	see(&w, make_resets(1, three_ports, 0));
	assert_int_equal(w.found[FINDING_RESETS], 2);
	assert_int_equal(w.summary.resets[VERDICT_NO_LISTENER], 1102);
	assert_int_equal(w.summary.resets_total, 1102);
	assert_int_equal(w.summary.resets_counted, 1101);
	assert_int_equal(w.summary.blamed, 0);
	assert_int_equal(summary_status(&w.summary), STATUS_OK);
	assert_true(advise() > 0);
}

/* There is no packet to ask a filter about. */
static void counted_resets_are_left_out_of_a_filter(void **state)
{
	(void)state;
	w.summary.filter = "port 22";
	see(&w, make_resets(1100, three_ports, 3));
	assert_int_equal(w.summary.resets_total, 0);
	assert_int_equal(w.summary.resets[VERDICT_NO_LISTENER], 0);
	assert_int_equal(w.summary.resets_unfiltered, 1100);
	assert_int_equal(summary_status(&w.summary), STATUS_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(nothing_is_ok),
		story(unseen_sockets),
		story(untraced_flows),
		story(innocents_are_ok),
		story(proven_is_critical),
		story(likely_is_a_warning),
		story(entry_unknown_is_a_warning),
		story(losses_are_unknown),
		story(unwitnessed_events_are_unknown),
		story(blindness_is_unknown),
		story(status_names),
		story(losses_are_counted_per_probe),
		story(more_probes_than_room),
		story(window_is_the_longest),
		story(addresses_are_counted),
		story(one_story_for_each_cause),
		story(the_same_actor_is_one_story),
		story(more_stories_than_room),
		story(another_namespaces_story_finds_room),
		story(a_return_is_not_pushed_out),
		story(flows_of_others_are_expected_to_be_reset),
		story(flows_that_end_are_not_expected_to_be_reset),
		story(hooks_return),
		story(hooks_return_in_more_namespaces_than_there_is_room_for),
		story(address_returns),
		story(lost_lease_advice),
		story(each_advice_once),
		story(counted_resets_are_in_the_totals),
		story(counted_resets_are_left_out_of_a_filter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
