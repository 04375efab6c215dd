// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel's refusal is put down to. */
#include "cast/make.h"

#include <errno.h>
#include <string.h>

#include "node/holdings.h"
#include "node/privilege.h"

static const char *cure(int err, struct privilege_facts facts)
{
	const char *text = privilege_cure(err, &facts);

	return text ? text : "";
}

static void each_cause_has_its_cure(void **state)
{
	(void)state;
	assert_non_null(strstr(cure(-EPERM, (struct privilege_facts){ .has_seccomp = true }),
			       "seccomp=unconfined"));
	assert_non_null(strstr(cure(-EACCES, (struct privilege_facts){ .has_seccomp = true }),
			       "seccomp=unconfined"));
	assert_non_null(strstr(cure(-EPERM, (struct privilege_facts){ .is_short_of_memlock = true,
								      .has_seccomp = true }),
			       "ulimit -l"));
	assert_non_null(strstr(cure(-EPERM, (struct privilege_facts){ .is_locked_down = true,
								      .has_seccomp = true }),
			       "without lockdown"));
	assert_non_null(strstr(cure(-EACCES, (struct privilege_facts){ .is_perf_paranoid = true }),
			       "perf_event_paranoid=2"));
	assert_non_null(strstr(cure(-EPERM, (struct privilege_facts){ 0 }), "security module"));
	assert_non_null(strstr(cure(-ENOSYS, (struct privilege_facts){ .has_seccomp = true }),
			       "seccomp=unconfined"));
	assert_non_null(strstr(cure(-EMFILE, (struct privilege_facts){ 0 }), "ulimit -n"));
	assert_non_null(strstr(cure(-EINVAL, (struct privilege_facts){ .is_short_of_files = true }),
			       "ulimit -n"));
	assert_non_null(strstr(cure(-ENOMEM, (struct privilege_facts){ .has_seccomp = true }),
			       "MemoryMax="));
	assert_null(privilege_cure(-EINVAL, &(struct privilege_facts){ 0 }));
}

/* A kernel that cannot do it says so by another number. */
static void no_privilege_helps(void **state)
{
	(void)state;
	assert_string_equal(cure(-ENOTSUP, (struct privilege_facts){ .has_seccomp = true }), "");
	assert_string_equal(cure(-ENOENT, (struct privilege_facts){ .is_locked_down = true }), "");
	assert_string_equal(cure(-ENOSYS, (struct privilege_facts){ 0 }), "");
}

/* One table says what is held and what comes of its absence: what is of note comes first, and
 * each of those is what privileges are asked for by. */
static void one_table(void **state)
{
	size_t noted = 0;

	(void)state;
	while (privilege_name(noted)) {
		assert_ptr_equal(privilege_name(noted), holding_row(noted)->name);
		assert_int_not_equal(holding_row(noted)->absence, ABSENCE_OF_NOTE);
		noted++;
	}
	assert_int_equal(noted, 8);
	for (size_t i = noted; holding_row(i); i++) {
		assert_int_equal(holding_row(i)->absence, ABSENCE_OF_NOTE);
		assert_false(privilege_is_missing(i));
		assert_false(privilege_has(i));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_cause_has_its_cure),
		cmocka_unit_test(no_privilege_helps),
		cmocka_unit_test(one_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
