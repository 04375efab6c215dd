// SPDX-License-Identifier: GPL-2.0-only
/* That a process asked conntrack for a removal: seen, or told by an argument alone. */
#include "cast/watched.h"

#include <stdio.h>

/* The window's start as far as that probe goes; `how` NULL: a version without it. */
static void start_with(const char *how, const char *why)
{
	struct observation start = { .type = OBSERVATION_START };

	start.start.probes_count = 1;
	start.start.probes[0] = (struct probe_report){
		.name = how ? "conntrack-request" : "conntrack-removal",
		.how = how ? how : "fentry",
		.symbol = "",
		.why = why,
		.sense = how ? SENSE_REQUEST : SENSE_REMOVAL,
	};
	see(&w, start);
}

static const struct reset_blame *see_removed_by(enum cause cause, uint64_t act,
						const struct actor *actor, uint16_t port)
{
	struct flow redis = masqueraded(port);

	see(&w, make_act(act, cause, NULL, 0, actor));
	see(&w, make_removal(act, cause, &redis));
	if (cause == CAUSE_USER_FLUSH)
		see(&w, make_act_end(act, 1, 1));
	pass(&w, SECONDS(1));
	return see_server_packet(&w, &redis);
}

static void a_request_that_was_seen_is_proven(void **state)
{
	(void)state;
	start_with("fentry", "");
	assert_judged(see_removed_by(CAUSE_USER_DELETE, 7, &conntrack_command, 40112),
		      VERDICT_ENTRY_REMOVED, CAUSE_USER_DELETE, CONFIDENCE_PROVEN);
	assert_judged(see_removed_by(CAUSE_USER_FLUSH, 8, &conntrack_command, 40113),
		      VERDICT_ENTRY_REMOVED, CAUSE_USER_FLUSH, CONFIDENCE_PROVEN);
	assert_int_equal(summary_status(&w.summary), STATUS_CRITICAL);
}

/* A full table looked so where the port id was what a register happened to hold. */
static void an_argument_alone_is_likely(void **state)
{
	const struct reset_blame *r;

	(void)state;
	start_with("none", "this kernel has no ctnetlink_del_conntrack that can be probed");
	r = see_removed_by(CAUSE_USER_DELETE, 7, &agent, 40112);
	assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_USER_DELETE, CONFIDENCE_LIKELY);
	assert_true(is_inferred(r, UNSEEN_REQUEST));
	r = see_removed_by(CAUSE_USER_FLUSH, 8, &agent, 40113);
	assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_USER_FLUSH, CONFIDENCE_LIKELY);
	assert_true(is_inferred(r, UNSEEN_REQUEST));
	assert_int_equal(summary_status(&w.summary), STATUS_WARNING);
}

/* What no process asks for does not depend on it. */
static void other_causes_need_no_request(void **state)
{
	struct flow redis = masqueraded(40112), old = masqueraded(40113);

	(void)state;
	start_with("none", "");
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &redis);
	assert_judged(see_server_packet(&w, &redis), VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED,
		      CONFIDENCE_PROVEN);
	see(&w, make_removal(0, CAUSE_TABLE_FULL, &old));
	assert_judged(see_server_packet(&w, &old), VERDICT_ENTRY_REMOVED, CAUSE_TABLE_FULL,
		      CONFIDENCE_PROVEN);
	assert_false(w.flushes[0].is_by_argument);
}

/* The probe comes with its module: what was removed until then stays what it was. */
static void a_probe_that_comes_late_proves_what_follows(void **state)
{
	struct observation probe = { .type = OBSERVATION_PROBE };

	(void)state;
	start_with("none", "nf_conntrack_netlink is not loaded");
	assert_int_equal(see_removed_by(CAUSE_USER_FLUSH, 7, &conntrack_command, 40112)->confidence,
			 CONFIDENCE_LIKELY);
	probe.probe.sense = SENSE_REQUEST;
	snprintf(probe.probe.how, sizeof(probe.probe.how), "kprobe");
	see(&w, probe);
	assert_int_equal(see_removed_by(CAUSE_USER_FLUSH, 8, &conntrack_command, 40113)->confidence,
			 CONFIDENCE_PROVEN);
	snprintf(probe.probe.how, sizeof(probe.probe.how), "none");
	see(&w, probe);
	assert_int_equal(see_removed_by(CAUSE_USER_FLUSH, 9, &conntrack_command, 40114)->confidence,
			 CONFIDENCE_LIKELY);
}

/* What it did before is told after the probe came, where attaching takes long; the time
 * counts. */
