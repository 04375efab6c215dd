// SPDX-License-Identifier: GPL-2.0-only
/* The verdicts beside entry-removed, and the pairs that must never be confused. */
#include "cast/watched.h"
#include "summary/advice.h"

#include <string.h>

#define ACT 7
#define S NSEC_PER_SEC

static const struct actor nft = { .pid = 812, .comm = "nft" };

/* A packet that no entry was used for, in a namespace with all hooks. */
static struct observation unmatched(const struct flow *flow)
{
	struct observation o = make_reset(flow, &flow->reply);

	o.reset.pickup = PICKUP_NONE;
	o.reset.has_zone = false;
	o.reset.hooks = HOOKS_KNOWN | HOOKS_CONNTRACK | HOOKS_NAT;
	return o;
}

static struct observation make_ruleset(enum ruleset_op op, uint8_t hooks, const struct actor *actor)
{
	struct observation o = { .type = OBSERVATION_RULESET };

	o.ruleset.op = op;
	o.ruleset.family = 2; /* AF_INET */
	o.ruleset.hooks = hooks;
	o.ruleset.actor = *actor;
	return o;
}

/* ---- entry-invalid ---- */

static void invalid_is_proven_by_the_judgement(void **state)
{
	struct flow flow = masqueraded(40112);
	struct observation o = unmatched(&flow);

	(void)state;
	o.reset.pickup = PICKUP_INVALID;
	o.reset.entry = flow;
	assert_judged(see_reset(&w, o), VERDICT_ENTRY_INVALID, CAUSE_NONE, CONFIDENCE_PROVEN);
	assert_int_equal(summary_status(&w.summary), STATUS_CRITICAL);
}

static void invalid_is_inferred_from_a_look_up(void **state)
{
	struct flow flow = masqueraded(40112);
	struct observation o = unmatched(&flow);
	const struct reset_blame *r;

	(void)state;
	o.reset.lookup = LOOKUP_ALIVE;
	o.reset.entry = flow;
	r = see_reset(&w, o);
	assert_judged(r, VERDICT_ENTRY_INVALID, CAUSE_NONE, CONFIDENCE_LIKELY);
	assert_true(is_inferred(r, UNSEEN_INVALID));
}

/* The entry was removed; the client spoke before conntrack could be asked. */
static void look_up_does_not_acquit_a_removal(void **state)
{
	struct flow flow = masqueraded(40112);
	struct observation o = unmatched(&flow);

	(void)state;
	see_address_flush(&w, ACT, "10.9.0.1", &networkd, &flow);
	o.reset.lookup = LOOKUP_ALIVE;
	o.reset.entry = flow;
	assert_judged(see_reset(&w, o), VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED,
		      CONFIDENCE_PROVEN);
}

/* address-removed / entry-invalid: the flow was flushed, came back, and its new
 * entry is alive when the packet is judged INVALID. */
static void invalid_after_a_flush_is_not_the_flush(void **state)
{
	struct flow flow = masqueraded(40112);
	struct observation o = unmatched(&flow);

	(void)state;
	see_address_flush(&w, ACT, "10.9.0.1", &networkd, &flow);
	pass(&w, S);
	see(&w, make_entry(&flow, false));
	pass(&w, S);
	o.reset.pickup = PICKUP_INVALID;
	o.reset.entry = flow;
	assert_judged(see_reset(&w, o), VERDICT_ENTRY_INVALID, CAUSE_NONE, CONFIDENCE_PROVEN);
}

/* An untranslated entry would have led the packet here as well. */
static void invalid_but_untranslated_is_stale(void **state)
{
	struct flow flow = untranslated("10.9.0.2", 40112, "10.9.0.1", 22);
	struct observation o = make_reset(&flow, &flow.orig);

	(void)state;
	o.reset.pickup = PICKUP_INVALID;
	o.reset.entry = flow;
	assert_judged(see_reset(&w, o), VERDICT_STALE_CONNECTION, CAUSE_NONE, CONFIDENCE_LIKELY);
	o.reset.ended.how = SOCKET_END_CLOSED;
	assert_judged(see_reset(&w, o), VERDICT_STALE_CONNECTION, CAUSE_NONE, CONFIDENCE_PROVEN);
}

