// SPDX-License-Identifier: GPL-2.0-only
/* What others do pushes no evidence out; and what was pushed out is not told as if it had not
 * happened (truth rule 12). */
#include "cast/watched.h"

#include <string.h>
#include <sys/socket.h>

#include "blame/removals.h"

enum { STRANGER_NETNS = 4026534000U };

/* ---- removals, at the real sizes ---- */

enum { REMOVALS = 1 << 21, CLOSES = 2200000, FLUSHED = 25 };

static struct strangers strangers;

static struct ledger_removal removal_at(uint64_t id, uint32_t netns, enum tracker_state state)
{
	struct flow flow = masqueraded((uint16_t)id);

	flow.orig.src.bytes[1] = flow.reply.dst.bytes[1] = (uint8_t)(id >> 24);
	flow.orig.src.bytes[2] = flow.reply.dst.bytes[2] = (uint8_t)(id >> 16);
	return (struct ledger_removal){ .flow = flow,
					.netns.inum = netns,
					.id = id,
					.mono_ns = MONO_BASE_NS + id * 1000,
					.flush = LEDGER_NO_FLUSH,
					.tcp_state = (uint8_t)state,
					.cause = CAUSE_TIMEOUT,
					.is_translated = true,
					.has_seen_reply = true };
}

static void add_many(struct removals *m, uint64_t first, uint64_t count, uint32_t netns,
		     enum tracker_state state)
{
	for (uint64_t id = first; id < first + count; id++) {
		struct ledger_removal r = removal_at(id, netns, state);

		removals_add(m, &r);
	}
}

static size_t count_of(struct removals *m, uint64_t first, uint64_t count, uint32_t netns)
{
	size_t found = 0;

	for (uint64_t id = first; id < first + count; id++) {
		struct ledger_removal r = removal_at(id, netns, TRACKER_ESTABLISHED);
		struct ledger_walk walk;

		removals_find(m, &walk, r.netns, AF_INET, &r.flow.reply);
		found += removals_next(m, &walk) && walk.removal.id == id;
	}
	return found;
}

/* 3.5 minutes of a busy proxy. */
static void ordinary_closes_push_no_flush_out(void **state)
{
	struct removals *m = removals_new(REMOVALS, &strangers);
	struct netns_id netns = { .inum = NODE_NETNS };

	(void)state;
	add_many(m, 1, FLUSHED, NODE_NETNS, TRACKER_ESTABLISHED);
	add_many(m, 100, CLOSES, NODE_NETNS, TRACKER_TIME_WAIT);
	assert_int_equal(count_of(m, 1, FLUSHED, NODE_NETNS), FLUSHED);
	assert_int_equal(count_of(m, 100, 10, NODE_NETNS), 0);
	assert_int_equal(removals_horizon(m, netns), 0); /* nothing that one could blame */
	assert_true(removals_ends_horizon(m, netns) > MONO_BASE_NS);
	assert_int_equal(removals_count(m), REMOVALS / 2 + FLUSHED);
	removals_free(m);
}

/* Another namespace's flows, live ones too, and more of them than there is room for. */
static void another_namespace_pushes_no_flush_out(void **state)
{
	struct removals *m = removals_new(REMOVALS, &strangers);
	struct netns_id netns = { .inum = NODE_NETNS }, other = { .inum = OTHER_NETNS };

	(void)state;
	add_many(m, 1, FLUSHED, NODE_NETNS, TRACKER_ESTABLISHED);
	add_many(m, 100, REMOVALS + REMOVALS / 2, OTHER_NETNS, TRACKER_ESTABLISHED);
	assert_int_equal(count_of(m, 1, FLUSHED, NODE_NETNS), FLUSHED);
	assert_int_equal(removals_horizon(m, netns), 0);
	assert_true(removals_horizon(m, other) > MONO_BASE_NS);
	removals_free(m);
}

