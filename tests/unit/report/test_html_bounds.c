// SPDX-License-Identifier: GPL-2.0-only
/* However much happens, the page is some hundred rows long, and its counts add up. */
#include "cast/open_page.h"

#include <stdio.h>
#include <string.h>

#include "cast/page.h"

static struct observation reset_of(uint16_t port, const char *peer, uint32_t pid)
{
	struct flow flow = masqueraded(port);
	struct observation reset;

	flow.orig.dst = flow.reply.src = make_ip(peer);
	reset = make_reset(&flow, &flow.reply);
	reset.reset.victim.process.pid = pid;
	snprintf(reset.reset.victim.process.comm, sizeof(reset.reset.victim.process.comm), "app%u",
		 pid);
	return reset;
}

/* Blamed resets of many peers and processes, then a scan: a page of some hundred rows, in
 * which each reset is either listed or counted. */
static void storm_is_bounded(void **state)
{
	enum { BLAMED = 3000, SCAN = 5000 };
	uint64_t listed, left_out;
	char peer[32];

	(void)state;
	open_page(&plain);
	for (unsigned int i = 0; i < BLAMED; i++) {
		snprintf(peer, sizeof(peer), "10.9.%u.%u", i / 200 % 3, i % 200 + 2);
		see(&w, reset_of((uint16_t)(1024 + i), peer, 100 + i % 500));
		pass(&w, MS(10));
	}
	for (unsigned int i = 0; i < SCAN; i++) {
		struct flow web =
			untranslated("192.0.2.1", (uint16_t)(i + 1), "10.9.0.1", (uint16_t)(i + 1));
		struct observation syn = make_reset(&web, &web.orig);

		syn.reset.flags = PACKET_SYN;
		see(&w, syn);
		pass(&w, MS(1));
	}
	written();
	assert_int_equal(w.summary.resets_total, BLAMED + SCAN);
	assert_int_equal(page_sum(page, "id=\"resets\"", "</section>", "data-resets-total"),
			 BLAMED + SCAN);
	assert_int_equal(page_sum(page, "id=\"resets\"", "</section>", "data-resets"),
			 BLAMED + SCAN);
	assert_int_equal(page_sum(page, "id=\"why\"", "</section>", "data-resets"), BLAMED);
	listed = count_of(">RESET</span><div>") + count_of(">reset</span><div>");
	left_out = page_sum(page, "id=\"timeline\"", "</section>", "data-left-out");
	assert_int_equal(listed + left_out, BLAMED + SCAN);
	assert_true(listed < 200);
	assert_true(strlen(page) < 500000);
	assert_says("sent to <span>other peers</span>");
}

/* More stories than there are rows for: the rest is counted by verdict. */
static void stories_are_bounded(void **state)
{
	struct flow redis = masqueraded(40112);
	enum { STORIES = 300 };

	(void)state;
	open_page(&plain);
	for (unsigned int i = 0; i < STORIES; i++) {
		struct actor one = agent;

		snprintf(one.comm, sizeof(one.comm), "agent-%u", i); /* each its own */
		see_address_flush(&w, 7 + i, "10.9.0.1", &one, &redis);
		see_server_packet(&w, &redis);
		pass(&w, SECONDS(1));
	}
	written();
	assert_int_equal(w.summary.blamed, STORIES);
	assert_int_equal(page_sum(page, "id=\"why\"", "</section>", "data-resets"), STORIES);
	assert_int_equal(page_sum(page, "id=\"resets\"", "</section>", "data-resets"), STORIES);
	assert_int_equal(count_of("<tr data-resets="), 240);
	assert_int_equal(count_of("<tr class=\"rest\" data-resets=\"60\""), 1);
	assert_says("292 blamed resets of 40 more stories are not told here, only counted");
}

/* The budget of blamed resets goes to the first story: the others' first is there all the
 * same, and what it is blamed on. */
