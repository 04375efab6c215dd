// SPDX-License-Identifier: GPL-2.0-only
/* The closing sentences: what they count, and what they say when not all was seen. */
#include "cast/make.h"

#include <stdlib.h>
#include <string.h>

#include "summary/verdict_text.h"

static char words[ACCOUNT_BYTES];

static const char *headline(const struct summary *t, enum status status)
{
	return verdict_text_headline(t, status, words, sizeof(words));
}

static void innocent_resets_are_counted_by_direction(void **state)
{
	struct summary t = { .resets_total = 7, .resets[VERDICT_NO_LISTENER] = 7 };

	(void)state;
	assert_string_equal(headline(&t, STATUS_OK),
			    "OK: 7 resets sent, none caused by conntrack.");
	t.resets[VERDICT_REMOTE] = 1200;
	t.resets_total += 1200;
	assert_string_equal(headline(&t, STATUS_OK),
			    "OK: 7 resets sent, 1,200 received, none caused by conntrack.");
	t.undelivered = 3;
	assert_string_equal(headline(&t, STATUS_OK), "OK: 4 resets sent, 3 made but not sent, "
						     "1,200 received, none caused by conntrack.");
	t = (struct summary){ .resets_total = 3, .undelivered = 3, .resets[VERDICT_ABORTED] = 3 };
	assert_string_equal(headline(&t, STATUS_OK),
			    "OK: 3 resets made but not sent, none caused by conntrack.");
	t = (struct summary){ .resets_total = 1, .resets[VERDICT_REMOTE] = 1 };
	assert_string_equal(headline(&t, STATUS_OK),
			    "OK: 1 reset received, not caused by conntrack.");
}

static void nothing_says_for_how_long(void **state)
{
	struct summary t = { .window_s = 1800 };

	(void)state;
	assert_string_equal(headline(&t, STATUS_OK), "OK: no reset sent in 30 min.");
	t.filter = "port 22";
	assert_string_equal(headline(&t, STATUS_OK), "OK: no reset matched the filter in 30 min.");
}

/* What does not fit is cut, wherever that is. */
static void counts_are_cut_to_fit(void **state)
{
	struct summary t = { .window_s = 1800, .flushes = 3 };
	const char *whole;

	(void)state;
	for (enum verdict v = 1; v < VERDICTS; v++)
		t.resets[v] = 1000 * v;
	whole = verdict_text_counts(&t, words, sizeof(words));
	for (size_t size = 1; size < strlen(whole); size++) {
		char *cut = malloc(size); /* ASan watches its end */

		assert_non_null(cut);
		verdict_text_counts(&t, cut, size);
		assert_int_equal(strlen(cut), size - 1);
		assert_memory_equal(cut, whole, size - 1);
		free(cut);
	}
}