/* ---- entry-bypassed ---- */

static struct observation bypassed(const struct flow *flow)
{
	struct observation o = unmatched(flow);

	o.reset.hooks = HOOKS_KNOWN;
	o.reset.lookup = LOOKUP_ALIVE;
	o.reset.entry = *flow;
	return o;
}

static void bypass_names_the_rulesets_author(void **state)
{
	struct flow flow = masqueraded(40112);
	const struct reset_blame *r;

	(void)state;
	see(&w, make_ruleset(RULESET_HOOKS_REMOVED, HOOKS_NAT, &nft));
	see(&w, make_ruleset(RULESET_HOOKS_REMOVED, HOOKS_CONNTRACK, &nft));
	pass(&w, S);
	r = see_reset(&w, bypassed(&flow));
	assert_judged(r, VERDICT_ENTRY_BYPASSED, CAUSE_NONE, CONFIDENCE_PROVEN);
	assert_int_equal(r->actor.pid, nft.pid);
	assert_int_equal(r->because_count, 1);
	assert_int_equal(r->because[0], r->ruleset.id);
	assert_int_equal(w.found[FINDING_RULESET], 2);
}

/* ---- a kernel thread takes away what a commit left without a rule ---- */

static struct observation make_rules(const struct actor *actor)
{
	struct observation o = { .type = OBSERVATION_RULES };

	o.rules.actor = *actor;
	return o;
}

static struct observation kernel_removes(uint8_t hooks)
{
	struct observation o = make_ruleset(RULESET_HOOKS_REMOVED, hooks, &nobody);

	o.ruleset.by_kernel = true;
	return o;
}

static void keep_newest_id(void *ctx, const struct finding *f)
{
	uint64_t *newest = ctx;

	assert_true(f->id > *newest);
	*newest = f->id;
}

static void deferred_removal_is_the_committers(void **state)
{
	struct flow flow = masqueraded(40112);
	const struct reset_blame *r;
	uint64_t newest_id = 0;

	(void)state;
	w.also = keep_newest_id;
	w.also_ctx = &newest_id;
	see(&w, make_rules(&nft));
	pass(&w, S / 100);
	see(&w, kernel_removes(HOOKS_NAT));
	pass(&w, S / 100);
	see(&w, kernel_removes(HOOKS_CONNTRACK)); /* of the same work */
	pass(&w, S);
	r = see_reset(&w, bypassed(&flow));
	assert_judged(r, VERDICT_ENTRY_BYPASSED, CAUSE_NONE, CONFIDENCE_PROVEN);
	assert_int_equal(r->actor.pid, nft.pid);
	assert_false(r->ruleset.seen.by_kernel);
	assert_int_equal(w.found[FINDING_RULES], 1);
}

/* Two that committed one after the other: neither is named. */
static void deferred_removal_of_several_is_nobodys(void **state)
{
	struct flow flow = masqueraded(40112);
	const struct reset_blame *r;

	(void)state;
	see(&w, make_rules(&nft));
	pass(&w, S);
	see(&w, make_rules(&agent));
	pass(&w, S / 100);
	see(&w, kernel_removes(HOOKS_NAT));
	pass(&w, S);
	r = see_reset(&w, bypassed(&flow));
	assert_judged(r, VERDICT_ENTRY_BYPASSED, CAUSE_NONE, CONFIDENCE_LIKELY);
	assert_int_equal(r->actor.pid, 0);
	assert_true(is_inferred(r, UNSEEN_WHICH_COMMIT));
	assert_true(r->ruleset.seen.by_kernel);
}

