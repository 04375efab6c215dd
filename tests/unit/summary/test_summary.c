// SPDX-License-Identifier: GPL-2.0-only
#include "cast/make.h"

#include <stdio.h>
#include <string.h>

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
	return 0;
}

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
	see(&w, looked);
	assert_true(summary_may_miss_risk(&w.summary));
	assert_int_equal(summary_status(&w.summary), STATUS_UNKNOWN);
	pass(&w, SECONDS(1));
	see_server_packet(&w, &redis);
	assert_int_equal(summary_status(&w.summary), STATUS_CRITICAL);
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

static void more_stories_than_room(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < STORIES_MAX + 10; i++) {
		struct flow flow = masqueraded((uint16_t)(40000 + i));

		see_address_flush(&w, 7U + i, "10.9.0.1", &networkd, &flow);
		pass(&w, SECONDS(60));
		see_server_packet(&w, &flow);
	}
	assert_int_equal(w.summary.stories_count, STORIES_MAX);
	assert_int_equal(w.summary.stories_untold, 10);
	assert_int_equal(w.summary.blamed, STORIES_MAX + 10);
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
	assert_int_equal(back->mono_ns, w.now_ns);
	pass(&w, SECONDS(1));
	see(&w, make_address(ADDRESS_ADD, "10.9.0.1", UP0, &networkd)); /* once more: later */
	assert_ptr_equal(summary_return(&w.summary, removed), back);
}

/* ---- advice ---- */

static size_t advise(const char **out)
{
	size_t count = summary_advice(&w.summary, out);

	for (size_t i = 0; i < count; i++)
		for (size_t j = i + 1; j < count; j++)
			assert_string_not_equal(out[i], out[j]);
	return count;
}

static bool advises(const char *const *advice, size_t count, const char *words)
{
	for (size_t i = 0; i < count; i++)
		if (strstr(advice[i], words))
			return true;
	return false;
}

static void lost_lease_advice(void **state)
{
	const char *advice[ADVICE_MAX];
	size_t count;

	(void)state;
	assert_int_equal(advise(advice), 0);
	see_proven();
	count = advise(advice);
	assert_true(count >= 2);
	assert_true(advises(advice, count, "KeepConfiguration=dhcp"));
	see_proven();
	assert_int_equal(advise(advice), count);
}

static void advice_is_for_the_actor(void **state)
{
	struct flow redis = masqueraded(40112);
	const char *advice[ADVICE_MAX];
	size_t count;

	(void)state;
	see_address_flush(&w, 7, "10.9.0.1", &ip_command, &redis);
	see_server_packet(&w, &redis);
	count = advise(advice);
	assert_true(count > 0);
	assert_false(advises(advice, count, "KeepConfiguration"));
}

static void each_advice_once(void **state)
{
	static const enum cause causes[] = { CAUSE_TIMEOUT,    CAUSE_TABLE_FULL, CAUSE_ROUTE_CHANGE,
					     CAUSE_NETNS_EXIT, CAUSE_IPVS,       CAUSE_OTHER };
	const char *advice[ADVICE_MAX];
	struct flow flow = masqueraded(39999);

	(void)state;
	see_proven();
	see_server_packet(&w, &flow);
	for (uint16_t i = 0; i < 60; i++) {
		flow = masqueraded((uint16_t)(40200 + i));
		see(&w, make_removal(0, causes[i % 6], &flow));
		see_server_packet(&w, &flow);
	}
	assert_true(advise(advice) <= ADVICE_MAX);
}

static const struct port_count three_ports[] = { { 22, 512 }, { 80, 300 }, { 443, 188 } };

static void counted_resets_are_in_the_totals(void **state)
{
	const char *advice[ADVICE_MAX];
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
	assert_true(advise(advice) > 0);
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

#define story(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(nothing_is_ok),
		story(unseen_sockets),
		story(innocents_are_ok),
		story(proven_is_critical),
		story(likely_is_a_warning),
		story(entry_unknown_is_a_warning),
		story(losses_are_unknown),
		story(blindness_is_unknown),
		story(status_names),
		story(losses_are_counted_per_probe),
		story(more_probes_than_room),
		story(window_is_the_longest),
		story(addresses_are_counted),
		story(one_story_for_each_cause),
		story(more_stories_than_room),
		story(address_returns),
		story(lost_lease_advice),
		story(advice_is_for_the_actor),
		story(each_advice_once),
		story(counted_resets_are_in_the_totals),
		story(counted_resets_are_left_out_of_a_filter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