/* Whoever makes a namespace for each of them has no more than who has one. */
static void many_foreign_namespaces_are_one_owner(void **state)
{
	enum { LIMIT = 4096, SPACES = 2000 };
	struct removals *m = removals_new(LIMIT, &strangers);

	(void)state;
	memset(&strangers, 0, sizeof(strangers));
	add_many(m, 1, FLUSHED, NODE_NETNS, TRACKER_ESTABLISHED);
	for (uint32_t i = 0; i < SPACES; i++) {
		struct netns_id netns = { .inum = STRANGER_NETNS + i };

		strangers_note(&strangers, netns);
		removals_note_stranger(m, netns);
		add_many(m, 100 + i * 10, 10, netns.inum, TRACKER_ESTABLISHED);
	}
	assert_int_equal(count_of(m, 1, FLUSHED, NODE_NETNS), FLUSHED);
	assert_true(removals_horizon(m, (struct netns_id){ .inum = STRANGER_NETNS }) > 0);
	assert_int_equal(removals_horizon(m, (struct netns_id){ .inum = NODE_NETNS }), 0);
	memset(&strangers, 0, sizeof(strangers));
	removals_free(m);
}

/* What is known of a removal comes along from one generation to the next. */
static void what_is_kept_is_whole(void **state)
{
	struct removals *m = removals_new(64, &strangers);
	struct ledger_removal r = removal_at(1, NODE_NETNS, TRACKER_ESTABLISHED);
	struct ledger_walk walk;

	(void)state;
	r.zone[LEDGER_ORIG] = 7;
	removals_add(m, &r);
	removals_find(m, &walk, r.netns, AF_INET, &r.flow.reply);
	assert_true(removals_next(m, &walk));
	removals_set_retranslated(m, &walk, r.mono_ns + SECONDS(2));
	removals_set_unfollowed(m, &walk);
	removals_set_flush(m, &walk, 5);
	add_many(m, 100, 1000, OTHER_NETNS, TRACKER_ESTABLISHED);
	removals_find(m, &walk, r.netns, AF_INET, &r.flow.orig);
	assert_true(removals_next(m, &walk));
	assert_true(walk.is_kept);
	assert_int_equal(walk.removal.zone[LEDGER_ORIG], 7);
	assert_int_equal(walk.removal.flush, 5);
	assert_true(walk.removal.is_unfollowed);
	assert_int_equal(walk.removal.retranslated_ns[LEDGER_ORIG], 0);
	assert_in_range(walk.removal.retranslated_ns[LEDGER_REPLY], r.mono_ns + SECONDS(2) - 200,
			r.mono_ns + SECONDS(2));
	assert_false(removals_next(m, &walk));
	removals_free(m);
}

/* One goes for each that comes. */
static void full_stays_full(void **state)
{
	enum { LIMIT = 64 };
	struct removals *m = removals_new(LIMIT, &strangers);

	(void)state;
	add_many(m, 1, 3, NODE_NETNS, TRACKER_ESTABLISHED);
	add_many(m, 100, 1000, OTHER_NETNS, TRACKER_ESTABLISHED);
	for (uint64_t id = 1100; id < 1110; id++) {
		add_many(m, id, 1, OTHER_NETNS, TRACKER_ESTABLISHED);
		assert_int_equal(count_of(m, 1, 3, NODE_NETNS), 3);
		assert_int_equal(count_of(m, id + 4 - LIMIT, LIMIT - 3, OTHER_NETNS), LIMIT - 3);
	}
	removals_free(m);
}

/* ---- as it is told ---- */

static void begin_limited(size_t removals)
{
	struct blame_limits limits = { .removals = removals };

	watch_end(&w);
	watch_begin_limited(&w, &limits);
}

static struct observation clean_end(uint16_t port)
{
	struct flow flow = masqueraded(port);
	struct observation seen = make_removal(0, CAUSE_TIMEOUT, &flow);

	seen.removal.tcp_state = TRACKER_TIME_WAIT;
	return seen;
}