/* The same process twice is one; what another did whose work was seen is over. */
static void deferred_removal_looks_at_what_is_new(void **state)
{
	struct flow flow = masqueraded(40112);

	(void)state;
	see(&w, make_rules(&agent));
	pass(&w, S / 100);
	see(&w, kernel_removes(HOOKS_CONNTRACK));
	pass(&w, 2 * S);
	see(&w, make_rules(&nft));
	see(&w, make_rules(&nft));
	see(&w, kernel_removes(HOOKS_NAT));
	pass(&w, S);
	assert_int_equal(see_reset(&w, bypassed(&flow))->actor.pid, nft.pid);
}

/* Innocent: long before, in another namespace, after it, or the namespace is going. */
static void deferred_removal_accuses_no_bystander(void **state)
{
	struct flow flow = masqueraded(40112);
	struct observation exit = kernel_removes(HOOKS_NAT);

	(void)state;
	see(&w, make_rules(&nft));
	pass(&w, 11 * S);
	see_in(&w, 4026532001, make_rules(&nft));
	pass(&w, S / 100);
	see(&w, kernel_removes(HOOKS_NAT));
	see(&w, make_rules(&agent));
	pass(&w, S);
	assert_int_equal(see_reset(&w, bypassed(&flow))->actor.pid, 0);
	exit.ruleset.is_exit = true;
	see(&w, exit);
	assert_int_equal(see_reset(&w, bypassed(&flow))->actor.pid, 0);
}

/* NAT's hook alone is gone: conntrack still finds the entry. */
static void bypass_with_the_entry_attached(void **state)
{
	struct flow flow = masqueraded(40112);
	struct observation o = unmatched(&flow);

	(void)state;
	see(&w, make_ruleset(RULESET_HOOKS_REMOVED, HOOKS_NAT, &nft));
	o.reset.hooks = HOOKS_KNOWN | HOOKS_CONNTRACK;
	o.reset.pickup = PICKUP_KNOWN;
	o.reset.entry = flow;
	assert_judged(see_reset(&w, o), VERDICT_ENTRY_BYPASSED, CAUSE_NONE, CONFIDENCE_PROVEN);
}

static void bypass_before_the_window_is_likely(void **state)
{
	struct flow flow = masqueraded(40112);
	const struct reset_blame *r;

	(void)state;
	r = see_reset(&w, bypassed(&flow));
	assert_judged(r, VERDICT_ENTRY_BYPASSED, CAUSE_NONE, CONFIDENCE_LIKELY);
	assert_true(is_inferred(r, UNSEEN_HOOKS_REMOVER));
	assert_int_equal(r->actor.pid, 0);
}

static void bypass_of_an_entry_that_was_not_looked_up(void **state)
{
	struct flow flow = masqueraded(40112);
	struct observation o = bypassed(&flow), in = o;
	const struct reset_blame *r;

	(void)state;
	see(&w, make_ruleset(RULESET_HOOKS_REMOVED, HOOKS_NAT, &nft));
	o.reset.lookup = LOOKUP_NONE;
	o.reset.entry.family = 0;
	r = see_reset(&w, o);
	assert_judged(r, VERDICT_ENTRY_BYPASSED, CAUSE_NONE, CONFIDENCE_LIKELY);
	assert_true(is_inferred(r, UNSEEN_ENTRY_ALIVE));
	/* To a published port, or to a server of this host's own: no story is told of it. */
	in.reset.lookup = LOOKUP_NONE;
	in.reset.entry.family = 0;
	in.reset.packet = make_tuple("10.9.0.2", 40112, "10.9.0.1", 8080);
	r = see_reset(&w, in);
	assert_judged(r, VERDICT_UNEXPLAINED, CAUSE_NONE, CONFIDENCE_LIKELY);
	assert_true(is_inferred(r, UNSEEN_ENTRY_ALIVE));
	/* Asked, and there is none: not that. */
	o.reset.lookup = LOOKUP_ABSENT;
	r = see_reset(&w, o);
	assert_int_not_equal(r->verdict, VERDICT_ENTRY_BYPASSED);
}

