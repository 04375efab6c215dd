// SPDX-License-Identifier: GPL-2.0-only
/* The causes beside an address that was removed: each, and how sure it may be. */
#include "cast/watched.h"

#include <stdio.h>

#include <string.h>

static void link_down_is_proven(void **state)
{
	struct flow redis = masqueraded(40112);
	const struct reset_blame *r;

	(void)state;
	see(&w, make_link(LINK_DOWN, UP1, &agent)); /* another one */
	see(&w, make_link(LINK_DOWN, UP0, &ip_command));
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd));
	pass(&w, MS(2));
	see(&w, make_act(7, CAUSE_LINK_DOWN, NULL, UP0, &nobody));
	/* The record cannot tell an address's flush from a link's; the act can. */
	see(&w, make_removal(7, CAUSE_ADDRESS_REMOVED, &redis));
	see(&w, make_act_end(7, 1, 1));
	pass(&w, SECONDS(1));
	r = see_server_packet(&w, &redis);
	assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_LINK_DOWN, CONFIDENCE_PROVEN);
	assert_string_equal(r->actor.comm, "ip");
	assert_int_equal(r->by->seen.op, LINK_DOWN);
	assert_int_equal(w.summary.removals[CAUSE_LINK_DOWN], 1);
	assert_int_equal(w.summary.removals[CAUSE_ADDRESS_REMOVED], 0);
}

static void user_flush_names_its_process(void **state)
{
	struct flow redis = masqueraded(40112);
	const struct reset_blame *r;

	(void)state;
	see(&w, make_act(9, CAUSE_USER_FLUSH, NULL, 0, &conntrack_command));
	see(&w, make_removal(9, CAUSE_USER_FLUSH, &redis));
	see(&w, make_act_end(9, 1, 1));
	r = see_server_packet(&w, &redis);
	assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_USER_FLUSH, CONFIDENCE_PROVEN);
	assert_int_equal(r->because_count, 1);
	assert_string_equal(r->actor.comm, "conntrack");
	assert_null(r->by);
}

static void user_flush_without_its_process_is_likely(void **state)
{
	struct flow redis = masqueraded(40112);
	const struct reset_blame *r;

	(void)state;
	see(&w, make_removal(9, CAUSE_USER_FLUSH, &redis));
	r = see_server_packet(&w, &redis);
	assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_USER_FLUSH, CONFIDENCE_LIKELY);
	assert_true(is_inferred(r, UNSEEN_REMOVER));
}

static void delete_entry(uint64_t act, const struct actor *actor, const struct flow *flow)
{
	see(&w, make_act(act, CAUSE_USER_DELETE, NULL, 0, actor));
	see(&w, make_removal(act, CAUSE_USER_DELETE, flow));
}

static void user_deletes_are_one_flush(void **state)
{
	struct flow flows[5];

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		flows[i] = masqueraded((uint16_t)(40000 + i));
		delete_entry(100 + i, &agent, &flows[i]);
		pass(&w, MS(150)); /* 600 ms in all, never 200 ms quiet */
	}
	blame_advance(w.blame, 0, w.now_ns + MS(201));
	assert_int_equal(w.flushes_count, 1);
	assert_int_equal(w.flushes[0].entries, 5);
	assert_int_equal(w.flushes[0].cause, CAUSE_USER_DELETE);
	assert_int_equal(w.flushes[0].last_wall_ns - w.flushes[0].first_wall_ns, MS(600));
	for (size_t i = 0; i < 5; i++) {
		const struct reset_blame *r = see_server_packet(&w, &flows[i]);

		assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_USER_DELETE, CONFIDENCE_PROVEN);
		assert_int_equal(r->because[0], w.flushes[0].id);
		assert_string_equal(r->actor.comm, "node-agent");
	}
	assert_int_equal(w.summary.stories_count, 1);
	assert_int_equal(w.summary.removals[CAUSE_USER_DELETE], 5);
}