static void a_flush_is_blamed_after_many_closes(void **state)
{
	struct flow redis = masqueraded(40112), ended = masqueraded(50000);

	(void)state;
	begin_limited(512);
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &redis);
	for (uint16_t i = 0; i < 700; i++)
		see(&w, clean_end((uint16_t)(50000 + i)));
	assert_judged(see_server_packet(&w, &redis), VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED,
		      CONFIDENCE_PROVEN);
	/* The innocent: one that had ended, and of which nothing is known any more. */
	const struct reset_blame *r = see_server_packet(&w, &ended);

	assert_judged(r, VERDICT_ENTRY_UNKNOWN, CAUSE_NONE, CONFIDENCE_LIKELY);
	assert_true(is_inferred(r, UNSEEN_REMOVAL_FORGOTTEN));
	assert_false(is_inferred(r, UNSEEN_REMOVAL_BEFORE));
	assert_true(r->forgotten_ago_ns > 0);
}

/* Another namespace's closes take nothing from ours: what is not found was before the window. */
static void anothers_evictions_are_not_ours(void **state)
{
	struct flow unknown = masqueraded(40112);
	const struct reset_blame *r;

	(void)state;
	begin_limited(128);
	for (uint16_t i = 0; i < 500; i++)
		see_in(&w, OTHER_NETNS, clean_end((uint16_t)(50000 + i)));
	r = see_server_packet(&w, &unknown);
	assert_true(is_inferred(r, UNSEEN_REMOVAL_BEFORE));
	assert_false(is_inferred(r, UNSEEN_REMOVAL_FORGOTTEN));
	assert_int_equal(r->forgotten_ago_ns, 0);
}

/* ---- changes ---- */

enum { CHANGES = 4096 };

static void see_start_with_links(void)
{
	struct observation start = { .type = OBSERVATION_START };

	start.start.probes_count = 1;
	start.start.probes[0] = (struct probe_report){
		.name = "link", .sense = SENSE_LINK, .how = "fentry", .symbol = "", .why = ""
	};
	see(&w, start);
}

static const struct reset_blame *see_link_flush(const struct flow *flow)
{
	see(&w, make_act(7, CAUSE_LINK_DOWN, NULL, UP0, &nobody));
	see(&w, make_removal(7, CAUSE_ADDRESS_REMOVED, flow));
	see(&w, make_act_end(7, 1, 1));
	return see_server_packet(&w, flow);
}

static void see_churn(uint32_t netns, size_t count, bool is_foreign)
{
	for (size_t i = 0; i < count; i++) {
		struct observation seen = make_link(LINK_DOWN, UP1, &agent);

		seen.change.is_foreign = is_foreign;
		see_in(&w, netns, seen);
	}
}

/* A "not found" behind what was pushed out is no unloaded module. */
static void forgotten_link_is_no_module_unload(void **state)
{
	struct flow redis = masqueraded(40112);
	const struct reset_blame *r;

	(void)state;
	see_start_with_links();
	see(&w, make_link(LINK_DOWN, UP0, &ip_command));
	see_churn(NODE_NETNS, CHANGES + 10, false);
	r = see_link_flush(&redis);
	assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_LINK_DOWN, CONFIDENCE_LIKELY);
	assert_true(is_inferred(r, UNSEEN_CHANGE_FORGOTTEN));
	assert_true(r->forgotten_ago_ns > 0);
}

/* Long after, the link would be remembered: that it did not go down is known. */
static void what_was_forgotten_long_ago_does_not_matter(void **state)
{
	struct flow redis = masqueraded(40112);

	(void)state;
	see_start_with_links();
	see_churn(NODE_NETNS, CHANGES + 10, false);
	pass(&w, SECONDS(60));
	assert_judged(see_link_flush(&redis), VERDICT_ENTRY_REMOVED, CAUSE_MODULE_UNLOAD,
		      CONFIDENCE_LIKELY);
}

static void another_namespaces_changes_push_none_out(void **state)
{
	struct flow redis = masqueraded(40112);
	const struct reset_blame *r;

	(void)state;
	see_start_with_links();
	see(&w, make_link(LINK_DOWN, UP0, &ip_command));
	see_churn(OTHER_NETNS, CHANGES * 2, false);
	r = see_link_flush(&redis);
	assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_LINK_DOWN, CONFIDENCE_PROVEN);
	assert_string_equal(r->actor.comm, "ip");
}