/* Truth rule 12: load makes no other story of it. */
static void too_many_waited_for_conntracks_answer(void **state)
{
	struct flow flow = masqueraded(40112);
	struct observation o = bypassed(&flow), in = bypassed(&flow);
	const struct reset_blame *r;

	(void)state;
	o.reset.lookup = in.reset.lookup = LOOKUP_SKIPPED;
	o.reset.entry.family = in.reset.entry.family = 0;
	in.reset.packet = make_tuple("10.9.0.2", 40112, "10.9.0.1", 8080);
	for (int has_listener = 0; has_listener < 2; has_listener++) {
		in.reset.socket = has_listener ? SOCKET_LISTEN : SOCKET_NONE;
		r = see_reset(&w, in);
		assert_judged(r, VERDICT_UNEXPLAINED, CAUSE_NONE, CONFIDENCE_LIKELY);
		assert_true(is_inferred(r, UNSEEN_ASKED));
	}
	r = see_reset(&w, o);
	assert_judged(r, VERDICT_UNEXPLAINED, CAUSE_NONE, CONFIDENCE_LIKELY);
	see(&w, make_ruleset(RULESET_HOOKS_REMOVED, HOOKS_NAT, &nft));
	r = see_reset(&w, o);
	assert_judged(r, VERDICT_ENTRY_BYPASSED, CAUSE_NONE, CONFIDENCE_LIKELY);
	assert_true(is_inferred(r, UNSEEN_ASKED));
	assert_int_equal(see_reset(&w, in)->verdict, VERDICT_UNEXPLAINED);
	/* The end of the connection was seen: no answer is missed. */
	in.reset.ended.how = SOCKET_END_CLOSED;
	assert_judged(see_reset(&w, in), VERDICT_STALE_CONNECTION, CAUSE_NONE, CONFIDENCE_PROVEN);
}

/* Hooks that came back, went elsewhere, or are of the other family are nobody's. */
static void bypass_blames_the_right_ruleset(void **state)
{
	struct flow flow = masqueraded(40112);
	struct observation v6 = make_ruleset(RULESET_HOOKS_REMOVED, HOOKS_NAT, &agent);

	(void)state;
	see(&w, make_ruleset(RULESET_HOOKS_REMOVED, HOOKS_NAT, &agent));
	pass(&w, S);
	see(&w, make_ruleset(RULESET_HOOKS_ADDED, HOOKS_NAT, &agent));
	pass(&w, S);
	see_in(&w, OTHER_NETNS, make_ruleset(RULESET_HOOKS_REMOVED, HOOKS_NAT, &agent));
	v6.ruleset.family = 10; /* AF_INET6 */
	see(&w, v6);
	pass(&w, S);
	assert_int_equal(see_reset(&w, bypassed(&flow))->actor.pid, 0);
	see(&w, make_ruleset(RULESET_HOOKS_REMOVED, HOOKS_NAT, &nft));
	assert_int_equal(see_reset(&w, bypassed(&flow))->actor.pid, nft.pid);
}

/* nft takes NAT's hooks away itself; conntrack's go with the chain, in a kworker. */
static void bypass_names_nft_rather_than_its_kworker(void **state)
{
	struct flow flow = masqueraded(40112);
	struct observation late = make_ruleset(RULESET_HOOKS_REMOVED, HOOKS_CONNTRACK, &nobody);

	(void)state;
	see(&w, make_ruleset(RULESET_HOOKS_REMOVED, HOOKS_NAT, &nft));
	late.ruleset.by_kernel = true;
	pass(&w, MS(30));
	see(&w, late);
	pass(&w, S);
	assert_int_equal(see_reset(&w, bypassed(&flow))->actor.pid, nft.pid);
	see(&w, make_ruleset(RULESET_HOOKS_ADDED, HOOKS_NAT, &nft));
	assert_int_equal(see_reset(&w, bypassed(&flow))->actor.pid, 0);
}