/* Of two that delete at the same time, the second one's is told with a reset: that ends it,
 * and what it deletes next is another flush. The first goes on. */
static void user_deletes_told_in_between(void **state)
{
	struct flow first[2] = { masqueraded(1), masqueraded(2) };
	struct flow second[2] = { masqueraded(3), masqueraded(4) };

	(void)state;
	delete_entry(100, &agent, &first[0]);
	delete_entry(101, &conntrack_command, &second[0]);
	see_server_packet(&w, &second[0]);
	assert_int_equal(w.flushes_count, 1);
	delete_entry(102, &agent, &first[1]);
	delete_entry(103, &conntrack_command, &second[1]);
	blame_finish(w.blame);
	assert_int_equal(w.flushes_count, 3);
	assert_int_equal(w.summary.flushes, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(w.flushes[i].entries, w.flushes[i].actor.pid == agent.pid ? 2 : 1);
}

/* Acts that removed nothing take no place: on a container host each link makes one. */
static void empty_acts_take_no_place(void **state)
{
	struct blame_limits limits = { .flushes = 2 };
	struct flow redis = masqueraded(40112);

	(void)state;
	watch_end(&w);
	watch_begin_limited(&w, &limits);
	for (uint64_t act = 1; act <= 20; act++) {
		see(&w, make_act(act, CAUSE_USER_FLUSH, NULL, 0, &conntrack_command));
		see(&w, make_act_end(act, 0, 0));
	}
	see(&w, make_act(21, CAUSE_USER_FLUSH, NULL, 0, &conntrack_command));
	see(&w, make_removal(21, CAUSE_USER_FLUSH, &redis));
	see(&w, make_act_end(21, 1, 1));
	assert_judged(see_server_packet(&w, &redis), VERDICT_ENTRY_REMOVED, CAUSE_USER_FLUSH,
		      CONFIDENCE_PROVEN);
}

static void user_deletes_apart_are_two_flushes(void **state)
{
	struct flow a = masqueraded(40001), b = masqueraded(40002);

	(void)state;
	delete_entry(100, &agent, &a);
	pass(&w, MS(200));
	delete_entry(101, &agent, &b);
	blame_finish(w.blame);
	assert_int_equal(w.flushes_count, 2);
	assert_int_equal(w.summary.flushes, 2);
	assert_int_equal(w.summary.removals[CAUSE_USER_DELETE], 2);
}

static void user_deletes_of_two_processes_are_two_flushes(void **state)
{
	struct flow a = masqueraded(40001), b = masqueraded(40002);
	struct actor reused_pid = agent;

	(void)state;
	reused_pid.start_boottime_ns++;
	delete_entry(100, &agent, &a);
	delete_entry(101, &reused_pid, &b);
	blame_finish(w.blame);
	assert_int_equal(w.flushes_count, 2);
	assert_int_equal(w.flushes[0].entries, 1);
}

/* exec() keeps pid and time of birth; who deletes much is told without his executable
 * now and then. */
static void user_deletes_after_exec_are_another_flush(void **state)
{
	struct flow a = masqueraded(40001), b = masqueraded(40002), c = masqueraded(40003);
	struct actor first = agent, next = agent, brief = agent;

	(void)state;
	strcpy(first.exe, "/usr/bin/node-agent");
	strcpy(next.exe, "/opt/node-agent");
	delete_entry(100, &first, &a);
	delete_entry(101, &brief, &b);
	delete_entry(102, &next, &c);
	blame_finish(w.blame);
	assert_int_equal(w.flushes_count, 2);
	assert_int_equal(w.flushes[0].entries, 2);
	assert_string_equal(see_server_packet(&w, &b)->actor.exe, "/usr/bin/node-agent");
	assert_string_equal(see_server_packet(&w, &c)->actor.exe, "/opt/node-agent");
}

/* Two agents at it at once, and a masquerade flush in between. */
static void user_deletes_interleaved_keep_apart(void **state)
{
	struct flow flows[6];

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		flows[i] = masqueraded((uint16_t)(40000 + i));
		delete_entry(100 + i, i % 2 ? &agent : &conntrack_command, &flows[i]);
		pass(&w, MS(1));
	}
	blame_finish(w.blame);
	assert_int_equal(w.summary.removals[CAUSE_USER_DELETE], 6);
	assert_int_equal(w.summary.flushes, 2);
}

