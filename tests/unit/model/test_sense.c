// SPDX-License-Identifier: GPL-2.0-only
#include "cast/make.h"

#include "kernel/probes.h"
#include "model/sense.h"

static void each_word_both_ways(void **state)
{
	(void)state;
	for (enum sense i = SENSE_OTHER + 1; i < SENSES; i++) {
		assert_true(*sense_word(i));
		assert_int_equal(sense_parse(sense_word(i)), i);
	}
}

/* Recordings of a newer rstblame: neither refused nor taken for another. */
static void an_unknown_word(void **state)
{
	(void)state;
	assert_int_equal(sense_parse("socket-closed"), SENSE_OTHER);
	assert_int_equal(sense_parse("reset-from-the-future"), SENSE_OTHER);
	assert_int_equal(sense_parse("link-speed"), SENSE_OTHER);
	assert_int_equal(sense_parse(""), SENSE_OTHER);
	assert_string_equal(sense_word(SENSE_OTHER), "");
	assert_false(sense_is_of_resets(SENSE_OTHER)); /* its losses are not made light of */
}

/* A switch has a name and a cure, and is no probe's. */
static void switches_have_a_cure(void **state)
{
	(void)state;
	for (enum sense i = 0; i < SENSES; i++) {
		bool is_switch = i == SENSE_FTRACE || i == SENSE_KPROBES;

		assert_int_equal(sense_switch(i) != NULL, is_switch);
		assert_int_equal(sense_switch_cure(i) != NULL, is_switch);
	}
	for (size_t i = 0; i < EVENT_PROBES; i++)
		assert_null(sense_switch(probes[i].sense));
}

static void what_sees_resets(void **state)
{
	static const bool is_of_resets[SENSES] = {
		[SENSE_RESET_IPV4] = true,    [SENSE_RESET_IPV6] = true,
		[SENSE_REJECTED_IPV4] = true, [SENSE_REJECTED_IPV6] = true,
		[SENSE_ABORTED] = true,       [SENSE_RECEIVED] = true,
		[SENSE_DROPPED] = true,
	};

	(void)state;
	for (enum sense i = 0; i < SENSES; i++)
		assert_int_equal(sense_is_of_resets(i), is_of_resets[i]);
}

/* Each probe of the table senses something, and no two the same. */
static void each_probe_has_its_own(void **state)
{
	(void)state;
	for (size_t i = 0; i < EVENT_PROBES; i++) {
		assert_int_not_equal(probes[i].sense, SENSE_OTHER);
		assert_int_not_equal(probes[i].sense, SENSE_RECORDING);
		assert_int_equal(probes[i].id, i);
		for (size_t k = 0; k < i; k++)
			assert_int_not_equal(probes[i].sense, probes[k].sense);
	}
}

static void attached_or_not(void **state)
{
	(void)state;
	assert_true(sense_is_attached("fentry"));
	assert_true(sense_is_attached("kprobe"));
	assert_true(sense_is_attached("some-newer-way"));
	assert_false(sense_is_attached("none"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_word_both_ways),    cmocka_unit_test(an_unknown_word),
		cmocka_unit_test(switches_have_a_cure),   cmocka_unit_test(what_sees_resets),
		cmocka_unit_test(each_probe_has_its_own), cmocka_unit_test(attached_or_not),
	};

	return cmocka_run_group_tests_name("sense", tests, NULL, NULL);
}