static void losses_say_what_to_do(void **state)
{
	struct summary t = { .lost_total = 40,
			     .losses_count = 1,
			     .losses = { { "conntrack-removal", 40 } } };

	(void)state;
	assert_string_equal(
		headline(&t, STATUS_UNKNOWN),
		"UNKNOWN: 40 events were lost, so \"nothing found\" proves nothing. Run "
		"again without -v and --stack, so that storms are only counted.");
	t = (struct summary){ .lost_total = 1,
			      .losses_count = 1,
			      .losses = { { "recording", 1 } } };
	assert_string_equal(headline(&t, STATUS_UNKNOWN),
			    "UNKNOWN: 1 line of the recording is unreadable, so \"nothing found\" "
			    "proves nothing. Use a whole recording.");
	t = (struct summary){ .lost_total = 41,
			      .losses_count = 2,
			      .losses = { { "conntrack-removal", 40 }, { "ftrace", 1 } } };
	assert_string_equal(
		headline(&t, STATUS_UNKNOWN),
		"UNKNOWN: kernel.ftrace_enabled was 0 for a part of the window, which silences "
		"probes, so \"nothing found\" proves nothing. Run again with it on: sysctl "
		"kernel.ftrace_enabled=1");
	assert_string_equal(verdict_text_losses(&t, words, sizeof(words)),
			    "40 conntrack-removal, all while kernel.ftrace_enabled was 0");
	t.at_risk = 2; /* what was seen is told, and that it need not be all */
	assert_string_equal(headline(&t, STATUS_WARNING),
			    "WARNING: no reset was caused by conntrack yet, but 2 flows are at "
			    "risk. kernel.ftrace_enabled was 0 for a part of the window: there may "
			    "be more.");
	t = (struct summary){ .lost_total = 2, .losses_count = 1, .losses = { { "replaced", 2 } } };
	assert_string_equal(headline(&t, STATUS_UNKNOWN),
			    "UNKNOWN: a probed function was taken over, by a livepatch or a like, "
			    "so \"nothing found\" proves nothing. Run again without it: rstblame "
			    "--check names it.");
	t = (struct summary){ .is_blind = true, .blind = SENSE_MASQUERADE };
	assert_non_null(strstr(headline(&t, STATUS_UNKNOWN),
			       "(masquerade-flush: a flush looks like any other removal"));
	t = (struct summary){ .is_blind = true };
	assert_non_null(strstr(headline(&t, STATUS_UNKNOWN), "a required probe was missing"));
	t = (struct summary){ .resets_total = 1 };
	assert_non_null(strstr(headline(&t, STATUS_UNKNOWN), "the recording is incomplete"));
}

/* Where setns() is refused nothing is said of sockets that nobody looked for. */
static void unseen_namespaces_are_said_first(void **state)
{
	struct summary t = { .expected = 2, .live_removed = 2, .sweeps = 1 };

	(void)state;
	assert_non_null(strstr(verdict_text_expected(&t, words, sizeof(words)),
			       "no socket of them was found on this node"));
	t.look.unseen = 1;
	assert_null(strstr(verdict_text_expected(&t, words, sizeof(words)), "no socket"));
	assert_non_null(strstr(words, "could not be searched"));
}

/* What was only counted stands beside its verdict, not at the end of all of them. */
static void counts_have_separators(void **state)
{
	struct summary t = { .window_s = 11,
			     .planned_s = 40,
			     .resets[VERDICT_NO_LISTENER] = 25336,
			     .resets[VERDICT_REMOTE] = 1,
			     .resets_counted = 25332,
			     .removals[CAUSE_USER_FLUSH] = 1000000,
			     .flushes = 1 };

	(void)state;
	assert_string_equal(
		verdict_text_counts(&t, words, sizeof(words)),
		"ended after 11 s of 40 s; resets: 25,336 no-listener (25,332 of them "
		"only counted per port), 1 remote; entries removed: 1,000,000 user-flush; "
		"flushes: 1");
	t = (struct summary){ .window_s = 40, .planned_s = 40 };
	assert_string_equal(verdict_text_counts(&t, words, sizeof(words)),
			    "in 40 s; resets: none; entries removed: none; flushes: 0");
}

static void one_is_singular(void **state)
{
	struct summary t = { .live_removed = 1, .sweeps = 1 };
	bool has_groups;

	(void)state;
	assert_non_null(strstr(verdict_text_waiting(&t, &has_groups, words, sizeof(words)),
			       ": the 1 flow that lost its entry was reset"));
	t.live_removed = 2;
	assert_non_null(strstr(verdict_text_waiting(&t, &has_groups, words, sizeof(words)),
			       ": each of the 2 flows that lost its entry was reset"));
	t = (struct summary){ .at_risk = 1, .risks = 1 };
	assert_non_null(strstr(verdict_text_waiting(&t, &has_groups, words, sizeof(words)),
			       "1 flow is still at risk"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(innocent_resets_are_counted_by_direction),
		cmocka_unit_test(nothing_says_for_how_long),
		cmocka_unit_test(losses_say_what_to_do),
		cmocka_unit_test(unseen_namespaces_are_said_first),
		cmocka_unit_test(counts_have_separators),
		cmocka_unit_test(one_is_singular),
		cmocka_unit_test(counts_are_cut_to_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