static void user_deletes_in_two_namespaces_are_two_flushes(void **state)
{
	struct flow a = masqueraded(40001);

	(void)state;
	delete_entry(100, &agent, &a);
	w.netns.inum = OTHER_NETNS;
	delete_entry(101, &agent, &a);
	blame_finish(w.blame);
	assert_int_equal(w.flushes_count, 2);
}

/* Nor does the change behind such an act: a lease that is renewed all day must not leave the
 * one that hurts without room. */
static void empty_acts_keep_no_change(void **state)
{
	struct blame_limits limits = { .changes = 2 };
	struct flow redis = masqueraded(40112);

	(void)state;
	watch_end(&w);
	watch_begin_limited(&w, &limits);
	for (uint64_t act = 1; act <= 20; act++) {
		see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd));
		see(&w, make_act(act, CAUSE_ADDRESS_REMOVED, "10.9.0.1", UP0, &nobody));
		see(&w, make_act_end(act, 0, 0));
		pass(&w, SECONDS(20));
	}
	see_address_flush(&w, 21, "10.9.0.1", &ip_command, &redis);
	assert_judged(see_server_packet(&w, &redis), VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED,
		      CONFIDENCE_PROVEN);
}

static void timeout_is_a_flush_of_one(void **state)
{
	struct flow redis = masqueraded(40112);
	const struct reset_blame *r;

	(void)state;
	see(&w, make_removal(0, CAUSE_TIMEOUT, &redis));
	pass(&w, MS(1));
	r = see_server_packet(&w, &redis);
	assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_TIMEOUT, CONFIDENCE_PROVEN);
	assert_int_equal(r->because_count, 1);
	assert_int_equal(w.flushes_count, 1);
	assert_int_equal(w.flushes[0].id, r->because[0]);
	assert_int_equal(w.flushes[0].entries, 1);
	assert_int_equal(w.flushes[0].cause, CAUSE_TIMEOUT);
	assert_int_equal(w.flushes[0].tcp_state, TRACKER_ESTABLISHED);
	assert_int_equal(w.flushes[0].first_mono_ns, MONO_BASE_NS); /* not the reset's */
	assert_int_equal(w.flushes[0].last_mono_ns, MONO_BASE_NS);
	assert_int_equal(w.flushes[0].first_wall_ns, WALL_BASE_NS);
	assert_int_equal(w.flushes[0].last_wall_ns, WALL_BASE_NS);
	assert_int_equal(w.summary.removals[CAUSE_TIMEOUT], 1); /* once, not twice */
	assert_int_equal(w.summary.flushes, 1);                 /* no act */
}

/* What was in flight comes after the first: each gets its RST, all one removal. */
static void resets_of_one_timeout_are_one_story(void **state)
{
	struct flow redis = masqueraded(40112);

	(void)state;
	see(&w, make_removal(0, CAUSE_TIMEOUT, &redis));
	for (size_t i = 0; i < 3; i++) {
		pass(&w, MS(1));
		see_server_packet(&w, &redis);
	}
	blame_finish(w.blame);
	assert_int_equal(w.verdicts[VERDICT_ENTRY_REMOVED], 3);
	assert_int_equal(w.flushes_count, 1);
	assert_int_equal(w.summary.stories_count, 1);
}

