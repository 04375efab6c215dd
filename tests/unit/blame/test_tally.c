// SPDX-License-Identifier: GPL-2.0-only
/* What was seen is held against what the kernel counted. */
#include "cast/make.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "blame/tally.h"

enum { A = 4026531840, B = 4026532115, FOUND_MAX = 8 };

struct found {
	size_t count;
	struct observation items[FOUND_MAX];
};

static struct tally *t;
static struct found found;
static struct kernel_count counts[2];
static struct kernel_reading reading = { .counts = counts };

static int take(void *ctx, const struct observation *seen)
{
	struct found *f = ctx;

	assert_true(f->count < FOUND_MAX);
	f->items[f->count++] = *seen;
	return 0;
}

static int set_up(void **state)
{
	(void)state;
	memset(&found, 0, sizeof(found));
	t = tally_new();
	return !t;
}

static int tear_down(void **state)
{
	(void)state;
	tally_free(t);
	return 0;
}

static void see_one(uint32_t inum, enum reset_kind kind)
{
	struct flow redis = masqueraded(40112);
	struct observation o = make_reset(&redis, &redis.reply);

	o.netns.inum = inum;
	o.reset.kind = kind;
	tally_note(t, &o);
}

/* The kernel's counts of A, and of B where there is one. */
static void count(uint64_t a, uint64_t b, bool is_last)
{
	counts[0] = (struct kernel_count){ .inum = A, .resets = a };
	counts[1] = (struct kernel_count){ .inum = B, .resets = b };
	reading.count = b ? 2 : 1;
	tally_ask(t);
	assert_int_equal(tally_compare(t, &reading, is_last, take, &found), 0);
}

static void assert_of(const struct observation *o, enum witness_of of, uint64_t counted,
		      uint64_t seen, uint64_t missing)
{
	assert_int_equal(o->type, OBSERVATION_WITNESS);
	assert_int_equal(o->witness.of, of);
	assert_int_equal(o->witness.counted, counted);
	assert_int_equal(o->witness.seen, seen);
	assert_int_equal(o->witness.missing, missing);
}

static void assert_missing(const struct observation *o, uint32_t inum, uint64_t counted,
			   uint64_t seen, uint64_t missing)
{
	assert_of(o, WITNESS_RESETS, counted, seen, missing);
	assert_int_equal(o->netns.inum, inum);
}

static void agreement_is_said_once(void **state)
{
	struct port_count ports[] = { { 80, 40 } };
	struct observation storm = make_resets(40, ports, 1);

	(void)state;
	storm.netns.inum = A;
	count(1000, 0, false);
	see_one(A, RESET_ANSWER);
	see_one(A, RESET_ABORT);
	tally_note(t, &storm);
	count(1042, 0, false);
	assert_int_equal(found.count, 0);
	count(1042, 0, true);
	assert_int_equal(found.count, WITNESSES - 1); /* one of each kind */
	assert_missing(&found.items[0], 0, 42, 42, 0);
	assert_int_equal(found.items[0].witness.namespaces, 1);
}

/* Those of another namespace do not make up for it; and it is reported as it grows. */
static void what_nobody_saw_is_missing(void **state)
{
	(void)state;
	count(10, 10, false);
	see_one(A, RESET_ANSWER);
	see_one(A, RESET_ANSWER);
	see_one(B, RESET_ANSWER);
	count(12, 14, false);
	assert_int_equal(found.count, 1);
	assert_missing(&found.items[0], B, 4, 1, 3);
	count(12, 14, false);
	assert_int_equal(found.count, 1);
	count(12, 15, false);
	assert_int_equal(found.count, 2);
	assert_missing(&found.items[1], B, 5, 1, 1);
}

/* A rule's resets and those received are not among what the kernel counts there. */
static void others_do_not_stand_in(void **state)
{
	(void)state;
	count(10, 0, false);
	see_one(A, RESET_REJECTED);
	see_one(A, RESET_RECEIVED);
	count(12, 0, false);
	assert_int_equal(found.count, 1);
	assert_missing(&found.items[0], A, 2, 0, 2);
}

/* What is known to be lost is not lost once more. */
static void known_losses_explain(void **state)
{
	struct observation lost = make_lost("reset-ipv4", 3);
	struct observation other = make_lost("link", 3);

	(void)state;
	count(10, 0, false);
	tally_note(t, &other);
	tally_note(t, &lost);
	count(13, 0, false);
	assert_int_equal(found.count, 0);
	count(14, 0, false);
	assert_int_equal(found.count, 1);
	assert_missing(&found.items[0], A, 4, 0, 1);
	assert_int_equal(found.items[0].witness.lost, 3);
}

/* A namespace found late begins there: what it sent before was not ours to see, and what was
 * seen of it does not make up for what comes. */
static void late_namespaces_begin_late(void **state)
{
	(void)state;
	count(10, 0, false);
	see_one(B, RESET_ANSWER);
	see_one(B, RESET_ANSWER);
	count(10, 70, false);
	count(10, 70, false);
	assert_int_equal(found.count, 0);
	count(10, 71, false);
	assert_int_equal(found.count, 1);
	assert_missing(&found.items[0], B, 1, 0, 1);
}

