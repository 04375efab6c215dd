// SPDX-License-Identifier: GPL-2.0-only
/* What is said of a system call that a filter refuses, beside the capabilities that are there. */
#include "cast/make.h"

#include <errno.h>
#include <string.h>

#include "node/gaps.h"

static void refused_setns_is_said(void **state)
{
	struct gaps gaps = { .count = 0 };

	(void)state;
	gaps_note_setns(&gaps, -EPERM, &(struct privilege_facts){ .has_seccomp = true });
	assert_int_equal(gaps.count, 1);
	assert_non_null(strstr(gaps.lines[0], "sockets in other network namespaces"));
	assert_non_null(strstr(gaps.lines[0], "seccomp=unconfined"));
	gaps_note_setns(&gaps, -EINVAL, &(struct privilege_facts){ .has_seccomp = true });
	assert_int_equal(gaps.count, 2);
	assert_null(strstr(gaps.lines[1], "seccomp"));
}

/* A filter alone, which refuses something else, is no gap. */
static void allowed_setns_is_no_gap(void **state)
{
	struct gaps gaps = { .count = 0 };

	(void)state;
	gaps_note_setns(&gaps, 0, &(struct privilege_facts){ .has_seccomp = true });
	assert_int_equal(gaps.count, 0);
}

/* Here, whatever it is: each says what lacks, and none is said twice. */
static void here_each_once(void **state)
{
	struct gaps gaps;

	(void)state;
	gaps_find(&gaps);
	assert_true(gaps.count <= GAPS_HERE_MAX);
	for (size_t i = 0; i < gaps.count; i++) {
		assert_non_null(strchr(gaps.lines[i], ':'));
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(gaps.lines[i], gaps.lines[k]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused_setns_is_said),
		cmocka_unit_test(allowed_setns_is_no_gap),
		cmocka_unit_test(here_each_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
