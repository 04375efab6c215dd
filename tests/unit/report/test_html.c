// SPDX-License-Identifier: GPL-2.0-only
/* What the page says, and when it says that it was. */
#include "cast/open_page.h"

#include <stdio.h>
#include <string.h>

#include "cast/page.h"
#include "cast/story.h"
#include "report/html/private.h"
#include "summary/advice.h"
#include "summary/verdict_text.h"

static void founding_incident(void **state)
{
	char headline[ACCOUNT_BYTES];

	(void)state;
	open_page(&plain);
	story_tell(&w);
	written();
	verdict_text_headline(&w.summary, STATUS_CRITICAL, headline, sizeof(headline));
	assert_says_escaped(strstr(headline, ": ") + 2);
	assert_says("<h1><span class=\"headline\">systemd-networkd[412]");
	assert_says("<span class=\"status\">CRITICAL</span> <span class=\"exit\">exit status "
		    "2</span></span></h1>");
	assert_says("<article class=\"story proven\" data-resets=\"1\">");
	assert_says(
		"In response the kernel silently removed 3 conntrack entries masqueraded to 10.9.0.1.");
	assert_says("systemd-networkd[412] (systemd-networkd.service)</li>"); /* the last box */
	assert_says("<b>Lost:</b> no events.");
	assert_says("<code>link</code>: no such function");
	assert_says("no-listener");
	assert_says("2026-11-22 10:00:00 UTC to 2026-11-22 10:31:03 UTC (30 min)");
	assert_says("<pre>rstblame -f html -d 30m -w rec.jsonl.gz</pre>");
	assert_says("<pre>rstblame -f html -r rec.jsonl.gz</pre>");
	assert_int_equal(page_sum(page, "id=\"resets\"", "</section>", "data-resets"), 2);
	assert_int_equal(page_sum(page, "id=\"counts\"", "</section>", "data-removals"), 3);
}

static void storm(void **state)
{
	static struct port_count ports[60];
	const struct port_count ssh = { 22, 2000 };

	(void)state;
	for (uint16_t i = 0; i < 60; i++)
		ports[i] = (struct port_count){ (uint16_t)(1000 + i), 10 };
	open_page(&plain);
	story_tell(&w);
	see(&w, make_resets(2000, &ssh, 1));
	pass(&w, SECONDS(1));
	see(&w, make_resets(2000, &ssh, 1));
	see_in(&w, OTHER_NETNS, make_resets(605, ports, 60));
	written();
	assert_int_equal(page_sum(page, "id=\"resets\"", "</section>", "data-resets"), 2 + 4605);
	assert_says("<p data-resets-total=\"4607\">4,607 in total");
	assert_says("<tr data-resets=\"4000\" data-verdict=\"no-listener\">");
	assert_says("SYNs to port 22, only counted");
	assert_says("SYNs to port 1000, in net:[4026532999], only counted");
	assert_says("SYNs to other ports, only counted");
	assert_says("2,000 more SYNs to closed ports were answered with a RST (no-listener): 2,000 "
		    "to port 22");
	assert_says(">4,605</text>"); /* its mark in the picture */
}

static void storm_and_filter(void **state)
{
	const struct port_count ssh = { 22, 2000 };

	(void)state;
	open_page(&plain);
	w.summary.filter = "port 22";
	w.also = NULL; /* the report hands nothing on then */
	see(&w, make_resets(2000, &ssh, 1));
	written();
	assert_says("2,000 resets in answer to SYNs to closed ports are left out");
	assert_says("<p data-resets-total=\"0\">0 in total");
}