/* A hook that is taken down twice in one request is told once. */
/* Where more rulesets came and went than are kept, the oldest of who has most are forgotten. */
static void bypass_after_many_rulesets(void **state)
{
	struct flow flow = masqueraded(40112);

	(void)state;
	see(&w, make_ruleset(RULESET_HOOKS_REMOVED, HOOKS_NAT, &agent));
	for (int i = 0; i < 600; i++) {
		pass(&w, 2 * S);
		see_in(&w, i == 500 ? NODE_NETNS : OTHER_NETNS,
		       make_ruleset(RULESET_HOOKS_REMOVED, HOOKS_NAT, &nft));
		if (i == 300) /* another namespace's pushed out their own */
			assert_int_equal(see_reset(&w, bypassed(&flow))->actor.pid, agent.pid);
	}
	assert_int_equal(see_reset(&w, bypassed(&flow))->actor.pid, nft.pid);
}

static void ruleset_is_told_once(void **state)
{

	(void)state;
	for (int i = 0; i < 3; i++)
		see(&w, make_ruleset(RULESET_HOOKS_REMOVED, HOOKS_NAT, &nft));
	assert_int_equal(w.found[FINDING_RULESET], 1);
	see(&w, make_ruleset(RULESET_HOOKS_ADDED, HOOKS_NAT, &nft));
	see(&w, make_ruleset(RULESET_HOOKS_REMOVED, HOOKS_NAT, &nft));
	assert_int_equal(w.found[FINDING_RULESET], 3);
}

/* entry-removed / entry-bypassed: it was flushed before the hooks went. */
static void removed_and_then_bypassed_is_removed(void **state)
{
	struct flow flow = masqueraded(40112);
	struct observation o = unmatched(&flow);

	(void)state;
	see_address_flush(&w, ACT, "10.9.0.1", &networkd, &flow);
	see(&w, make_ruleset(RULESET_HOOKS_REMOVED, HOOKS_NAT, &nft));
	o.reset.hooks = HOOKS_KNOWN;
	o.reset.lookup = LOOKUP_ABSENT;
	assert_judged(see_reset(&w, o), VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED,
		      CONFIDENCE_LIKELY);
}

/* ---- refused-by-rule ---- */

static void rule_is_the_rules_doing(void **state)
{
	struct flow flow = untranslated("10.9.0.2", 40112, "10.9.0.1", 25);
	struct observation o = make_reset(&flow, &flow.orig);

	(void)state;
	o.reset.kind = RESET_REJECTED;
	o.reset.flags = PACKET_SYN;
	assert_judged(see_reset(&w, o), VERDICT_REFUSED_BY_RULE, CAUSE_NONE, CONFIDENCE_PROVEN);
	assert_int_equal(summary_status(&w.summary), STATUS_OK);
}

/* "ct state invalid reject": the rule met the packet for want of its entry. */
static void rule_after_a_flush_tells_the_flush(void **state)
{
	struct flow flow = masqueraded(40112);
	struct observation o = unmatched(&flow);
	const struct reset_blame *r;

	(void)state;
	see_address_flush(&w, ACT, "10.9.0.1", &networkd, &flow);
	o.reset.kind = RESET_REJECTED;
	r = see_reset(&w, o);
	assert_judged(r, VERDICT_REFUSED_BY_RULE, CAUSE_NONE, CONFIDENCE_PROVEN);
	assert_int_equal(r->because_count, 2);
	assert_non_null(r->flush);
	assert_int_equal(w.summary.blamed, 0);
	assert_int_equal(w.summary.refused, 1); /* and not OK: it cost a live flow */
	assert_int_equal(summary_status(&w.summary), STATUS_WARNING);
}

