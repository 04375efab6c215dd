// SPDX-License-Identifier: GPL-2.0-only
#include "cast/story.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cast/page.h"
#include "report/html/escape.h"
#include "report/html/html.h"
#include "summary/advice.h"
#include "summary/verdict_text.h"

static struct watch w;
static struct html *html;
static char *page;

static const struct html_options plain = { .is_utc = true,
					   .command = "rstblame -f html -d 30m -w rec.jsonl.gz",
					   .again = "rstblame -f html -r rec.jsonl.gz" };

static void take(void *ctx, const struct finding *f)
{
	(void)ctx;
	html_finding(html, f);
}

static void open_page(const struct html_options *options)
{
	html = html_new(options);
	assert_non_null(html);
	watch_begin(&w);
	w.also = take;
}

/* The page, checked. */
static const char *close_page(enum status status)
{
	char why[PAGE_WHY_BYTES];
	size_t len = 0;
	FILE *out = open_memstream(&page, &len);

	assert_non_null(out);
	html_write(html, out, &w.summary, status);
	assert_int_equal(fclose(out), 0);
	if (!page_check(page, len, why))
		fail_msg("%s", why);
	return page;
}

static const char *written(void)
{
	return close_page(summary_status(&w.summary));
}

static int clean(void **state)
{
	(void)state;
	watch_end(&w);
	html_free(html);
	free(page);
	html = NULL;
	page = NULL;
	return 0;
}

/* Fails the test unless the page has it. */
static void assert_says(const char *words)
{
	if (!strstr(page, words))
		fail_msg("the page does not say: %s", words);
}

static void assert_silent(const char *words)
{
	const char *at = strstr(page, words);

	if (at)
		fail_msg("the page says: %.100s", at);
}

static size_t count_of(const char *words)
{
	size_t count = 0;

	for (const char *p = page; (p = strstr(p, words)); p++)
		count++;
	return count;
}

/* As it stands in a page. */
static void assert_says_escaped(const char *words)
{
	char *escaped = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&escaped, &len);

	html_escape(out, words);
	fclose(out);
	assert_says(escaped);
	free(escaped);
}

/* ---- what the page says ---- */

static void founding_incident(void **state)
{
	char headline[ACCOUNT_BYTES];

	(void)state;
	open_page(&plain);
	story_tell(&w);
	written();
	verdict_text_headline(&w.summary, STATUS_CRITICAL, headline, sizeof(headline));
	assert_says_escaped(strstr(headline, ": ") + 2);
	assert_says("<span class=\"status\">CRITICAL</span> <span class=\"exit\">exit status 2");
	assert_says("<article class=\"story proven\" data-resets=\"1\">");
	assert_says("The kernel reacted, and told nobody");
	assert_says("systemd-networkd[412] (systemd-networkd.service)</li>"); /* the last box */
	assert_says("<b>Lost:</b> no events.");
	assert_says("<code>link</code>: no such function");
	assert_says("no-listener");
	assert_says("2026-11-22 10:00:00 UTC to 2026-11-22 10:31:03 UTC (1800 s)");
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
	assert_says("<p data-resets-total=\"4607\">4607 in all");
	assert_says("<tr data-resets=\"4000\" data-verdict=\"no-listener\">");
	assert_says("SYNs to port 22: counted, not told one by one");
	assert_says("SYNs to port 1000, in net:[4026532999]: counted");
	assert_says("SYNs to other ports: counted");
	assert_says("2000 more SYNs to closed ports were answered with a RST (no-listener): 2000 "
		    "to port 22");
	assert_says(">4605</text>"); /* its mark in the picture */
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
	assert_says("2000 resets in answer to SYNs to closed ports are left out");
	assert_says("<p data-resets-total=\"0\">0 in all");
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
	const char *advice[ADVICE_MAX], *words;
	size_t count;

	(void)state;
	open_page(&plain);
	story_tell(&w);
	written();
	count = summary_advice(&w.summary, advice);
	assert_true(count > 2);
	for (size_t i = 0; i < count; i++) {
		char first[64];

		/* Up to the first command, which is an element of its own. */
		snprintf(first, sizeof(first), "%.*s", (int)strcspn(advice[i], "`"), advice[i]);
		assert_says_escaped(first);
	}
	words = strstr(page, "<li class=\"disproof\">");
	assert_non_null(words);
	assert_memory_equal(words + strlen("<li class=\"disproof\">"), "Disproved", 9);
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
	assert_says("<p class=\"inferred\"><b>not seen:</b> ");
	assert_says("not seen: the removal"); /* in the list */
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
	assert_says("Not all was seen");
	assert_says("data-lost=\"15\"");
	assert_says("12 of conntrack-removal, 3 of reset-ipv4");
	assert_says("of 7 of them the socket was not looked up");
	assert_says("conntrack was not asked about 8 of them");
	assert_says("Not all network namespaces could be looked into");
	assert_says("2 more connections are unknown to conntrack");
}

