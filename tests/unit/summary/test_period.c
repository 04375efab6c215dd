// SPDX-License-Identifier: GPL-2.0-only
/* --every: each period has its own counts, and none of another's. */
#include "cast/watched.h"

#include <string.h>

#include "summary/period.h"
#include "summary/verdict_text.h"

static struct period_mark mark;
static struct period period;

static const char *said(void)
{
	static char words[DESCRIBE_BYTES];

	period_end(&mark, &w.summary, w.now_ns, &period);
	return period_text(&period, words, sizeof(words));
}

static void assert_said(const char *beginning)
{
	const char *words = said();

	if (strncmp(words, beginning, strlen(beginning)) != 0)
		fail_msg("'%s' does not begin with '%s'", words, beginning);
}

static void begin(void)
{
	mark = (struct period_mark){ .mono_ns = w.now_ns };
}

static void nothing_happened(void **state)
{
	(void)state;
	begin();
	pass(&w, HOURS(1));
	assert_string_equal(said(), "in 1 h: no resets; no entries removed; no flows at risk; no "
				    "events lost");
}

static void each_has_its_own(void **state)
{
	struct flow redis = masqueraded(40112),
		    web = untranslated("10.9.0.2", 50000, "10.9.0.1", 1);
	struct observation syn = make_reset(&web, &web.orig);

	(void)state;
	begin();
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &redis);
	pass(&w, SECONDS(59));
	see_server_packet(&w, &redis);
	pass(&w, SECONDS(1));
	assert_said("in 1 min: 1 reset, 1 blamed on conntrack (1 entry-removed); 1 "
		    "entry removed (1 address-removed) by 1 flush;");
	assert_int_equal(period.resets[VERDICT_ENTRY_REMOVED], 1);
	syn.reset.flags = PACKET_SYN;
	see(&w, syn);
	see(&w, make_lost("reset-ipv4", 3));
	pass(&w, SECONDS(60));
	assert_said("in 1 min: 1 reset, none blamed on conntrack (1 no-listener); no "
		    "entries removed;");
	assert_non_null(strstr(said(), "no events lost"));
	assert_int_equal(period.resets_total, 0);
}

static void losses_are_counted(void **state)
{
	(void)state;
	begin();
	see(&w, make_lost("reset-ipv4", 3));
	assert_non_null(strstr(said(), "; 3 events lost"));
	assert_int_equal(period.lost, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(nothing_happened),
		story(each_has_its_own),
		story(losses_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