/* "ct state new reject": an untranslated entry stood between the packet and that rule. */
static void rule_after_a_flush_of_the_nodes_own(void **state)
{
	struct flow ssh = untranslated("10.9.0.2", 40112, "10.9.0.1", 22);
	struct observation o = make_reset(&ssh, &ssh.orig);

	(void)state;
	see(&w, make_act(ACT, CAUSE_USER_FLUSH, NULL, 0, &conntrack_command));
	see(&w, make_removal(ACT, CAUSE_USER_FLUSH, &ssh));
	see(&w, make_act_end(ACT, 1, 1));
	pass(&w, MS(5));
	o.reset.kind = RESET_REJECTED;
	assert_int_equal(see_reset(&w, o)->because_count, 1);
	assert_int_equal(w.summary.refused, 1);
	o.reset.flags = PACKET_SYN; /* a new connection: the rule's own */
	assert_int_equal(see_reset(&w, o)->because_count, 0);
	assert_int_equal(w.summary.refused, 1);
}

/* ---- aborted ---- */

static void abort_names_who_and_why(void **state)
{
	struct flow flow = untranslated("10.9.0.1", 40112, "10.9.0.2", 6379);
	struct observation o = make_reset(&flow, &flow.reply);
	const struct reset_blame *r;

	(void)state;
	o.reset.kind = RESET_ABORT;
	o.reset.cause = CAUSE_UNREAD_DATA;
	o.reset.in_softirq = false;
	o.reset.actor = agent;
	r = see_reset(&w, o);
	assert_judged(r, VERDICT_ABORTED, CAUSE_UNREAD_DATA, CONFIDENCE_PROVEN);
	assert_int_equal(r->actor.pid, agent.pid);
	assert_true(tuple_equal(&r->flow.orig, &flow.orig));
	assert_true(r->is_one_sided);
	o.reset.cause = CAUSE_KEEPALIVE; /* a timer: nobody's deed */
	o.reset.in_softirq = true;
	assert_int_equal(see_reset(&w, o)->actor.pid, 0);
	assert_int_equal(summary_status(&w.summary), STATUS_OK);
}

/* ---- IPVS without conntrack ---- */

static void ipvs_has_forgotten_it(void **state)
{
	struct flow flow = untranslated("10.9.0.2", 40112, "10.9.0.1", 7005);
	struct observation o = make_reset(&flow, &flow.orig);
	const struct reset_blame *r;

	(void)state;
	o.reset.is_virtual = true;
	r = see_reset(&w, o);
	assert_judged(r, VERDICT_ENTRY_UNKNOWN, CAUSE_IPVS, CONFIDENCE_LIKELY);
	assert_true(is_inferred(r, UNSEEN_IPVS));
	o.reset.ended.how = SOCKET_END_CLOSED; /* it was this host's own */
	assert_judged(see_reset(&w, o), VERDICT_STALE_CONNECTION, CAUSE_NONE, CONFIDENCE_PROVEN);
	o.reset.ended.how = SOCKET_END_NONE;
	o.reset.is_virtual = false; /* a port beside the service */
	assert_judged(see_reset(&w, o), VERDICT_STALE_CONNECTION, CAUSE_NONE, CONFIDENCE_LIKELY);
}

/* ---- protocol ---- */

/* Data after close: TCP has just ended the socket, which is CLOSE by now. */
static void data_after_close_is_protocol(void **state)
{
	struct flow flow = untranslated("10.9.0.2", 40112, "10.9.0.1", 22);
	struct observation o = make_reset(&flow, &flow.orig);

	(void)state;
	o.reset.socket = SOCKET_CLOSE;
	assert_judged(see_reset(&w, o), VERDICT_PROTOCOL, CAUSE_NONE, CONFIDENCE_PROVEN);
}

