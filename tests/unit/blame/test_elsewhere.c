// SPDX-License-Identifier: GPL-2.0-only
/* One connection through several namespaces of a node: the entry is the node's, the socket
 * and the reset are a pod's (truth rule 11). */
#include "cast/make.h"
#include "cast/watched.h"

#include <string.h>

#include "summary/verdict_text.h"

enum { POD = 4026532201 };

/* A pod's connection to a service, which the node translates to an endpoint. */
static struct flow to_service(uint16_t port)
{
	struct flow flow = masqueraded(port);

	flow.orig = make_tuple("10.88.0.2", port, "10.96.0.10", 80);
	flow.reply = make_tuple("10.9.0.2", 7001, "10.88.0.2", port);
	return flow;
}

/* The endpoint's packet came to the pod untranslated, and what was found of the socket. */
static struct reset_blame reset_by_pod(const struct flow *flow, enum victim_look look)
{
	struct observation reset = make_reset(flow, &flow->reply);

	reset.reset.has_zone = false;
	reset.reset.victim.role = VICTIM_OF_FLOW;
	reset.reset.victim.look = (uint8_t)look;
	if (look == LOOK_FOUND)
		reset.reset.victim.socket_state = SOCKET_ESTABLISHED;
	w.netns.inum = POD;
	return *see_reset(&w, reset);
}

static void the_pod_still_waits(void **state)
{
	struct flow flow = to_service(40112);
	struct reset_blame r;

	(void)state;
	watched_delete(&flow);
	r = reset_by_pod(&flow, LOOK_FOUND);
	assert_judged(&r, VERDICT_ENTRY_REMOVED, CAUSE_USER_DELETE, CONFIDENCE_PROVEN);
	assert_string_equal(r.actor.comm, "conntrack");
	assert_int_equal(r.because_count, 1);
}

/* The same packets; but the pod's socket had died before. */
static void the_pod_had_given_up(void **state)
{
	struct flow flow = to_service(40112);
	struct reset_blame r;

	(void)state;
	watched_delete(&flow);
	r = reset_by_pod(&flow, LOOK_ABSENT);
	assert_judged(&r, VERDICT_STALE_CONNECTION, CAUSE_NONE, CONFIDENCE_LIKELY);
	assert_true(is_inferred(&r, UNSEEN_SOCKET_GONE));
	assert_int_equal(r.because_count, 0);
	assert_int_equal(r.actor.pid, 0);
}

/* The translation was the pod's own (a sidecar's): its application's socket tells the same. */
static struct reset_blame reset_at_home(const struct flow *flow, enum victim_look look)
{
	struct observation reset = make_reset(flow, &flow->reply);

	watched_delete(flow);
	reset.reset.victim.role = VICTIM_OF_FLOW;
	reset.reset.victim.look = (uint8_t)look;
	if (look == LOOK_FOUND)
		reset.reset.victim.socket_state = SOCKET_ESTABLISHED;
	return *see_reset(&w, reset);
}

static void the_pods_own_entry(void **state)
{
	struct flow waits = to_service(40112), gone = to_service(40113), late = to_service(40114);
	struct flow closed = to_service(40115);
	struct reset_blame r;

	(void)state;
	r = reset_at_home(&closed, LOOK_ENDED); /* by the application, or by anybody's twin of it */
	assert_judged(&r, VERDICT_ENTRY_REMOVED, CAUSE_USER_DELETE, CONFIDENCE_LIKELY);
	assert_true(is_inferred(&r, UNSEEN_SOCKET));
	r = reset_at_home(&waits, LOOK_FOUND);
	assert_judged(&r, VERDICT_ENTRY_REMOVED, CAUSE_USER_DELETE, CONFIDENCE_PROVEN);
	r = reset_at_home(&gone, LOOK_ABSENT);
	assert_judged(&r, VERDICT_STALE_CONNECTION, CAUSE_NONE, CONFIDENCE_LIKELY);
	assert_true(is_inferred(&r, UNSEEN_SOCKET_GONE));
	assert_int_equal(r.because_count, 0);
	r = reset_at_home(&late, LOOK_LATE);
	assert_judged(&r, VERDICT_ENTRY_REMOVED, CAUSE_USER_DELETE, CONFIDENCE_LIKELY);
	assert_true(is_inferred(&r, UNSEEN_SOCKET));
}

