// SPDX-License-Identifier: GPL-2.0-only
/* Whose socket a reset's packet was meant for: what is looked up behind blame. */
#include "cast/make.h"

#include <string.h>

static struct wanted_socket wanted; /* of the last reset; all zero: none */
static struct victim known;
static size_t resets;
static struct blame *blame;
static const uint64_t start_ns = MONO_BASE_NS;

static void take(void *ctx, const struct finding *f)
{
	(void)ctx;
	if (f->type != FINDING_RESET)
		return;
	resets++;
	memset(&wanted, 0, sizeof(wanted));
	memset(&known, 0, sizeof(known));
	if (f->wanted)
		wanted = *f->wanted;
	if (wanted.known)
		known = *wanted.known;
}

static int begin(void **state)
{
	(void)state;
	resets = 0;
	blame = blame_new(NULL, take, NULL);
	return !blame;
}

static int end(void **state)
{
	(void)state;
	blame_free(blame);
	return 0;
}

static void see_at(struct observation seen, uint64_t after_ns)
{
	seen.netns.inum = NODE_NETNS;
	seen.mono_ns = start_ns + after_ns;
	assert_int_equal(blame_observe(blame, &seen), 0);
}

static void see_removal(const struct flow *flow, uint16_t zone)
{
	struct observation seen = make_removal(7, CAUSE_ADDRESS_REMOVED, flow);

	seen.removal.zone = zone;
	see_at(seen, 0);
}

static void see_reset_at(const struct tuple *packet, const struct flow *flow, uint64_t after_ns)
{
	size_t before = resets;

	see_at(make_reset(flow, packet), after_ns);
	assert_int_equal(resets, before + 1);
}

static struct observation make_risk_of(const struct flow *flow, uint64_t after_ns)
{
	return (struct observation){
		.type = OBSERVATION_AT_RISK,
		.risk = { .flow = *flow,
			  .looked_ns = start_ns + after_ns,
			  .inode = 31337,
			  .victim = { .process = { .pid = 201, .comm = "redis-cli", .netns = 7 },
				      .socket_state = SOCKET_ESTABLISHED } },
	};
}

static void see_risk(const struct flow *flow, enum risk_end how, uint64_t after_ns)
{
	struct observation seen = make_risk_of(flow, after_ns);

	seen.risk.end = how;
	see_at(seen, after_ns);
}

/* Seen before the reset, and how long before; of the other flow nothing is known. */
static void at_risk_before(void **state)
{
	struct flow at_risk = masqueraded(1001), unseen = masqueraded(1002);

	(void)state;
	see_removal(&at_risk, 0);
	see_removal(&unseen, 0);
	see_risk(&at_risk, RISK_GOES_ON, MS(10));
	see_reset_at(&at_risk.reply, &at_risk, MS(510));
	assert_true(tuple_equal(&wanted.tuple, &at_risk.orig));
	assert_int_equal(wanted.inum, 7);
	assert_int_equal(wanted.inode, 31337);
	assert_int_equal(wanted.known_ago_ns, MS(500));
	assert_string_equal(known.process.comm, "redis-cli");
	see_reset_at(&unseen.reply, &unseen, MS(511));
	assert_true(tuple_equal(&wanted.tuple, &unseen.orig));
	assert_int_equal(wanted.inum, 0);
	assert_null(wanted.known);
	/* A second one of the same flow: where to look, and that it was reset since. */
	see_reset_at(&at_risk.reply, &at_risk, MS(600));
	assert_null(wanted.known);
}

/* Its socket is one translation further in, and is sought by what it sends itself. */
static void at_risk_behind_another_translation(void **state)
{
	struct flow flow = masqueraded(1001);
	struct observation seen = make_risk_of(&flow, MS(10));

	(void)state;
	seen.risk.inner = make_tuple("10.77.0.2", 50001, "10.9.0.2", 6379);
	see_removal(&flow, 0);
	see_at(seen, MS(10));
	see_reset_at(&flow.reply, &flow, MS(510));
	assert_true(tuple_equal(&wanted.tuple, &seen.risk.inner));
	assert_int_equal(wanted.inum, 7);
}

/* The server's packet is the client's business, and the other way round. */
static void either_end(void **state)
{
	struct flow flow = masqueraded(1001);

	(void)state;
	see_removal(&flow, 0);
	see_risk(&flow, RISK_GOES_ON, MS(10));
	see_reset_at(&flow.orig, &flow, MS(510));
	if (wanted.tuple.sport) /* where the verdict knows the flow */
		assert_true(tuple_equal(&wanted.tuple, &flow.reply));
	assert_null(wanted.known);
}

