// SPDX-License-Identifier: GPL-2.0-only
/* Tables of xtables whose offsets lead out of them or round in them. */
#include "cast/make.h"

#include <string.h>
#include <unistd.h>

#include "node/nat_rules_xt.c"

enum { TABLE_BYTES = 4096, SECONDS_MAX = 30 };

static struct xt_rules rules;
static size_t used;

static void begin(void)
{
	memset(&rules, 0, sizeof(rules));
	rules.entries = calloc(1, sizeof(*rules.entries) + TABLE_BYTES);
	rules.info.valid_hooks = 1U << NF_INET_POST_ROUTING;
	used = 0;
}

/* A rule for all packets; "" with a verdict is the standard target. */
static struct ipt_entry *add(const char *target, int verdict)
{
	struct ipt_entry *e = (void *)((char *)rules.entries->entrytable + used);
	struct xt_standard_target *t = (void *)(e + 1);

	e->target_offset = sizeof(*e);
	e->next_offset = sizeof(*e) + sizeof(*t);
	strcpy(t->target.u.user.name, target);
	t->verdict = verdict;
	used += e->next_offset;
	rules.info.size = (unsigned int)used;
	return e;
}

/* Its own allocation of just that size: ASan watches its end. */
static enum nat_answer ask(void)
{
	const struct nat_question q = { .family = AF_INET,
					.tuple = make_tuple("10.88.0.2", 40000, "10.9.0.2", 6379) };
	struct ipt_get_entries *exact = malloc(sizeof(*exact) + rules.info.size);
	enum nat_answer answer;

	memcpy(exact, rules.entries, sizeof(*exact) + rules.info.size);
	free(rules.entries);
	rules.entries = exact;
	answer = xt_rules_ask(&rules, &q, false);
	free(rules.entries);
	return answer;
}

static void whole(void **state)
{
	(void)state;
	begin();
	add("LOG", 0);
	add("MASQUERADE", 0);
	assert_int_equal(ask(), NAT_YES);
}

/* What comes after is not known. */
static void leads_out(void **state)
{
	(void)state;
	begin();
	add("LOG", 0)->next_offset = UINT16_MAX;
	add("MASQUERADE", 0);
	assert_int_equal(ask(), NAT_MAYBE);
	begin();
	add("LOG", 0)->target_offset = UINT16_MAX - 7;
	assert_int_equal(ask(), NAT_MAYBE);
	begin();
	add("LOG", 0);
	rules.info.hook_entry[NF_INET_POST_ROUTING] = UINT32_MAX - 7;
	assert_int_equal(ask(), NAT_MAYBE);
	begin();
	add("", 3);
	assert_int_equal(ask(), NAT_MAYBE);
}

static void name_without_end(void **state)
{
	struct xt_entry_target *t;

	(void)state;
	begin();
	t = (void *)(add("LOG", 0) + 1);
	memset(t->u.user.name, 'A', sizeof(t->u.user.name));
	assert_int_equal(ask(), NAT_NO);
}

/* Two jumps back: 2^16 ways, and none of them ends. */
static void a_loop(void **state)
{
	(void)state;
	alarm(SECONDS_MAX);
	begin();
	for (int i = 0; i < 12; i++)
		add("", 0);
	assert_int_equal(ask(), NAT_MAYBE);
	alarm(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),
		cmocka_unit_test(leads_out),
		cmocka_unit_test(name_without_end),
		cmocka_unit_test(a_loop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