static void nobody_could_look(void **state)
{
	struct flow flow = to_service(40112);
	struct reset_blame r;

	(void)state;
	watched_delete(&flow);
	r = reset_by_pod(&flow, LOOK_LATE);
	assert_judged(&r, VERDICT_ENTRY_REMOVED, CAUSE_USER_DELETE, CONFIDENCE_LIKELY);
	assert_true(is_inferred(&r, UNSEEN_SOCKET));
	assert_int_equal(r.inferred_count, 1);
}

/* A packet the other way is no answer that the entry would have translated. */
static void not_by_the_original_tuple(void **state)
{
	struct flow flow = to_service(40112);
	struct observation reset = make_reset(&flow, &flow.orig);

	(void)state;
	watched_delete(&flow);
	w.netns.inum = POD;
	assert_int_not_equal(see_reset(&w, reset)->verdict, VERDICT_ENTRY_REMOVED);
}

/* What was removed on the node after the reset did not lead to it. */
static void not_by_what_came_later(void **state)
{
	struct flow flow = to_service(40112);
	struct reset_blame r;

	(void)state;
	watched_delete(&flow);
	w.now_ns -= MS(5) + 1000;
	r = reset_by_pod(&flow, LOOK_FOUND);
	assert_int_not_equal(r.verdict, VERDICT_ENTRY_REMOVED);
	pass(&w, 1000); /* the same nanosecond is not before it */
	r = reset_by_pod(&flow, LOOK_FOUND);
	assert_judged(&r, VERDICT_ENTRY_REMOVED, CAUSE_USER_DELETE, CONFIDENCE_PROVEN);
}

static void replaced_on_the_node(void **state)
{
	struct flow flow = to_service(40112);

	(void)state;
	watched_delete(&flow);
	see(&w, make_entry(&flow, false)); /* the pod spoke first */
	pass(&w, MS(5));
	assert_int_not_equal(reset_by_pod(&flow, LOOK_FOUND).verdict, VERDICT_ENTRY_REMOVED);
}

/* ---- an entry that is alive on the node ---- */

static void change_hooks(enum ruleset_op op, uint32_t inum)
{
	struct observation seen = make_address(CHANGE_NONE, "0.0.0.0", 0, &networkd);

	seen.type = OBSERVATION_RULESET;
	seen.ruleset = (struct ruleset_observation){ .op = op,
						     .hooks = HOOKS_NAT | HOOKS_CONNTRACK,
						     .actor = networkd };
	see_in(&w, inum, seen);
	pass(&w, SECONDS(2));
}

static struct observation invalid_at_the_node(const struct flow *flow)
{
	struct observation reset = make_reset(flow, &flow->reply);

	reset.reset.pickup = PICKUP_INVALID;
	reset.reset.entry = *flow;
	reset.reset.entry_netns = w.netns.inum;
	reset.reset.entry_hooks = HOOKS_KNOWN | HOOKS_CONNTRACK | HOOKS_NAT;
	reset.reset.hooks = HOOKS_KNOWN; /* the pod's: it has none */
	reset.reset.victim.role = VICTIM_OF_FLOW;
	reset.reset.victim.look = LOOK_FOUND;
	reset.reset.victim.socket_state = SOCKET_ESTABLISHED;
	return reset;
}

static void the_pods_own_hooks_are_no_evidence(void **state)
{
	struct flow flow = to_service(40112);
	struct observation reset = invalid_at_the_node(&flow);
	const struct reset_blame *r;

	(void)state;
	change_hooks(RULESET_HOOKS_REMOVED, POD);
	w.netns.inum = POD; /* where the reset is */
	r = see_reset(&w, reset);
	assert_judged(r, VERDICT_ENTRY_INVALID, CAUSE_NONE, CONFIDENCE_PROVEN);
	assert_int_equal(r->actor.pid, 0);
	assert_int_equal(r->because_count, 0);
}