/* Of two zones with the same tuple one is at risk, the other was reset. */
static void another_zone(void **state)
{
	struct flow flow = masqueraded(1001);
	struct observation seen = make_reset(&flow, &flow.reply);

	(void)state;
	see_removal(&flow, 0);
	see_risk(&flow, RISK_GOES_ON, MS(10));
	see_removal(&flow, 5);
	seen.reset.has_zone = true;
	seen.reset.zone = 5;
	see_at(seen, MS(510));
	assert_null(wanted.known);
	assert_int_equal(wanted.inode, 0);
}

/* The inner end spoke first and left as somebody else: the outer end's connection is asked
 * for, as it was. The inner one is no witness: the reset has reached it. */
static void of_whom_it_was_translated_anew(void **state)
{
	struct flow before = masqueraded(1001), now = masqueraded(1001);
	struct observation entry, reset;

	(void)state;
	before.orig = make_tuple("10.9.0.2", 41001, "10.9.0.1", 8080);
	before.reply = make_tuple("10.88.0.2", 80, "10.9.0.2", 41001);
	now.orig = before.reply;
	now.reply = make_tuple("10.9.0.2", 41001, "10.9.0.1", 80);
	see_removal(&before, 0);
	entry = make_entry(&now, false);
	see_at(entry, MS(1));
	reset = make_reset(&before, &before.orig);
	reset.reset.packet = tuple_inverse(&now.reply);
	reset.netns.inum = NODE_NETNS + 1;
	reset.mono_ns = start_ns + MS(2);
	assert_int_equal(blame_observe(blame, &reset), 0);
	assert_int_equal(resets, 1);
	assert_true(tuple_equal(&wanted.tuple, &before.orig));
}

/* It is this host's own doing, or the peer's: the socket is known, or nobody's. */
static void of_nobody(void **state)
{
	struct flow flow = masqueraded(1001);
	struct observation seen = make_reset(&flow, &flow.reply);

	(void)state;
	see_removal(&flow, 0);
	seen.reset.kind = RESET_ABORT;
	seen.reset.cause = CAUSE_LINGER;
	see_at(seen, MS(1));
	assert_int_equal(wanted.tuple.sport, 0);
	seen.reset.kind = RESET_RECEIVED;
	see_at(seen, MS(2));
	assert_int_equal(wanted.tuple.sport, 0);
	/* A flow that nothing is known of. */
	flow = masqueraded(1009);
	see_reset_at(&flow.reply, &flow, MS(3));
	assert_null(wanted.known);
}

/* What the victim is makes no difference to the verdict: one that a recording brings. */
static void the_verdict_does_not_read_it(void **state)
{
	struct flow flow = masqueraded(1001);
	struct watch watches[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct observation reset = make_reset(&flow, &flow.reply);

		watch_begin(&watches[i]);
		see(&watches[i], make_removal(7, CAUSE_ADDRESS_REMOVED, &flow));
		pass(&watches[i], MS(10));
		if (i)
			memset(&reset.reset.victim, 0x41, sizeof(reset.reset.victim) - 1);
		see_reset(&watches[i], reset);
		blame_free(watches[i].blame);
	}
	assert_int_equal(watches[0].resets[0].blame.verdict, watches[1].resets[0].blame.verdict);
	assert_int_equal(watches[0].resets[0].blame.confidence,
			 watches[1].resets[0].blame.confidence);
	assert_int_equal(watches[0].resets[0].blame.cause, watches[1].resets[0].blame.cause);
}

#define story(name) cmocka_unit_test_setup_teardown(name, begin, end)

/* Nobody was hurt, but somebody may listen out of the packet's reach: there, on that port. */
static void who_listens_out_of_reach(void **state)
{
	struct flow web = untranslated("10.9.0.2", 50000, "10.9.0.1", 8001);
	struct observation syn = make_reset(&web, &web.orig);

	(void)state;
	syn.reset.flags = PACKET_SYN;
	see_at(syn, MS(10));
	assert_int_equal(wanted.role, VICTIM_LISTENER);
	assert_int_equal(wanted.inum, NODE_NETNS);
	assert_int_equal(wanted.tuple.sport, 8001);
	assert_true(address_equal(&wanted.tuple.src, &web.orig.dst));
	/* A recording has the answer. */
	syn.reset.victim.look = LOOK_ABSENT;
	see_at(syn, MS(20));
	assert_int_equal(wanted.role, VICTIM_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(at_risk_before),
		story(either_end),
		story(at_risk_behind_another_translation),
		story(either_end),
		story(another_zone),
		story(of_whom_it_was_translated_anew),
		story(of_nobody),
		story(who_listens_out_of_reach),
		story(the_verdict_does_not_read_it),
	};

	return cmocka_run_group_tests_name("wanted", tests, NULL, NULL);
}