static void causes_without_an_act(void **state)
{
	static const struct {
		enum cause cause;
		enum confidence confidence;
	} cases[] = {
		{ CAUSE_TABLE_FULL, CONFIDENCE_PROVEN }, { CAUSE_ROUTE_CHANGE, CONFIDENCE_PROVEN },
		{ CAUSE_NETNS_EXIT, CONFIDENCE_PROVEN }, { CAUSE_MODULE_UNLOAD, CONFIDENCE_PROVEN },
		{ CAUSE_IPVS, CONFIDENCE_PROVEN },       { CAUSE_TCP_CLOSE, CONFIDENCE_PROVEN },
		{ CAUSE_OTHER, CONFIDENCE_LIKELY }, /* the cause's own link was not observed */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct flow flow = masqueraded((uint16_t)(40000 + i));

		see(&w, make_removal(0, cases[i].cause, &flow));
		pass(&w, MS(1));
		assert_judged(see_server_packet(&w, &flow), VERDICT_ENTRY_REMOVED, cases[i].cause,
			      cases[i].confidence);
		assert_int_equal(w.summary.removals[cases[i].cause], 1);
	}
}

static void see_start_with_links(const char *how)
{
	struct observation start = { .type = OBSERVATION_START };

	start.start.probes_count = 1;
	start.start.probes[0] = (struct probe_report){
		.name = "link", .sense = SENSE_LINK, .how = how, .symbol = "", .why = ""
	};
	see(&w, start);
}

static const struct reset_blame *see_masquerade_flush_link(const struct flow *flow)
{
	see(&w, make_act(7, CAUSE_LINK_DOWN, NULL, UP0, &nobody));
	see(&w, make_removal(7, CAUSE_ADDRESS_REMOVED, flow));
	see(&w, make_act_end(7, 1, 1));
	return see_server_packet(&w, flow);
}

/* Masquerade's notifier is told that every interface went down as its module goes. */
static void no_link_went_down(void **state)
{
	struct flow redis = masqueraded(40112);

	(void)state;
	see_start_with_links("fentry");
	see(&w, make_link(LINK_DOWN, UP1, &agent)); /* another one */
	assert_judged(see_masquerade_flush_link(&redis), VERDICT_ENTRY_REMOVED, CAUSE_MODULE_UNLOAD,
		      CONFIDENCE_LIKELY);
}

static void link_events_are_not_seen(void **state)
{
	struct flow redis = masqueraded(40112);

	(void)state;
	see_start_with_links("none");
	assert_judged(see_masquerade_flush_link(&redis), VERDICT_ENTRY_REMOVED, CAUSE_LINK_DOWN,
		      CONFIDENCE_LIKELY);
}

static void link_events_were_lost(void **state)
{
	struct flow redis = masqueraded(40112);

	(void)state;
	see_start_with_links("fentry");
	see(&w, make_lost("link", 1));
	assert_judged(see_masquerade_flush_link(&redis), VERDICT_ENTRY_REMOVED, CAUSE_LINK_DOWN,
		      CONFIDENCE_LIKELY);
}

/* A RST before both sides had spoken: the tracker kills the entry, in CLOSE. */
static void cut_short_is_no_clean_end(void **state)
{
	struct flow redis = masqueraded(40112), other = masqueraded(40113);
	struct observation removal = make_removal(0, CAUSE_TCP_CLOSE, &redis);

	(void)state;
	removal.removal.tcp_state = TRACKER_CLOSE;
	removal.removal.status = 0x198; /* not SEEN_REPLY */
	see(&w, removal);
	assert_judged(see_server_packet(&w, &redis), VERDICT_ENTRY_REMOVED, CAUSE_TCP_CLOSE,
		      CONFIDENCE_PROVEN);
	removal.removal.flow = other;
	removal.removal.status = 0x19e; /* reopened after a close: both had spoken */
	see(&w, removal);
	assert_int_equal(see_server_packet(&w, &other)->verdict, VERDICT_STALE_CONNECTION);
}