/* The node was asked, and has the entry that should have translated the packet. */
static struct reset_blame alive_on_the_node(const struct flow *flow, enum pickup pickup,
					    enum victim_look look)
{
	struct observation reset = make_reset(flow, &flow->reply);

	reset.reset.has_zone = false;
	reset.reset.pickup = (uint8_t)pickup;
	reset.reset.hooks = HOOKS_KNOWN; /* the pod's own */
	reset.reset.lookup = LOOKUP_ALIVE;
	reset.reset.entry = *flow;
	reset.reset.entry_netns = NODE_NETNS;
	reset.reset.victim.role = VICTIM_OF_FLOW;
	reset.reset.victim.look = (uint8_t)look;
	if (look == LOOK_FOUND)
		reset.reset.victim.socket_state = SOCKET_ESTABLISHED;
	w.netns.inum = POD;
	return *see_reset(&w, reset);
}

/* Whether or not the pod has a conntrack of its own. */
static void the_nodes_hooks_are_gone(void **state)
{
	static const enum pickup pickups[] = { PICKUP_NONE, PICKUP_FRESH };
	struct flow flow = to_service(40112);

	(void)state;
	change_hooks(RULESET_HOOKS_REMOVED, NODE_NETNS);
	for (size_t i = 0; i < 2; i++) {
		struct reset_blame r = alive_on_the_node(&flow, pickups[i], LOOK_FOUND);

		assert_judged(&r, VERDICT_ENTRY_BYPASSED, CAUSE_NONE, CONFIDENCE_PROVEN);
		assert_string_equal(r.actor.comm, networkd.comm);
		assert_int_equal(r.because_count, 1);
		r = alive_on_the_node(&flow, pickups[i], LOOK_LATE);
		assert_judged(&r, VERDICT_ENTRY_BYPASSED, CAUSE_NONE, CONFIDENCE_LIKELY);
		/* The same packets, and the pod's socket had died before. */
		r = alive_on_the_node(&flow, pickups[i], LOOK_ABSENT);
		assert_judged(&r, VERDICT_STALE_CONNECTION, CAUSE_NONE, CONFIDENCE_LIKELY);
		assert_int_equal(r.actor.pid, 0);
	}
}

/* They are there, or nobody knows: then the packet was not translated for another reason,
 * and nobody is accused, not even who took the pod's away. */
static void the_nodes_hooks_are_there(void **state)
{
	struct flow flow = to_service(40112);
	struct reset_blame r;

	(void)state;
	r = alive_on_the_node(&flow, PICKUP_FRESH, LOOK_FOUND);
	assert_judged(&r, VERDICT_ENTRY_INVALID, CAUSE_NONE, CONFIDENCE_LIKELY);
	change_hooks(RULESET_HOOKS_REMOVED, NODE_NETNS);
	change_hooks(RULESET_HOOKS_ADDED, NODE_NETNS);
	change_hooks(RULESET_HOOKS_REMOVED, POD);
	r = alive_on_the_node(&flow, PICKUP_NONE, LOOK_FOUND);
	assert_judged(&r, VERDICT_ENTRY_INVALID, CAUSE_NONE, CONFIDENCE_LIKELY);
	assert_true(is_inferred(&r, UNSEEN_INVALID));
	assert_int_equal(r.actor.pid, 0);
}

/* The answer of the other host of one bridge, which the node's stack never had. */
static struct reset_blame bridged(enum bridge_netfilter state, uint32_t bridge_netns,
				  enum victim_look look)
{
	struct flow flow = to_service(40112);
	struct observation reset = make_reset(&flow, &flow.reply);

	reset.reset.has_zone = false;
	reset.reset.pickup = PICKUP_NONE;
	reset.reset.lookup = LOOKUP_ALIVE;
	reset.reset.entry = flow;
	reset.reset.entry_netns = NODE_NETNS;
	reset.reset.bridge_netns = bridge_netns;
	reset.reset.bridge_netfilter = (uint8_t)state;
	reset.reset.victim.role = VICTIM_OF_FLOW;
	reset.reset.victim.look = (uint8_t)look;
	if (look == LOOK_FOUND)
		reset.reset.victim.socket_state = SOCKET_ESTABLISHED;
	w.netns.inum = POD;
	return *see_reset(&w, reset);
}