/* Its number goes to the next one, which begins at nothing. */
static void a_number_is_reused(void **state)
{
	(void)state;
	count(10, 50, false);
	see_one(B, RESET_ANSWER);
	count(10, 1, false);
	count(10, 1, true);
	assert_int_equal(found.count, WITNESSES - 1);
	assert_missing(&found.items[0], 0, 0, 1, 0);
}

/* ---- addresses ---- */

static void hear(const char *text, uint32_t ifindex)
{
	struct address local = make_ip(text);

	tally_hear(t, strchr(text, ':') ? AF_INET6 : AF_INET, ifindex, &local);
}

static void see_address(enum change_op op, const char *text, uint32_t ifindex)
{
	struct observation o = make_address(op, text, ifindex, &networkd);

	tally_note(t, &o);
}

/* Whatever comes first: the announcement, or the record of it. */
static void announced_addresses_agree(void **state)
{
	(void)state;
	count(1, 0, false);
	hear("10.9.0.1", UP0);
	see_address(ADDRESS_REMOVE, "10.9.0.1", UP0);
	see_address(ADDRESS_ADD, "10.9.0.1", UP0);
	see_address(ADDRESS_REMOVE, "10.9.0.1", UP0);
	hear("10.9.0.1", UP0);
	count(1, 0, true);
	assert_int_equal(found.count, WITNESSES - 1);
	assert_of(&found.items[1], WITNESS_ADDRESSES, 2, 2, 0);
}

/* Another one that was seen, of whichever namespace, does not stand in; nor does what was
 * announced after the kernel was asked count already. */
static void an_unseen_address_is_missing(void **state)
{
	(void)state;
	count(1, 0, false);
	see_address(ADDRESS_REMOVE, "10.9.0.9", UP0);
	see_address(ADDRESS_REMOVE, "10.9.0.1", UP1);
	hear("10.9.0.1", UP0);
	tally_ask(t);
	hear("fd00:9::1", UP0);
	assert_int_equal(tally_compare(t, &reading, false, take, &found), 0);
	assert_int_equal(found.count, 1);
	assert_of(&found.items[0], WITNESS_ADDRESSES, 1, 0, 1);
	count(1, 0, false);
	assert_int_equal(found.count, 2);
	assert_of(&found.items[1], WITNESS_ADDRESSES, 2, 0, 1);
}

static void a_gap_in_announcements_is_said(void **state)
{
	struct observation lost = make_lost("address-ipv6", 1);

	(void)state;
	count(1, 0, false);
	hear("fd00:9::1", UP0);
	tally_note(t, &lost);
	tally_hear_gap(t);
	count(1, 0, true);
	assert_int_equal(found.count, WITNESSES - 1);
	assert_of(&found.items[1], WITNESS_ADDRESSES, 1, 0, 0);
	assert_int_equal(found.items[1].witness.unread, 1);
}

/* ---- conntrack's entries ---- */

static void lose_entries(uint32_t inum, uint16_t first_port, size_t n)
{
	static struct kernel_entry gone[4];

	for (size_t i = 0; i < n; i++)
		gone[i] = (struct kernel_entry){
			.inum = inum,
			.family = AF_INET,
			.orig = masqueraded((uint16_t)(first_port + i)).orig,
		};
	reading.gone = gone;
	reading.gone_count = n;
	count(1, 0, false);
	reading.gone_count = 0;
}

static void see_removal(uint32_t inum, uint16_t port)
{
	struct flow flow = masqueraded(port);
	struct observation o = make_removal(7, CAUSE_USER_FLUSH, &flow);

	o.netns.inum = inum;
	tally_note(t, &o);
}

/* A removal is seen before the kernel is asked, or after that and before it is compared. */
static void seen_removals_agree(void **state)
{
	(void)state;
	count(1, 0, false);
	see_removal(A, 40112);
	lose_entries(A, 40112, 1);
	tally_ask(t);
	see_removal(A, 40113);
	reading.gone_count = 0;
	assert_int_equal(tally_compare(t, &reading, false, take, &found), 0);
	lose_entries(A, 40113, 1);
	assert_int_equal(found.count, 0);
}

/* Another namespace's is another entry, and one of three readings ago an earlier one. */
static void unseen_removals_are_missing(void **state)
{
	(void)state;
	count(1, 0, false);
	see_removal(A, 40112);
	see_removal(B, 40113);
	lose_entries(A, 40112, 3);
	assert_int_equal(found.count, 1);
	assert_of(&found.items[0], WITNESS_REMOVALS, 3, 1, 2);
	count(1, 0, false);
	count(1, 0, false);
	lose_entries(A, 40112, 1);
	assert_int_equal(found.count, 2);
	assert_of(&found.items[1], WITNESS_REMOVALS, 4, 1, 1);
}

static void lost_removals_explain(void **state)
{
	struct observation lost = make_lost("conntrack-removal", 2);

	(void)state;
	count(1, 0, false);
	tally_note(t, &lost);
	lose_entries(A, 40112, 2);
	assert_int_equal(found.count, 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(agreement_is_said_once),         TEST(what_nobody_saw_is_missing),
		TEST(others_do_not_stand_in),         TEST(known_losses_explain),
		TEST(late_namespaces_begin_late),     TEST(a_number_is_reused),
		TEST(announced_addresses_agree),      TEST(an_unseen_address_is_missing),
		TEST(a_gap_in_announcements_is_said), TEST(seen_removals_agree),
		TEST(unseen_removals_are_missing),    TEST(lost_removals_explain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