/* An iteration of the table: the act's stack says whose. */
static void iteration_takes_the_cause_of_its_act(void **state)
{
	struct flow redis = masqueraded(40112);

	(void)state;
	see(&w, make_act(7, CAUSE_MODULE_UNLOAD, NULL, 0, &nobody));
	see(&w, make_removal(7, CAUSE_OTHER, &redis));
	see(&w, make_act_end(7, 1, 1));
	assert_judged(see_server_packet(&w, &redis), VERDICT_ENTRY_REMOVED, CAUSE_MODULE_UNLOAD,
		      CONFIDENCE_PROVEN);
}

/* mwan3 and the like: masquerade drops entry after entry as their packets take the new route.
 * Each is removed by itself, and it is one flush, one line and one story. */
static void removals_one_by_one_are_one_flush(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < 3; i++) {
		struct flow flow = masqueraded((uint16_t)(40112 + i));

		see(&w, make_removal(0, CAUSE_ROUTE_CHANGE, &flow));
		pass(&w, MS(10));
		see_server_packet(&w, &flow);
		pass(&w, MS(300));
	}
	assert_int_equal(w.found[FINDING_FLUSH], 1);
	assert_int_equal(w.summary.flushes, 1);
	assert_int_equal(w.summary.removals[CAUSE_ROUTE_CHANGE], 3);
	assert_int_equal(w.summary.stories_count, 1);
	assert_int_equal(w.summary.stories[0].connections, 3);
	assert_int_equal(w.summary.stories[0].blamed.flush->entries, 3);
}

/* A minute later, in another namespace, or of another cause it is another one. */
static void removals_far_apart_are_several_flushes(void **state)
{
	struct flow flows[4] = { masqueraded(40112), masqueraded(40113), masqueraded(40114),
				 masqueraded(40115) };
	uint32_t own = w.netns.inum;

	(void)state;
	see(&w, make_removal(0, CAUSE_ROUTE_CHANGE, &flows[0]));
	see_server_packet(&w, &flows[0]);
	see(&w, make_removal(0, CAUSE_TIMEOUT, &flows[1]));
	see_server_packet(&w, &flows[1]);
	w.netns.inum = OTHER_NETNS;
	see(&w, make_removal(0, CAUSE_ROUTE_CHANGE, &flows[2]));
	see_server_packet(&w, &flows[2]);
	w.netns.inum = own;
	pass(&w, SECONDS(60));
	see(&w, make_removal(0, CAUSE_ROUTE_CHANGE, &flows[3]));
	see_server_packet(&w, &flows[3]);
	assert_int_equal(w.found[FINDING_FLUSH], 4);
	assert_int_equal(w.summary.flushes, 4);
}

/* `other` is shown with the stack: a walk's, and that of a single removal. */
/* A second apart, and a nanosecond more; the newer is reset first. */
static size_t flushes_of_two(uint64_t apart_ns)
{
	struct flow early = masqueraded(40112), late = masqueraded(40113);
	size_t before = w.found[FINDING_FLUSH];

	pass(&w, SECONDS(60));
	see(&w, make_removal(0, CAUSE_ROUTE_CHANGE, &early));
	pass(&w, apart_ns);
	see(&w, make_removal(0, CAUSE_ROUTE_CHANGE, &late));
	see_server_packet(&w, &late);
	see_server_packet(&w, &early);
	return w.found[FINDING_FLUSH] - before;
}

static void how_far_apart_removals_may_be(void **state)
{
	(void)state;
	assert_int_equal(flushes_of_two(SECONDS(1)), 1);
	assert_int_equal(flushes_of_two(SECONDS(1) + 1), 2);
}

/* Of no act, but its process was seen. */
static void a_removal_with_its_process(void **state)
{
	struct flow redis = masqueraded(40112);
	struct observation removal = make_removal(0, CAUSE_USER_DELETE, &redis);

	(void)state;
	removal.removal.has_actor = true;
	removal.removal.actor = conntrack_command;
	see(&w, removal);
	pass(&w, MS(10));
	assert_string_equal(see_server_packet(&w, &redis)->actor.comm, conntrack_command.comm);
}