static void bridged_past_the_entry(void **state)
{
	struct reset_blame r = bridged(BRIDGE_NETFILTER_OFF, NODE_NETNS, LOOK_FOUND);

	(void)state;
	assert_judged(&r, VERDICT_ENTRY_BYPASSED, CAUSE_BRIDGE, CONFIDENCE_PROVEN);
	assert_int_equal(r.actor.pid, 0);
	assert_int_equal(r.because_count, 0);
	r = bridged(BRIDGE_NETFILTER_OFF, NODE_NETNS, LOOK_LATE);
	assert_judged(&r, VERDICT_ENTRY_BYPASSED, CAUSE_BRIDGE, CONFIDENCE_LIKELY);
	r = bridged(BRIDGE_NETFILTER_OFF, NODE_NETNS, LOOK_ABSENT);
	assert_judged(&r, VERDICT_STALE_CONNECTION, CAUSE_NONE, CONFIDENCE_LIKELY);
	r = bridged(BRIDGE_NETFILTER_UNKNOWN, NODE_NETNS, LOOK_FOUND);
	assert_judged(&r, VERDICT_ENTRY_BYPASSED, CAUSE_BRIDGE, CONFIDENCE_LIKELY);
	assert_true(is_inferred(&r, UNSEEN_BRIDGE));
	/* Shown to conntrack, or past another namespace's: then this was not the reason. */
	r = bridged(BRIDGE_NETFILTER_ON, NODE_NETNS, LOOK_FOUND);
	assert_judged(&r, VERDICT_ENTRY_INVALID, CAUSE_NONE, CONFIDENCE_LIKELY);
	r = bridged(BRIDGE_NETFILTER_OFF, POD, LOOK_FOUND);
	assert_judged(&r, VERDICT_ENTRY_INVALID, CAUSE_NONE, CONFIDENCE_LIKELY);
}

/* Who took the hooks is to blame only where the packet may have been shown to them. */
static void bridged_and_the_hooks_are_gone(void **state)
{
	struct reset_blame r;

	(void)state;
	change_hooks(RULESET_HOOKS_REMOVED, NODE_NETNS);
	r = bridged(BRIDGE_NETFILTER_OFF, NODE_NETNS, LOOK_FOUND);
	assert_judged(&r, VERDICT_ENTRY_BYPASSED, CAUSE_BRIDGE, CONFIDENCE_PROVEN);
	assert_int_equal(r.actor.pid, 0);
	r = bridged(BRIDGE_NETFILTER_UNKNOWN, NODE_NETNS, LOOK_FOUND);
	assert_judged(&r, VERDICT_ENTRY_BYPASSED, CAUSE_NONE, CONFIDENCE_PROVEN);
	assert_string_equal(r.actor.comm, networkd.comm);
}

static struct reset_blame deleted_and_bridged(enum bridge_netfilter state, uint16_t port)
{
	struct flow flow = to_service(port);
	struct observation reset = make_reset(&flow, &flow.reply);

	w.netns.inum = NODE_NETNS;
	watched_delete(&flow);
	reset.reset.has_zone = false;
	reset.reset.pickup = PICKUP_NONE;
	reset.reset.bridge_netns = NODE_NETNS;
	reset.reset.bridge_netfilter = (uint8_t)state;
	reset.reset.victim.role = VICTIM_OF_FLOW;
	reset.reset.victim.look = LOOK_FOUND;
	reset.reset.victim.socket_state = SOCKET_ESTABLISHED;
	w.netns.inum = POD;
	return *see_reset(&w, reset);
}

/* The removed entry would not have been met. */
static void removed_and_bridged(void **state)
{
	struct reset_blame r = deleted_and_bridged(BRIDGE_NETFILTER_ON, 40112);

	(void)state;
	assert_judged(&r, VERDICT_ENTRY_REMOVED, CAUSE_USER_DELETE, CONFIDENCE_PROVEN);
	r = deleted_and_bridged(BRIDGE_NETFILTER_OFF, 40113);
	assert_judged(&r, VERDICT_ENTRY_REMOVED, CAUSE_USER_DELETE, CONFIDENCE_LIKELY);
	assert_true(is_inferred(&r, UNSEEN_USE_BRIDGED));
}