static void each_story_has_its_first_reset(void **state)
{
	struct flow flows[3] = { masqueraded_to("10.9.0.1", 1), masqueraded_to("10.9.0.7", 1),
				 masqueraded_to("10.9.0.8", 1) };
	const char *addresses[3] = { "10.9.0.1", "10.9.0.7", "10.9.0.8" }, *chain;
	const struct actor *actors[3] = { &networkd, &ip_command, &agent };

	(void)state;
	open_page(&plain);
	for (unsigned int i = 0; i < 3; i++) {
		see_address_flush(&w, 7 + i, addresses[i], actors[i], &flows[i]);
		for (unsigned int k = 0; k < 500; k++) {
			see_server_packet(&w, &flows[i]);
			pass(&w, MS(1));
		}
	}
	written();
	assert_int_equal(w.summary.stories_count, 3);
	chain = page;
	for (unsigned int i = 0; i < 3; i++) {
		chain = strstr(chain, "<ol class=\"chain");
		assert_non_null(chain);
		chain = strstr(chain, "</span> ") + strlen("</span> ");
		assert_memory_equal(chain, "<a href=", strlen("<a href="));
	}
}

/* Changes beyond their budget are left out, save those that a story needs. */
static void needed_changes_are_listed(void **state)
{
	struct flow redis = masqueraded_to("10.9.0.1", 40112);

	(void)state;
	open_page(&plain);
	for (unsigned int i = 0; i < 1000; i++) {
		see(&w, make_address(ADDRESS_ADD, "10.9.0.77", UP1, &ip_command));
		see(&w, make_address(ADDRESS_REMOVE, "10.9.0.77", UP1, &ip_command));
		pass(&w, MS(1));
	}
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &redis);
	see_server_packet(&w, &redis);
	written();
	assert_says("more address and link changes");
	assert_says("class=\"kind\">address</span><div><p>10.9.0.1/24 removed from up0 by systemd");
	assert_true(count_of("class=\"kind\">address</span><div>") < 300);
}

static void risks_are_bounded(void **state)
{
	struct risk risk = { .flow = masqueraded(1), .flush = 3, .cause = CAUSE_ADDRESS_REMOVED };
	struct finding f = { .risk = &risk };
	enum { RISKS = 1000, OVER = 100, RISKS_SHOWN = 100 };

	(void)state;
	open_page(&plain);
	for (uint64_t i = 1; i <= RISKS; i++) {
		risk.id = f.id = i;
		risk.end = RISK_GOES_ON;
		f.type = FINDING_AT_RISK;
		summary_add(&w.summary, &f);
		html_finding(html, &f);
		if (i > OVER)
			continue;
		risk.end = RISK_CLOSED;
		f.type = FINDING_RISK_OVER;
		summary_add(&w.summary, &f);
		html_finding(html, &f);
	}
	written();
	assert_int_equal(w.summary.at_risk, RISKS - OVER);
	/* Those that were over made room for others. */
	assert_int_equal(count_of("<td data-label=\"Cause\""), RISKS_SHOWN);
	assert_says("800 more flows are at risk, only counted");
}

/* As in the text: the first three of each flush, and how many more. */
static void risks_in_the_list(void **state)
{
	struct risk risk = { .flow = masqueraded(1), .cause = CAUSE_ADDRESS_REMOVED };
	struct finding f = { .type = FINDING_AT_RISK, .risk = &risk };

	(void)state;
	open_page(&plain);
	for (uint64_t i = 1; i <= 20; i++) {
		risk.id = f.id = i;
		risk.flush = 100 + i / 11;
		summary_add(&w.summary, &f);
		html_finding(html, &f);
	}
	written();
	assert_int_equal(count_of("<span class=\"kind\">at risk</span><div>"), 6);
	assert_says("<span data-left-out=\"14\">14 more flows at risk</span>");
	assert_int_equal(count_of("<td data-label=\"Flow\""), 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		page_test(storm_is_bounded),
		page_test(stories_are_bounded),
		page_test(each_story_has_its_first_reset),
		page_test(needed_changes_are_listed),
		page_test(risks_are_bounded),
		page_test(risks_in_the_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