/* As many namespaces as changes: one owner, for anybody can make them. */
static void foreign_namespaces_changes_push_none_out(void **state)
{
	struct flow redis = masqueraded(40112);

	(void)state;
	see_start_with_links();
	see(&w, make_link(LINK_DOWN, UP0, &ip_command));
	for (uint32_t i = 0; i < CHANGES * 2; i++)
		see_churn(STRANGER_NETNS + i, 1, true);
	assert_judged(see_link_flush(&redis), VERDICT_ENTRY_REMOVED, CAUSE_LINK_DOWN,
		      CONFIDENCE_PROVEN);
}

/* What the kernel counted past a namespace's budget is that one's loss. */
static void a_namespaces_losses_are_its_own(void **state)
{
	struct flow redis = masqueraded(40112), inner = masqueraded(40113);
	struct observation lost = make_lost("address-ipv4", 100000);
	const struct reset_blame *r;

	(void)state;
	lost.lost.is_of_netns = lost.lost.is_foreign = true;
	see_in(&w, STRANGER_NETNS, lost);
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &redis);
	assert_judged(see_server_packet(&w, &redis), VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED,
		      CONFIDENCE_PROVEN);
	assert_int_equal(summary_status(&w.summary), STATUS_CRITICAL);
	w.netns.inum = STRANGER_NETNS;
	see_address_flush(&w, 8, "10.9.0.1", &networkd, &inner);
	r = see_server_packet(&w, &inner);
	assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED, CONFIDENCE_LIKELY);
	assert_true(is_inferred(r, UNSEEN_CHANGE_FORGOTTEN));
}

/* A stranger's cannot make a monitor say that it knows nothing; the node's own do. */
static void losses_of_foreign_namespaces_leave_the_status(void **state)
{
	struct observation lost = make_lost("address-ipv4", 100000);

	(void)state;
	lost.lost.is_of_netns = lost.lost.is_foreign = true;
	see_in(&w, STRANGER_NETNS, lost);
	assert_int_equal(summary_status(&w.summary), STATUS_OK);
	lost.lost.is_foreign = false;
	see_in(&w, OTHER_NETNS, lost);
	assert_int_equal(summary_status(&w.summary), STATUS_UNKNOWN);
}

/* ---- flushes ---- */

static void see_own_flush(uint64_t act, uint32_t netns, uint16_t port)
{
	struct flow flow = masqueraded(port);

	see_in(&w, netns, make_act(act, CAUSE_USER_FLUSH, NULL, 0, &agent));
	see_in(&w, netns, make_removal(act, CAUSE_USER_FLUSH, &flow));
	see_in(&w, netns, make_act_end(act, 1, 1));
}

static void another_namespaces_flushes_push_none_out(void **state)
{
	struct blame_limits limits = { .flushes = 64 };
	struct flow redis = masqueraded(40112), late = masqueraded(40113);

	(void)state;
	watch_end(&w);
	watch_begin_limited(&w, &limits);
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &redis);
	for (uint16_t i = 0; i < 300; i++)
		see_own_flush(100U + i, OTHER_NETNS, (uint16_t)(50000 + i));
	see_address_flush(&w, 8, "10.9.0.1", &networkd, &late);
	assert_judged(see_server_packet(&w, &redis), VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED,
		      CONFIDENCE_PROVEN);
	assert_judged(see_server_packet(&w, &late), VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED,
		      CONFIDENCE_PROVEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ordinary_closes_push_no_flush_out),
		cmocka_unit_test(another_namespace_pushes_no_flush_out),
		cmocka_unit_test(many_foreign_namespaces_are_one_owner),
		cmocka_unit_test(what_is_kept_is_whole),
		cmocka_unit_test(full_stays_full),
		story(a_flush_is_blamed_after_many_closes),
		story(anothers_evictions_are_not_ours),
		story(forgotten_link_is_no_module_unload),
		story(what_was_forgotten_long_ago_does_not_matter),
		story(another_namespaces_changes_push_none_out),
		story(foreign_namespaces_changes_push_none_out),
		story(a_namespaces_losses_are_its_own),
		story(losses_of_foreign_namespaces_leave_the_status),
		story(another_namespaces_flushes_push_none_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