static void a_request_before_the_probe_came_is_likely(void **state)
{
	struct observation probe = { .type = OBSERVATION_PROBE };
	struct flow redis = masqueraded(40112);

	(void)state;
	start_with("none", "nf_conntrack_netlink is not loaded");
	probe.probe.sense = SENSE_REQUEST;
	snprintf(probe.probe.how, sizeof(probe.probe.how), "fentry");
	see(&w, probe);
	w.now_ns -= MS(400);
	see(&w, make_act(7, CAUSE_USER_FLUSH, NULL, 0, &conntrack_command));
	see(&w, make_removal(7, CAUSE_USER_FLUSH, &redis));
	see(&w, make_act_end(7, 1, 1));
	pass(&w, SECONDS(1));
	assert_judged(see_server_packet(&w, &redis), VERDICT_ENTRY_REMOVED, CAUSE_USER_FLUSH,
		      CONFIDENCE_LIKELY);
}

/* `conntrack -F` itself loads the module: its request is on the stack. */
static void a_request_on_the_stack_is_proven(void **state)
{
	struct observation act = make_act(7, CAUSE_USER_FLUSH, NULL, 0, &conntrack_command);
	struct flow redis = masqueraded(40112);

	(void)state;
	start_with("none", "nf_conntrack_netlink is not loaded");
	act.act.is_confirmed = true;
	see(&w, act);
	see(&w, make_removal(7, CAUSE_USER_FLUSH, &redis));
	see(&w, make_act_end(7, 1, 1));
	pass(&w, SECONDS(1));
	assert_judged(see_server_packet(&w, &redis), VERDICT_ENTRY_REMOVED, CAUSE_USER_FLUSH,
		      CONFIDENCE_PROVEN);
}

/* One process, entry by entry: they are one flush, and as sure as the least of them. */
static void deletions_are_as_sure_as_the_least(void **state)
{
	struct observation act = make_act(7, CAUSE_USER_DELETE, NULL, 0, &conntrack_command);
	struct flow redis = masqueraded(40112);

	(void)state;
	start_with("none", "");
	act.act.is_confirmed = true;
	see(&w, act);
	see(&w, make_removal(7, CAUSE_USER_DELETE, &redis));
	act.act.act = 8;
	act.act.is_confirmed = false;
	see(&w, act);
	assert_int_equal(see_server_packet(&w, &redis)->confidence, CONFIDENCE_LIKELY);
}

/* A recording of a version that did not look keeps what it said. */
static void an_older_recording_is_believed(void **state)
{
	(void)state;
	start_with(NULL, "");
	assert_judged(see_removed_by(CAUSE_USER_DELETE, 7, &conntrack_command, 40112),
		      VERDICT_ENTRY_REMOVED, CAUSE_USER_DELETE, CONFIDENCE_PROVEN);
}

/* Unless it also has a request by nobody: a softirq's or a kernel thread's, who make none. Then
 * no removal is known to be asked for, those before it included. */
static void an_older_recording_that_contradicts_itself_is_not(void **state)
{
	struct flow first = masqueraded(40112);
	const struct reset_blame *r;

	(void)state;
	start_with(NULL, "");
	see(&w, make_act(7, CAUSE_USER_DELETE, NULL, 0, &agent));
	see(&w, make_removal(7, CAUSE_USER_DELETE, &first));
	pass(&w, SECONDS(1));
	see_removed_by(CAUSE_USER_DELETE, 8, &nobody, 40113);
	r = see_server_packet(&w, &first);
	assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_USER_DELETE, CONFIDENCE_LIKELY);
	assert_true(is_inferred(r, UNSEEN_REQUEST));
	/* another node's kernel is another */
	w.netns.node = 1;
	assert_int_equal(see_removed_by(CAUSE_USER_DELETE, 9, &agent, 40114)->confidence,
			 CONFIDENCE_PROVEN);
}

/* Which removal it was that the client's new port came of: the same link. */
static void a_retranslation_has_the_same_link(void **state)
{
	struct flow old = masqueraded(40112), again = masqueraded(40112);
	struct observation received;
	const struct reset_blame *r;

	(void)state;
	start_with("none", "");
	see(&w, make_act(7, CAUSE_USER_FLUSH, NULL, 0, &conntrack_command));
	see(&w, make_removal(7, CAUSE_USER_FLUSH, &old));
	see(&w, make_act_end(7, 1, 1));
	pass(&w, SECONDS(1));
	again.reply.dport = 1025;
	see(&w, make_entry(&again, false));
	received = make_reset(&again, &again.orig);
	received.reset.kind = RESET_RECEIVED;
	received.reset.packet = tuple_inverse(&again.orig);
	r = see_reset(&w, received);
	assert_judged(r, VERDICT_REMOTE, CAUSE_USER_FLUSH, CONFIDENCE_LIKELY);
	assert_true(is_inferred(r, UNSEEN_REQUEST));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(a_request_that_was_seen_is_proven),
		story(an_argument_alone_is_likely),
		story(other_causes_need_no_request),
		story(a_probe_that_comes_late_proves_what_follows),
		story(a_request_before_the_probe_came_is_likely),
		story(a_request_on_the_stack_is_proven),
		story(deletions_are_as_sure_as_the_least),
		story(an_older_recording_is_believed),
		story(an_older_recording_that_contradicts_itself_is_not),
		story(a_retranslation_has_the_same_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