/* What it comes to is before what it was made of, and each table says what it is of. */
static void order_and_tables(void **state)
{
	static const char *const order[] = {
		"class=\"skip\" href=\"#main\"",
		"<h1>",
		"<main id=\"main\">",
		"id=\"why\"",
		"id=\"todo\"",
		"id=\"resets\"",
		"id=\"victims\"",
		"id=\"timeline\"",
		"id=\"counts\"",
		"id=\"gaps\"",
		"id=\"source\"",
		"<details>\n<summary>1 of 2 probes is attached</summary>\n<table",
		NULL
	};
	const char *at;

	(void)state;
	open_page(&plain);
	story_tell(&w);
	written();
	at = page;
	for (size_t i = 0; order[i]; i++) {
		at = strstr(at, order[i]);
		if (!at)
			fail_msg("missing, or not in its place: %s", order[i]);
	}
	assert_true(count_of("<table") > 3);
	assert_int_equal(count_of("<table"), count_of("\n<caption>"));
	assert_int_equal(count_of("<th"), count_of("<th scope=\"col\">") + count_of("<thead>"));
	assert_silent("<script");
	assert_silent("Printed up to here");
}

/* A list that paper cuts says so on paper. */
static void paper_ends(void **state)
{
	(void)state;
	open_page(&plain);
	for (uint16_t i = 0; i <= PAPER_LINES + 2; i++) {
		see(&w, make_address(ADDRESS_ADD, "10.9.0.1", UP0, &ip_command));
		pass(&w, SECONDS(1));
	}
	written();
	assert_says("<p class=\"paper rest\">Printed up to here: 3 more lines are in the page "
		    "itself.</p>");
}

/* Each box of a chain and each cause leads to the line that tells it. */
static void links_lead_somewhere(void **state)
{
	const char *chain;

	(void)state;
	open_page(&plain);
	story_tell(&w);
	written();
	chain = strstr(page, "<ol class=\"chain");
	assert_non_null(chain);
	for (int box = 0; box < 3; box++) { /* reset, flush, address */
		chain = strstr(chain, "<a href=\"#n");
		assert_non_null(chain++);
	}
	assert_true(chain < strstr(page, "<ol class=\"steps"));
	assert_says("⟵ 10.9.0.1/24 removed from up0");
}

static void advice_is_there(void **state)
{
	struct advice_list advice;
	const char *words;

	(void)state;
	open_page(&plain);
	story_tell(&w);
	written();
	summary_advice(&w.summary, &advice);
	assert_true(advice.count > 2);
	for (size_t i = 0; i < advice.count; i++) {
		char first[64];

		/* Up to the first command, which is an element of its own. */
		snprintf(first, sizeof(first), "%.*s", (int)strcspn(advice.items[i].text, "`"),
			 advice.items[i].text);
		assert_says_escaped(first);
	}
	words = strstr(page, "<p class=\"disproof\">");
	assert_non_null(words);
	assert_memory_equal(words + strlen("<p class=\"disproof\">"), ADVICE_DISPROOF,
			    strlen(ADVICE_DISPROOF));
	assert_says("<code>journalctl -u systemd-networkd</code>");
	assert_silent("`");
}

static void inferred_links_are_told(void **state)
{
	struct flow old = masqueraded(40001);

	(void)state;
	open_page(&plain);
	see_server_packet(&w, &old); /* from before the window */
	written();
	assert_says("<article class=\"story likely\"");
	assert_says("<span class=\"confidence likely\">likely</span>");
	assert_says("<p class=\"inferred\"><b>unconfirmed:</b> ");
	assert_says("unconfirmed: the removal"); /* in the list */
}

static void losses_are_told(void **state)
{
	(void)state;
	open_page(&plain);
	see(&w, make_lost("conntrack-removal", 12));
	see(&w, make_lost("reset-ipv4", 3));
	w.summary.effort.victims_unlooked = 7;
	w.summary.effort.entries_unasked = 8;
	w.summary.look.unseen = 1;
	w.summary.look.unsure = 2;
	written();
	assert_says("exit status 3");
	assert_says("Some of it was not observed");
	assert_says("data-lost=\"15\"");
	assert_says("12 conntrack-removal, 3 reset-ipv4");
	assert_says("the socket of 7 resets was not looked up");
	assert_says("conntrack was not asked about 8 resets");
	assert_says("Some network namespaces could not be inspected");
	assert_says("2 more connections are unknown to conntrack");
}