/* A bad ACK in a handshake is answered in the listener's name. */
static void bad_handshake_is_protocol(void **state)
{
	struct flow flow = untranslated("10.9.0.2", 40112, "10.9.0.1", 22);
	struct observation o = make_reset(&flow, &flow.orig);

	(void)state;
	o.reset.socket = SOCKET_LISTEN;
	o.reset.pickup = PICKUP_INVALID;
	o.reset.entry = flow;
	o.reset.entry_state = TRACKER_SYN_RECV;
	assert_judged(see_reset(&w, o), VERDICT_PROTOCOL, CAUSE_NONE, CONFIDENCE_PROVEN);
	o.reset.entry_state = TRACKER_ESTABLISHED;
	assert_judged(see_reset(&w, o), VERDICT_STALE_CONNECTION, CAUSE_NONE, CONFIDENCE_LIKELY);
}

/* Whatever can be said, something can be done about it; and each accusation says
 * what would show it wrong. */
static void each_verdict_has_advice(void **state)
{
	static struct summary t;

	(void)state;
	for (enum verdict v = VERDICT_ENTRY_REMOVED; v < VERDICTS; v++)
		for (enum cause c = 0; c < CAUSES; c++) {
			struct story seen = { .blamed = { .verdict = v, .cause = c } };
			const struct advice_row *row = advice_find(&t, &seen);

			assert_non_null(row);
			assert_non_null(row->lines[0]);
			if (v == VERDICT_UNEXPLAINED && row->verdict) /* it accuses nobody */
				continue;
			assert_non_null(row->disproof);
			assert_memory_equal(row->disproof, ADVICE_DISPROOF,
					    strlen(ADVICE_DISPROOF));
		}
}

/* With nothing to blame, what else was seen is advised on; else only the blamed. */
static void advice_is_on_what_was_blamed(void **state)
{
	struct flow flow = masqueraded(40112);
	struct observation syn = make_reset(&flow, &flow.reply);
	struct advice_list advice;

	(void)state;
	syn.reset.flags = PACKET_SYN;
	see_reset(&w, syn);
	summary_advice(&w.summary, &advice);
	assert_int_equal(advice.count, 2);
	assert_true(advice.items[1].is_disproof);
	assert_non_null(strstr(advice.items[0].text, "No process listens"));
	see_address_flush(&w, ACT, "10.9.0.1", &networkd, &flow);
	see_server_packet(&w, &flow);
	summary_advice(&w.summary, &advice);
	assert_int_equal(advice.count, 5);
	assert_non_null(strstr(advice.items[0].text, "KeepConfiguration"));
	assert_non_null(strstr(advice.items[1].text, "systemctl restart systemd-networkd"));
	assert_non_null(strstr(advice.items[4].text, "--exposure"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(deferred_removal_is_the_committers),
		story(deferred_removal_of_several_is_nobodys),
		story(deferred_removal_looks_at_what_is_new),
		story(deferred_removal_accuses_no_bystander),
		story(invalid_is_proven_by_the_judgement),
		story(invalid_is_inferred_from_a_look_up),
		story(look_up_does_not_acquit_a_removal),
		story(invalid_after_a_flush_is_not_the_flush),
		story(invalid_but_untranslated_is_stale),
		story(bypass_names_the_rulesets_author),
		story(bypass_with_the_entry_attached),
		story(bypass_before_the_window_is_likely),
		story(bypass_of_an_entry_that_was_not_looked_up),
		story(too_many_waited_for_conntracks_answer),
		story(bypass_blames_the_right_ruleset),
		story(bypass_names_nft_rather_than_its_kworker),
		story(ruleset_is_told_once),
		story(removed_and_then_bypassed_is_removed),
		story(rule_is_the_rules_doing),
		story(rule_after_a_flush_tells_the_flush),
		story(rule_after_a_flush_of_the_nodes_own),
		story(abort_names_who_and_why),
		story(ipvs_has_forgotten_it),
		story(data_after_close_is_protocol),
		story(bad_handshake_is_protocol),
		cmocka_unit_test(each_verdict_has_advice),
		story(advice_is_on_what_was_blamed),
		story(bypass_after_many_rulesets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