static void nothing_at_all(void **state)
{
	(void)state;
	open_page(&plain);
	close_page(STATUS_OK);
	assert_says("this node sent no reset.");
	assert_says("exit status 0");
	assert_says("Nothing happened.");
	assert_silent("Not all was seen");
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
	assert_says("The kernel reacted");
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
	assert_says("audit of now");
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
	assert_says("moved back by 1 h 0 min");
	assert_says("Not all was seen");
	assert_true(strstr(page, "<p>1 events of first") < strstr(page, "<p>1 events of second"));
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
	assert_true(strstr(page, "DHCP lease lost</p>") < strstr(page, "<p>1 events of later"));
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

/* ---- storms ---- */

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
		see_address_flush(&w, 7 + i, "10.9.0.1", &networkd, &redis);
		see_server_packet(&w, &redis);
		pass(&w, SECONDS(1));
	}
	written();
	assert_int_equal(w.summary.blamed, STORIES);
	assert_int_equal(page_sum(page, "id=\"why\"", "</section>", "data-resets"), STORIES);
	assert_int_equal(page_sum(page, "id=\"resets\"", "</section>", "data-resets"), STORIES);
	assert_int_equal(count_of("<tr data-resets="), 240);
	assert_int_equal(count_of("<tr class=\"rest\" data-resets=\"60\""), 1);
	assert_says("236 more blamed resets are in the counts only");
}

/* The budget of blamed resets goes to the first story: the others' first is there all the
 * same, and what it is blamed on. */
static void each_story_has_its_first_reset(void **state)
{
	struct flow flows[3] = { masqueraded_to("10.9.0.1", 1), masqueraded_to("10.9.0.7", 1),
				 masqueraded_to("10.9.0.8", 1) };
	const char *addresses[3] = { "10.9.0.1", "10.9.0.7", "10.9.0.8" }, *chain;

	(void)state;
	open_page(&plain);
	for (unsigned int i = 0; i < 3; i++) {
		see_address_flush(&w, 7 + i, addresses[i], &networkd, &flows[i]);
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
	assert_int_equal(count_of("<td data-label=\"Lost its entry by\""), RISKS_SHOWN);
	assert_says("800 more flows at risk are counted, not listed");
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

/* ---- what came from elsewhere ---- */

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
	start.start.probes[0] = (struct probe_report){ hostile, "none", hostile, hostile, true };
	start.start.probes[1] = (struct probe_report){ hostile, hostile, hostile, "", false };
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

#define page_test(name) cmocka_unit_test_teardown(name, clean)

int main(void)
{
	const struct CMUnitTest tests[] = {
		page_test(founding_incident),
		page_test(storm),
		page_test(storm_and_filter),
		page_test(links_lead_somewhere),
		page_test(advice_is_there),
		page_test(inferred_links_are_told),
		page_test(losses_are_told),
		page_test(nothing_at_all),
		page_test(quiet),
		page_test(verbose),
		page_test(an_audit),
		page_test(flush_is_told_once),
		page_test(clock_steps_are_told),
		page_test(drift_is_no_step),
		page_test(late_lines_are_put_in_place),
		page_test(log_lines_are_no_witness),
		page_test(storm_is_bounded),
		page_test(stories_are_bounded),
		page_test(each_story_has_its_first_reset),
		page_test(needed_changes_are_listed),
		page_test(risks_are_bounded),
		page_test(risks_in_the_list),
		page_test(hostile_in_every_field),
		page_test(nothing_but_the_necessary),
		cmocka_unit_test(escapes),
		cmocka_unit_test(the_check_can_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
