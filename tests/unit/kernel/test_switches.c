// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's switches, and what becomes of the probes that they silence. */
#include "cast/make.h"

#include <errno.h>
#include <string.h>

#include "kernel/probes.h"
#include "kernel/switches.h"

static void what_a_file_says(void **state)
{
	(void)state;
	assert_int_equal(switch_parse("1\n", 2), SWITCH_ON);
	assert_int_equal(switch_parse("0\n", 2), SWITCH_OFF);
	assert_int_equal(switch_parse("Y\n", 2), SWITCH_ON);
	assert_int_equal(switch_parse("N\n", 2), SWITCH_OFF);
	assert_int_equal(switch_parse("", 0), SWITCH_UNKNOWN);
	assert_int_equal(switch_parse("?", 1), SWITCH_UNKNOWN);
}

/* ftrace_enable_sysctl() refuses to be read, too, once the kernel gave ftrace up. */
static void a_dead_ftrace_is_told_from_one_that_is_hidden(void **state)
{
	(void)state;
	assert_int_equal(switch_refused(SWITCH_FTRACE, ENODEV), SWITCH_DEAD);
	assert_int_equal(switch_refused(SWITCH_FTRACE, EPERM), SWITCH_UNKNOWN);
	assert_int_equal(switch_refused(SWITCH_KPROBES, ENODEV), SWITCH_UNKNOWN);
	assert_true(switch_silences(SWITCH_DEAD));
	assert_true(switch_silences(SWITCH_OFF));
	assert_false(switch_silences(SWITCH_ON));
	assert_false(switch_silences(SWITCH_UNKNOWN));
	assert_string_equal(switch_state_name(SWITCH_DEAD), "dead");
}

/* A kernel that has the function and refuses it is not one without BTF. */
static void a_refusal_has_its_own_cure(void **state)
{
	struct probe_result refused = { .state = PROBE_MISSING, .err = -ENODEV };
	struct probe_result absent = { .state = PROBE_MISSING };

	(void)state;
	assert_non_null(strstr(probe_result_cure(&refused), "after the next boot"));
	refused.err = -EINVAL;
	assert_non_null(strstr(probe_result_cure(&refused), "after the next boot"));
	assert_string_equal(probe_result_cure(&absent), probe_cure(PROBE_MISSING));
	refused.err = -ENOENT;
	assert_string_equal(probe_result_cure(&refused), probe_cure(PROBE_MISSING));
}

/* One by fentry, one by kprobe, one by a part, one that could not be had, and one that is
 * blind for a reason of its own. */
static void fill(struct probe_result results[EVENT_PROBES])
{
	memset(results, 0, EVENT_PROBES * sizeof(*results));
	results[0] = (struct probe_result){ .state = PROBE_ATTACHED, .how = HOOK_FENTRY };
	results[1] = (struct probe_result){ .state = PROBE_PROVEN, .how = HOOK_KPROBE };
	results[2] = (struct probe_result){ .state = PROBE_ATTACHED, .how = HOOK_KPROBE_PART };
	results[3] = (struct probe_result){ .state = PROBE_WAITS, .how = HOOK_NONE };
	results[4] = (struct probe_result){ .state = PROBE_BLIND,
					    .how = HOOK_KPROBE,
					    .why = "it did not fire" };
	results[5] = (struct probe_result){ .state = PROBE_ATTACHED, .how = HOOK_TRACEPOINT };
}

static void disarmed_kprobes_are_blind(void **state)
{
	struct probe_result results[EVENT_PROBES];

	(void)state;
	fill(results);
	probes_disarm_kprobes(results);
	assert_int_equal(results[0].state, PROBE_ATTACHED);
	assert_int_equal(results[1].state, PROBE_BLIND);
	assert_int_equal(results[2].state, PROBE_BLIND);
	assert_int_equal(results[3].state, PROBE_WAITS);
	assert_string_equal(results[4].why, "it did not fire");
	assert_int_equal(results[5].state, PROBE_ATTACHED);
	assert_non_null(strstr(results[1].why, "disarmed"));
	assert_non_null(strstr(probe_result_cure(&results[1]), "kprobes/enabled"));
	assert_null(strstr(probe_result_cure(&results[4]), "kprobes/enabled"));
	/* Armed again they see; what was blind by itself stays so. */
	probes_arm_kprobes(results);
	assert_int_equal(results[1].state, PROBE_ATTACHED);
	assert_string_equal(results[1].why, "");
	assert_int_equal(results[2].state, PROBE_ATTACHED);
	assert_int_equal(results[4].state, PROBE_BLIND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_file_says),
		cmocka_unit_test(a_dead_ftrace_is_told_from_one_that_is_hidden),
		cmocka_unit_test(a_refusal_has_its_own_cure),
		cmocka_unit_test(disarmed_kprobes_are_blind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