/* It was made again after the reset, before the node was asked. */
static void made_again_since(void **state)
{
	struct flow flow = to_service(40112);
	struct reset_blame r;

	(void)state;
	watched_delete(&flow);
	r = alive_on_the_node(&flow, PICKUP_NONE, LOOK_FOUND);
	assert_judged(&r, VERDICT_ENTRY_REMOVED, CAUSE_USER_DELETE, CONFIDENCE_PROVEN);
}

/* ---- a live socket that the packet missed ---- */

static struct reset_blame missed(uint32_t bound_ifindex, enum victim_look look)
{
	struct flow flow = untranslated("10.9.0.2", 7001, "10.9.0.1", 40112);
	struct observation reset = make_reset(&flow, &flow.orig);

	reset.reset.victim.role = VICTIM_OWN;
	reset.reset.victim.look = (uint8_t)look;
	reset.reset.victim.bound_ifindex = bound_ifindex;
	reset.reset.victim.process.netns = w.netns.inum;
	return *see_reset(&w, reset);
}

static void a_socket_bound_to_a_device(void **state)
{
	struct reset_blame r = missed(3, LOOK_FOUND);

	(void)state;
	assert_judged(&r, VERDICT_UNREACHABLE_SOCKET, CAUSE_NONE, CONFIDENCE_PROVEN);
}

static void a_socket_outside_of_the_vrf(void **state)
{
	struct flow flow = untranslated("10.9.0.2", 7001, "10.9.0.1", 40112);
	struct observation reset = make_reset(&flow, &flow.orig);

	(void)state;
	reset.reset.victim.role = VICTIM_OWN;
	reset.reset.victim.look = LOOK_FOUND;
	reset.reset.victim.socket_state = SOCKET_ESTABLISHED;
	reset.reset.victim.process.netns = w.netns.inum;
	strcpy(reset.reset.victim.vrf, "mgmt");
	assert_judged(see_reset(&w, reset), VERDICT_UNREACHABLE_SOCKET, CAUSE_NONE,
		      CONFIDENCE_PROVEN);
}

/* It would have taken the packet: it was opened after the reset, with the same ports. */
static void a_fresh_socket_acquits_nobody(void **state)
{
	struct reset_blame without = missed(0, LOOK_ABSENT), r = missed(0, LOOK_FOUND);

	(void)state;
	assert_int_equal(r.verdict, without.verdict);
	assert_int_not_equal(r.verdict, VERDICT_UNREACHABLE_SOCKET);
	assert_int_not_equal(r.confidence, CONFIDENCE_PROVEN);
	assert_true(is_inferred(&r, UNSEEN_BARRIER));
}

static void no_such_socket(void **state)
{
	struct reset_blame r = missed(0, LOOK_ABSENT);

	(void)state;
	assert_int_not_equal(r.verdict, VERDICT_UNREACHABLE_SOCKET);
	assert_int_not_equal(r.confidence, CONFIDENCE_PROVEN);
	r = missed(0, LOOK_LATE);
	assert_true(is_inferred(&r, UNSEEN_SOCKET));
}

#define test(f) cmocka_unit_test_setup_teardown(f, watched_begin, watched_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(the_pod_still_waits),
		test(the_pod_had_given_up),
		test(the_pods_own_entry),
		test(nobody_could_look),
		test(not_by_the_original_tuple),
		test(not_by_what_came_later),
		test(replaced_on_the_node),
		test(the_pods_own_hooks_are_no_evidence),
		test(the_nodes_hooks_are_gone),
		test(the_nodes_hooks_are_there),
		test(bridged_past_the_entry),
		test(bridged_and_the_hooks_are_gone),
		test(removed_and_bridged),
		test(made_again_since),
		test(a_socket_bound_to_a_device),
		test(a_socket_outside_of_the_vrf),
		test(a_fresh_socket_acquits_nobody),
		test(no_such_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
