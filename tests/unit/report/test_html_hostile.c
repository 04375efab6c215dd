// SPDX-License-Identifier: GPL-2.0-only
/* What came from elsewhere does nothing in the page but be shown. */
#include "cast/open_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cast/page.h"
#include "cast/story.h"
#include "report/html/escape.h"

#define MARKUP "\"'><script src=//x>&lt;&#0;</b></style>]]>--><a href=j:>"
#define TURNED "\u202e\u2066\u200f\u200b"
static const char hostile[] = HOSTILE_COMM MARKUP TURNED;

static void spoil(char *field, size_t size)
{
	snprintf(field, size, "%s", hostile);
}
#define SPOIL(field) spoil(field, sizeof(field))

static struct actor hostile_actor(uint32_t pid)
{
	struct actor a = { .pid = pid, .netns = NODE_NETNS };

	SPOIL(a.comm);
	snprintf(a.exe, sizeof(a.exe), "/tmp/%s", hostile);
	SPOIL(a.unit);
	SPOIL(a.container_name);
	SPOIL(a.pod);
	return a;
}

static void spoil_victim(struct victim *victim, uint32_t pid)
{
	victim->process = hostile_actor(pid);
	SPOIL(victim->process.container);
	SPOIL(victim->netns_name);
	SPOIL(victim->cmdline);
	victim->socket_state = SOCKET_ESTABLISHED;
}

static void hostile_incident(void)
{
	struct actor actor = hostile_actor(66);
	struct flow redis = masqueraded(40112), odd = masqueraded(40113);
	struct observation reset = make_reset(&redis, &redis.reply);
	struct observation link = make_link(LINK_DOWN, UP0, &actor);
	struct observation act = make_act(9, CAUSE_OTHER, NULL, 0, &nobody);
	struct observation removal = make_removal(0, CAUSE_OTHER, &odd);

	see_address_flush(&w, 7, "10.9.0.1", &actor, &redis);
	SPOIL(link.change.ifname);
	see(&w, link);
	act.act.stack = hostile;
	see(&w, act);
	see(&w, make_removal(9, CAUSE_OTHER, &odd));
	see(&w, make_act_end(9, 1, 1));
	removal.removal.stack = hostile;
	see(&w, removal);
	SPOIL(reset.reset.stack);
	SPOIL(reset.reset.reason);
	SPOIL(reset.reset.ifname);
	spoil_victim(&reset.reset.victim, 5);
	see(&w, reset);
	see(&w, make_reset(&odd, &odd.reply));
}

static void hostile_surroundings(void)
{
	struct observation start = { .type = OBSERVATION_START };
	struct observation probe = { .type = OBSERVATION_PROBE }, log = { .type = OBSERVATION_LOG };
	struct observation lost = make_lost("", 1);

	start.start.version = start.start.host = start.start.kernel = start.start.arch = hostile;
	start.start.probes_count = 2;
	start.start.probes[0] = (struct probe_report){ hostile, "none",      hostile, hostile,
						       true,    SENSE_OTHER, hostile };
	start.start.probes[1] =
		(struct probe_report){ hostile, hostile, hostile, "", false, SENSE_OTHER, NULL };
	see(&w, start);
	SPOIL(probe.probe.name);
	SPOIL(probe.probe.how);
	SPOIL(probe.probe.symbol);
	SPOIL(probe.probe.module);
	SPOIL(probe.probe.why);
	see(&w, probe);
	SPOIL(log.log.source);
	SPOIL(log.log.line);
	see(&w, log);
	log.log.dropped = 5;
	log.log.is_read_time = true;
	see(&w, log);
	SPOIL(lost.lost.probe);
	see(&w, lost);
}

/* page_check() finds what would get through. */
static void hostile_in_every_field(void **state)
{
	struct html_options options = {
		.is_utc = true, .is_verbose = true, .command = hostile, .again = hostile
	};
	struct victim victim;
	struct risk risk = { .id = 1, .flow = masqueraded(9), .victim = &victim };
	struct finding f = { .type = FINDING_AT_RISK, .id = 1, .risk = &risk };

	(void)state;
	memset(&victim, 0, sizeof(victim));
	spoil_victim(&victim, 9);
	open_page(&options);
	w.summary.filter = hostile;
	hostile_surroundings();
	hostile_incident();
	summary_add(&w.summary, &f);
	html_finding(html, &f);
	blame_finish(w.blame);
	written();
	assert_int_equal(w.summary.blamed, 2);
	assert_silent("<script");
	assert_says("&lt;script");
	assert_says("\\x1b[2J");   /* of a log line, which is shown as it is */
	assert_says("\\x9b\\xff"); /* bytes that are no text */
	assert_says("\\u202e");
}