/* Nothing is at risk that is followed; of the others nobody knows. */
static void unfollowed_flows_are_told(void **state)
{
	(void)state;
	open_page(&plain);
	w.summary.live_removed = w.summary.unfollowed = 38;
	w.summary.follow_limit = 300;
	w.summary.sweeps = 1;
	written();
	assert_says("exit status 1");
	assert_says("38 more flows were at risk than could be followed (limit 300)");
	assert_silent("No flow is at risk");
}

static void nothing_at_all(void **state)
{
	(void)state;
	open_page(&plain);
	close_page(STATUS_OK);
	assert_says("no reset sent");
	assert_says("exit status 0");
	assert_says("Nothing happened.");
	assert_silent("Some of it was not observed");
}

static void quiet(void **state)
{
	struct html_options options = plain;

	(void)state;
	options.is_quiet = true;
	open_page(&options);
	story_tell(&w);
	written();
	assert_silent("id=\"timeline\"");
	assert_silent("href=\"#n");
	assert_says("In response the kernel");
}

/* Without -v no line for each removal. */
static void verbose(void **state)
{
	struct html_options options = plain;

	(void)state;
	open_page(&plain);
	story_tell(&w);
	written();
	assert_silent(">removal</span>");
	clean(NULL);
	options.is_verbose = true;
	open_page(&options);
	story_tell(&w);
	written();
	assert_int_equal(count_of(">removal</span>"), 2);
}

static void an_audit(void **state)
{
	struct victim victim = { .process = { .pid = 7, .comm = "app" },
				 .socket_state = SOCKET_ESTABLISHED,
				 .cmdline = "app --serve" };
	struct risk risk = {
		.id = 1, .is_one_sided = true, .flow = masqueraded(40112), .victim = &victim
	};
	struct observation start = { .type = OBSERVATION_START };
	struct finding f = { .type = FINDING_START, .seen = &start };

	(void)state;
	open_page(&plain);
	start.start.is_audit = true;
	start.start.version = start.start.host = start.start.kernel = start.start.arch = "x";
	summary_add(&w.summary, &f);
	html_finding(html, &f);
	f = (struct finding){ .type = FINDING_AT_RISK, .id = 1, .risk = &risk };
	summary_add(&w.summary, &f);
	html_finding(html, &f);
	written();
	assert_says("1 flow is at risk.");
	assert_says("app[7]");
	assert_says("app --serve");
	assert_says("audit of open connections");
	assert_silent("id=\"resets\"");
	assert_silent("href=\"#resets\"");
}

/* Told while it goes on, and again when it is over: one line. */
static void flush_is_told_once(void **state)
{
	struct flow redis = masqueraded(40112), idle = masqueraded(40113);

	(void)state;
	open_page(&plain);
	see(&w, make_act(7, CAUSE_USER_FLUSH, NULL, 0, &conntrack_command));
	see(&w, make_removal(7, CAUSE_USER_FLUSH, &redis));
	pass(&w, MS(20));
	see_server_packet(&w, &redis);
	see(&w, make_removal(7, CAUSE_USER_FLUSH, &idle));
	see(&w, make_act_end(7, 2, 2));
	blame_finish(w.blame);
	written();
	assert_int_equal(count_of("<span class=\"kind\">flush</span><div>"), 1);
	assert_says("<div><p>2 conntrack entries were removed by conntrack[77]");
}

/* ---- clocks ---- */

static struct finding at(struct observation *seen, uint64_t mono_ns, uint64_t wall_ns)
{
	seen->mono_ns = mono_ns;
	seen->wall_ns = wall_ns;
	return (struct finding){
		.type = FINDING_LOST, .mono_ns = mono_ns, .wall_ns = wall_ns, .seen = seen
	};
}

/* The clock is set back an hour in between: said, and the order is what it was. */
static void clock_steps_are_told(void **state)
{
	struct observation first = make_lost("first", 1), second = make_lost("second", 1);
	struct finding f;

	(void)state;
	open_page(&plain);
	f = at(&first, MONO_BASE_NS, WALL_BASE_NS);
	html_finding(html, &f);
	f = at(&second, MONO_BASE_NS + SECONDS(10), WALL_BASE_NS + SECONDS(10) - HOURS(1));
	html_finding(html, &f);
	close_page(STATUS_OK);
	assert_says("<b>Clock:</b>");
	assert_says("jumped back by 1 h relative");
	assert_says("Some of it was not observed");
	assert_true(strstr(page, "<p>1 first event:") < strstr(page, "<p>1 second event:"));
}