/* Flushes without an act of their own, of one address each: of more than may be open at once
 * the one that was quiet longest has ended. */
static void the_quietest_ends_first(void **state)
{
	enum { OPEN_AT_ONCE = 32 };
	char address[16];

	(void)state;
	for (uint16_t i = 0; i <= OPEN_AT_ONCE; i++) {
		struct flow flow;

		snprintf(address, sizeof(address), "10.9.1.%u", i);
		flow = masqueraded_to(address, (uint16_t)(40112 + i));
		see(&w, make_removal(0, CAUSE_ADDRESS_REMOVED, &flow));
		if (i == OPEN_AT_ONCE - 1) { /* the first goes on */
			flow = masqueraded_to("10.9.1.0", 40200);
			see(&w, make_removal(0, CAUSE_ADDRESS_REMOVED, &flow));
		}
		assert_int_equal(w.flushes_count, i == OPEN_AT_ONCE);
		pass(&w, 1000);
	}
	assert_int_equal(w.flushes[0].first_mono_ns, MONO_BASE_NS + 1000);
}

static void unknown_cause_keeps_its_stack(void **state)
{
	struct flow walked = masqueraded(40112), single = masqueraded(40114);
	struct observation act = make_act(7, CAUSE_OTHER, NULL, 0, &nobody);
	struct observation removal = make_removal(0, CAUSE_OTHER, &single);
	char text[] = "nf_ct_iterate_cleanup < my_module_exit";

	(void)state;
	act.act.stack = text;
	see(&w, act);
	text[0] = '?'; /* valid during the call only */
	see(&w, make_removal(7, CAUSE_OTHER, &walked));
	see(&w, make_act_end(7, 1, 1));
	removal.removal.stack = "nf_ct_delete < my_module_fn";
	see(&w, removal);
	for (int i = 0; i < 100; i++) { /* its neighbours do not push it out */
		struct flow other = masqueraded((uint16_t)(50000 + i));

		removal.removal.flow = other;
		removal.removal.stack = "nf_ct_delete < elsewhere";
		see(&w, removal);
	}
	assert_string_equal(see_server_packet(&w, &walked)->flush->stack,
			    "nf_ct_iterate_cleanup < my_module_exit");
	assert_string_equal(see_server_packet(&w, &single)->flush->stack,
			    "nf_ct_delete < my_module_fn");
	/* The newest of them has its own; one whose stack was not seen has none. */
	assert_string_equal(see_server_packet(&w, &removal.removal.flow)->flush->stack,
			    "nf_ct_delete < elsewhere");
	removal.removal.flow = masqueraded(40115);
	removal.removal.stack = NULL;
	see(&w, removal);
	assert_null(see_server_packet(&w, &removal.removal.flow)->flush->stack);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(removals_one_by_one_are_one_flush),
		story(removals_far_apart_are_several_flushes),
		story(how_far_apart_removals_may_be),
		story(a_removal_with_its_process),
		story(the_quietest_ends_first),
		story(link_down_is_proven),
		story(no_link_went_down),
		story(link_events_are_not_seen),
		story(link_events_were_lost),
		story(cut_short_is_no_clean_end),
		story(user_flush_names_its_process),
		story(user_flush_without_its_process_is_likely),
		story(user_deletes_are_one_flush),
		story(user_deletes_apart_are_two_flushes),
		story(user_deletes_of_two_processes_are_two_flushes),
		story(user_deletes_after_exec_are_another_flush),
		story(user_deletes_interleaved_keep_apart),
		story(user_deletes_in_two_namespaces_are_two_flushes),
		story(unknown_cause_keeps_its_stack),
		story(timeout_is_a_flush_of_one),
		story(resets_of_one_timeout_are_one_story),
		story(causes_without_an_act),
		story(iteration_takes_the_cause_of_its_act),
		story(user_deletes_told_in_between),
		story(empty_acts_take_no_place),
		story(empty_acts_keep_no_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