/* Every renderer must bear what a recording leaves out. */
static void nothing_but_the_necessary(void **state)
{
	struct flow redis = masqueraded(40112);
	struct observation reset = { .type = OBSERVATION_RESET };
	struct observation start = { .type = OBSERVATION_START };
	struct observation address = make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &nobody);

	(void)state;
	open_page(&(struct html_options){ .is_utc = true });
	start.start.version = start.start.host = start.start.kernel = start.start.arch = "";
	reset.reset.family = redis.family;
	reset.reset.packet = redis.reply;
	reset.reset.socket = SOCKET_UNKNOWN;
	address.change.by_kernel = false;
	address.change.ifname[0] = '\0';
	see(&w, start);
	see(&w, address);
	see(&w, make_act(7, CAUSE_ADDRESS_REMOVED, "10.9.0.1", 0, &nobody));
	see(&w, make_removal(7, CAUSE_ADDRESS_REMOVED, &redis));
	see(&w, reset);
	blame_finish(w.blame);
	written();
	assert_int_equal(w.verdicts[VERDICT_ENTRY_REMOVED], 1);
	assert_says("an unknown process");
}

/* ---- the escape itself ---- */

static void assert_escaped(const char *text, const char *expected)
{
	char *got = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&got, &len);

	html_escape(out, text);
	fclose(out);
	assert_string_equal(got, expected);
	free(got);
}

static void escapes(void **state)
{
	(void)state;
	assert_escaped(NULL, "");
	assert_escaped("", "");
	assert_escaped("plain → é 漢 🙂", "plain → é 漢 🙂");
	assert_escaped("<b a='x' c=\"y\">&", "&lt;b a=&#39;x&#39; c=&quot;y&quot;&gt;&amp;");
	assert_escaped("\001\t\n\033\177", "\\x01\\t\\n\\x1b\\x7f");
	assert_escaped("\xc2\x80\xc2\x9b\xc2\xad", "\\x80\\x9b\\xad");
	assert_escaped("\xff\xc0\xaf\xe2\x80", "\\xff\\xc0\\xaf\\xe2\\x80"); /* overlong, cut */
	assert_escaped("\xed\xa0\x80", "\\xed\\xa0\\x80");                   /* a surrogate */
	assert_escaped("\u202a\u202e\u2066\u2069\u200e\u200f\u061c",
		       "\\u202a\\u202e\\u2066\\u2069\\u200e\\u200f\\u061c");
	assert_escaped("\u200b\u2028\ufeff\ufffe\uffff", "\\u200b\\u2028\\ufeff\\ufffe\\uffff");
	assert_escaped("\U000e0041\U0010ffff", "\\ue0041\\u10ffff");
	assert_escaped("שלום", "שלום"); /* right to left by itself is no trick */
}

/* The check of the pages is one: it refuses what it should. */
static void the_check_can_fail(void **state)
{
	static const char *const bad[] = {
		"<p>x</p>\n",
		"<!DOCTYPE html>\n<p>x\n",
		"<!DOCTYPE html>\n<p>x</b></p>\n",
		"<!DOCTYPE html>\n<script>x</script>\n",
		"<!DOCTYPE html>\n<p onclick=\"x\">x</p>\n",
		"<!DOCTYPE html>\n<a href=\"http://x\">x</a>\n",
		"<!DOCTYPE html>\n<a href=\"#x\">x</a>\n",
		"<!DOCTYPE html>\n<p>a & b</p>\n",
		"<!DOCTYPE html>\n<p>&nbsp;</p>\n",
		"<!DOCTYPE html>\n<p class=x>x</p>\n",
		"<!DOCTYPE html>\n<p>\x1b</p>\n",
		"<!DOCTYPE html>\n<p>\xff</p>\n",
		"<!DOCTYPE html>\n<p>\u202e</p>\n",
		"<!DOCTYPE html>\n<p id=\"x\">x</p><p id=\"x\">x</p>\n",
		"<!DOCTYPE html>\n<!-- x -->\n",
	};
	static const char good[] = "<!DOCTYPE html>\n<p id=\"x\"><a href=\"#x\">&lt;é</a></p>\n";
	char why[PAGE_WHY_BYTES];

	(void)state;
	assert_true(page_check(good, strlen(good), why));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (page_check(bad[i], strlen(bad[i]), why))
			fail_msg("taken: %s", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		page_test(hostile_in_every_field),
		page_test(nothing_but_the_necessary),
		cmocka_unit_test(escapes),
		cmocka_unit_test(the_check_can_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