/* What comes a moment late by its own clock is no step; neither is a slow drift. */
static void drift_is_no_step(void **state)
{
	struct observation first = make_lost("first", 1), second = make_lost("second", 1);
	struct finding f;

	(void)state;
	open_page(&plain);
	f = at(&first, MONO_BASE_NS, WALL_BASE_NS);
	html_finding(html, &f);
	f = at(&second, MONO_BASE_NS + HOURS(1), WALL_BASE_NS + HOURS(1) + SECONDS(2));
	html_finding(html, &f);
	close_page(STATUS_OK);
	assert_silent("<b>Clock:</b>");
}

/* A log line comes late, and stands where it was written. */
static void late_lines_are_put_in_place(void **state)
{
	struct observation lost = make_lost("later", 1), log = { .type = OBSERVATION_LOG };
	struct finding f;

	(void)state;
	open_page(&plain);
	strcpy(log.log.source, "journal");
	strcpy(log.log.line, "up0: DHCP lease lost");
	f = at(&lost, MONO_BASE_NS + SECONDS(5), WALL_BASE_NS + SECONDS(5));
	html_finding(html, &f);
	f = at(&log, MONO_BASE_NS + SECONDS(3), WALL_BASE_NS + SECONDS(3));
	f.type = FINDING_LOG;
	html_finding(html, &f);
	close_page(STATUS_OK);
	assert_true(strstr(page, "DHCP lease lost</p>") < strstr(page, "<p>1 later event:"));
}

/* Its time may be wrong; that is no step of the clock. */
static void log_lines_are_no_witness(void **state)
{
	struct observation lost = make_lost("later", 1), log = { .type = OBSERVATION_LOG };
	struct finding f;

	(void)state;
	open_page(&plain);
	strcpy(log.log.line, "up0: DHCP lease lost");
	f = at(&lost, MONO_BASE_NS, WALL_BASE_NS);
	html_finding(html, &f);
	f = at(&log, MONO_BASE_NS, WALL_BASE_NS + HOURS(1));
	f.type = FINDING_LOG;
	html_finding(html, &f);
	close_page(STATUS_OK);
	assert_silent("<b>Clock:</b>");
}

static void written_with_a_count(uint64_t counted, uint64_t seen)
{
	struct observation o = { .type = OBSERVATION_WITNESS };
	struct finding f;

	o.witness = (struct witness_observation){
		.of = WITNESS_RESETS, .counted = counted, .seen = seen, .missing = counted - seen
	};
	open_page(&plain);
	f = at(&o, MONO_BASE_NS, WALL_BASE_NS);
	f.type = FINDING_WITNESS;
	html_finding(html, &f);
	close_page(STATUS_OK);
}

static void counts_that_agree_have_no_line(void **state)
{
	(void)state;
	written_with_a_count(2, 2);
	assert_silent("causes may be missing");
}

static void counts_that_differ_are_told(void **state)
{
	(void)state;
	written_with_a_count(2, 1);
	assert_says("causes may be missing");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		page_test(founding_incident),
		page_test(storm),
		page_test(storm_and_filter),
		page_test(order_and_tables),
		page_test(paper_ends),
		page_test(links_lead_somewhere),
		page_test(advice_is_there),
		page_test(inferred_links_are_told),
		page_test(losses_are_told),
		page_test(unfollowed_flows_are_told),
		page_test(nothing_at_all),
		page_test(quiet),
		page_test(verbose),
		page_test(an_audit),
		page_test(flush_is_told_once),
		page_test(clock_steps_are_told),
		page_test(drift_is_no_step),
		page_test(late_lines_are_put_in_place),
		page_test(log_lines_are_no_witness),
		page_test(counts_that_agree_have_no_line),
		page_test(counts_that_differ_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
