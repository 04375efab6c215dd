// SPDX-License-Identifier: GPL-2.0-only
/* --netns: which namespaces of a recording are reported. */
#include "cast/make.h"

#include <string.h>

#include "report/places.h"

static void learn(struct places *p, struct netns_id netns, const char *name)
{
	struct observation seen = { .type = OBSERVATION_NAMESPACE, .netns = netns };
	struct finding f = { .type = FINDING_NAMESPACE, .netns = netns, .seen = &seen };

	strcpy(seen.space.name, name);
	places_learn(p, &f);
}

static const struct netns_id own = { 0, NODE_NETNS }, other = { 0, OTHER_NETNS },
			     elsewhere = { 1, OTHER_NETNS };

static void all_of_them(void **state)
{
	struct places p = { 0 };

	(void)state;
	learn(&p, other, "c1");
	assert_true(places_has(&p, own));
	assert_true(places_has(&p, other));
}

/* Namespaces of several nodes may share numbers, and names. */
static void by_name(void **state)
{
	struct places p;

	(void)state;
	places_want(&p, "c1");
	assert_false(places_has(&p, other));
	learn(&p, own, "srv");
	learn(&p, other, "c1");
	learn(&p, other, "c1");
	assert_true(places_has(&p, other));
	assert_false(places_has(&p, own));
	assert_false(places_has(&p, elsewhere));
	learn(&p, elsewhere, "c1");
	assert_true(places_has(&p, elsewhere));
	assert_int_equal(p.count, 2);
}

static void by_number(void **state)
{
	static const char *const texts[] = { "4026532999", "net:[4026532999]" };
	static const char *const names[] = { "4026532999x", "net:[4026532999", "-1", "net:[]" };
	struct places p;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		places_want(&p, texts[i]);
		assert_true(places_has(&p, other));
		assert_false(places_has(&p, own));
	}
	for (size_t i = 0; i < 4; i++) {
		places_want(&p, names[i]);
		assert_int_equal(p.inum, 0);
		assert_false(places_has(&p, other));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_them),
		cmocka_unit_test(by_name),
		cmocka_unit_test(by_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
