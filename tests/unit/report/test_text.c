// SPDX-License-Identifier: GPL-2.0-only
#include "cast/story.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/utf8.h"
#include "report/text.h"

static struct watch w;
static struct text text;
static char *out;
static size_t out_size;

static void take(void *ctx, const struct finding *f)
{
	text_finding(ctx, f);
}

static const struct text_options plain = { .is_utc = true, .columns = 80 };

static void open_text(const struct text_options *options)
{
	FILE *file = open_memstream(&out, &out_size);

	assert_non_null(file);
	text_init(&text, file, options);
	watch_begin(&w);
	w.also = take;
	w.also_ctx = &text;
}

/* Everything that was written so far. */
static const char *written(void)
{
	fflush(text.out);
	return out;
}

static int close_text(void **state)
{
	(void)state;
	watch_end(&w);
	fclose(text.out);
	free(out);
	return 0;
}

static void founding_incident(void **state)
{
	(void)state;
	open_text(&plain);
	story_tell(&w);
	text_summary(&text, &w.summary, summary_status(&w.summary));
	assert_golden("incident.txt", written());
}

/* What is attached and could not be provoked is not missing; one that is missing is. */
static void unproven_is_not_unseen(void **state)
{
	struct observation start = { .type = OBSERVATION_START };
	static const char reason[] = "no network namespace can be made: Operation not permitted";
	const struct probe_report link = { .sense = SENSE_LINK,
					   .name = "link",
					   .how = "fentry",
					   .why = reason,
					   .state = "attached, not proven" };

	(void)state;
	start.start = (struct start_observation){
		.version = "1", .host = "h", .kernel = "k", .arch = "a", .probes_count = 3
	};
	start.start.probes[0] = start.start.probes[1] = start.start.probes[2] = link;
	start.start.probes[0].name = "address-ipv4";
	start.start.probes[2] = (struct probe_report){
		.sense = SENSE_MASQUERADE,
		.name = "masquerade-flush",
		.how = "none",
		.why = "the kernel refuses kprobe",
		.state = "missing",
	};
	start.start.gaps[start.start.gaps_count++] = "missing CAP_SYS_PTRACE: victims unknown";
	open_text(&plain);
	see(&w, start);
	see(&w, start); /* of another recording */
	assert_non_null(strstr(written(), "  not proven: address-ipv4, link (no network namespace "
					  "can be made: Operation\n    not permitted)\n"));
	assert_non_null(strstr(written(), "not observed: masquerade-flush"));
	assert_null(strstr(written(), "not observed: link"));
	text_summary(&text, &w.summary, summary_status(&w.summary));
	assert_non_null(strstr(written(), "NOT SEEN masquerade-flush"));
	assert_null(strstr(written(), "NOT SEEN link"));
	assert_non_null(strstr(written(), "NOT SEEN missing CAP_SYS_PTRACE: victims unknown\n"));
	assert_int_equal(w.summary.gaps_count, 1);
}

static void quiet(void **state)
{
	struct text_options options = plain;

	(void)state;
	options.is_quiet = true;
	open_text(&options);
	story_tell(&w);
	assert_string_equal(written(), "");
	text_summary(&text, &w.summary, summary_status(&w.summary));
	assert_golden("incident-quiet.txt", written());
	assert_memory_equal(written(), "VERDICT", 7); /* first */
}

static void verbose(void **state)
{
	struct text_options options = plain;

	(void)state;
	options.is_verbose = true;
	open_text(&options);
	story_tell(&w);
	text_summary(&text, &w.summary, summary_status(&w.summary));
	assert_golden("incident-verbose.txt", written());
	assert_non_null(strstr(written(), "removal "));
}

static void nothing_at_all(void **state)
{
	(void)state;
	open_text(&plain);
	text_summary(&text, &w.summary, STATUS_OK);
	assert_golden("nothing.txt", written());
}

static void losses_are_told(void **state)
{
	(void)state;
	open_text(&plain);
	see(&w, make_lost("conntrack-removal", 12));
	see(&w, make_lost("reset-ipv4", 3));
	text_summary(&text, &w.summary, summary_status(&w.summary));
	assert_golden("losses.txt", written());
}

/* Made is not sent: which it was, and why, and what it means for the other end. */
static void what_did_not_leave(void **state)
{
	static const struct {
		enum reset_kind kind;
		enum undelivered why;
		const char *line, *below;
	} cases[] = {
		{ RESET_ANSWER, UNDELIVERED_DROPPED, "made, not sent to 10.9.0.2:6379",
		  "dropped on its way out (by a rule in OUTPUT?): the connection goes on" },
		{ RESET_ANSWER, UNDELIVERED_NO_ROUTE, "made, not sent to 10.9.0.2:6379",
		  "it had no route: the connection goes on" },
		{ RESET_ANSWER, UNDELIVERED_NOT_MADE, "not made for 10.9.0.2:6379",
		  "the kernel decided against it" },
		{ RESET_ABORT, UNDELIVERED_NO_ROUTE, "made, not sent to 10.9.0.2:6379",
		  "it had no route: the peer was never notified" },
	};
	struct flow flow = masqueraded(40001);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct observation reset = make_reset(&flow, &flow.reply);

		open_text(&(struct text_options){ .columns = 1000 });
		reset.reset.kind = (uint8_t)cases[i].kind;
		reset.reset.delivered = DELIVERED_NO;
		reset.reset.undelivered = (uint8_t)cases[i].why;
		see_reset(&w, reset);
		assert_non_null(strstr(written(), cases[i].line));
		assert_non_null(strstr(written(), cases[i].below));
		if (i + 1 < sizeof(cases) / sizeof(cases[0]))
			close_text(NULL);
	}
}

/* Nothing is at risk that is followed; of the others nobody knows. */
static void unfollowed_flows_are_told(void **state)
{
	(void)state;
	open_text(&(struct text_options){ .columns = 1000 });
	w.summary.live_removed = w.summary.unfollowed = 38;
	w.summary.follow_limit = 300;
	w.summary.sweeps = 1;
	text_summary(&text, &w.summary, summary_status(&w.summary));
	assert_non_null(strstr(written(), "38 flows may be at risk"));
	assert_non_null(strstr(written(), "38 more flows were at risk than could be followed "
					  "(limit 300)"));
	assert_null(strstr(written(), "No flow is at risk"));
}

static const struct port_count ports[] = { { 22, 512 }, { 80, 300 }, { 443, 100 },
					   { 25, 50 },  { 8080, 2 }, { 9, 1 } };

static void storm(void **state)
{
	struct observation v6 = make_resets(1, ports + 5, 1);

	(void)state;
	open_text(&plain);
	see(&w, make_resets(1000, ports, 6));
	v6.counted.family = AF_INET6;
	see(&w, v6);
	pass(&w, SECONDS(1));
	see(&w, make_resets(77, ports, 0));
	pass(&w, SECONDS(1));
	see(&w, make_resets(965, ports, 6)); /* each told apart */
	pass(&w, SECONDS(1));
	see_in(&w, OTHER_NETNS, make_resets(512, ports, 1));
	text_summary(&text, &w.summary, summary_status(&w.summary));
	assert_golden("storm.txt", written());
}

/* However many namespaces: a few lines for each second. */
static void storm_everywhere(void **state)
{
	size_t lines = 0;

	(void)state;
	open_text(&plain);
	for (int second = 0; second < 3; second++) {
		for (uint32_t i = 0; i < 100; i++)
			see_in(&w, OTHER_NETNS + i, make_resets(512, ports, 1));
		pass(&w, SECONDS(1));
	}
	for (const char *p = written(); (p = strchr(p, '\n')); p++)
		lines++;
	assert_true(lines <= 3 * 10);
	assert_non_null(strstr(written(), "resets in more namespaces are only counted"));
	assert_int_equal(w.summary.resets_total, 3 * 100 * 512);
}

static void storm_and_filter(void **state)
{
	(void)state;
	open_text(&plain);
	w.summary.filter = "port 22";
	w.also = NULL; /* the report hands nothing on then */
	see(&w, make_resets(1000, ports, 6));
	text_summary(&text, &w.summary, summary_status(&w.summary));
	assert_golden("storm-filter.txt", written());
}

/* Colours only where they are wanted; without them the same words. */
static void colors(void **state)
{
	struct text_options options = plain;
	char *bare, *to;

	(void)state;
	options.is_colored = true;
	open_text(&options);
	story_tell(&w);
	text_summary(&text, &w.summary, summary_status(&w.summary));
	assert_non_null(strstr(written(), "\033["));
	bare = strdup(written());
	to = bare;
	for (const char *p = bare; *p; p++) {
		if (*p == '\033')
			p = strchr(p, 'm');
		else
			*to++ = *p;
	}
	*to = '\0';
	assert_golden("incident.txt", bare);
	free(bare);
}

static void progress(void **state)
{
	struct text_options options = plain;

	(void)state;
	open_text(&options);
	text_progress(&text, &w.summary, "5 s left");
	assert_string_equal(written(), ""); /* no terminal */
	close_text(NULL);
	options.is_live = true;
	open_text(&options);
	text_progress(&text, &w.summary, "5 s left");
	assert_string_equal(written(), "\r\033[K5 s left · resets 0 · blamed 0 · flushes 0");
	see(&w, make_lost("link", 1)); /* the next line takes its place */
	assert_non_null(strstr(written(), "flushes 0\r\033[K10:"));
}

static void innocents_are_shown_ten_times(void **state)
{
	struct flow web = untranslated("10.9.0.2", 50000, "10.9.0.1", 8001);
	struct observation syn = make_reset(&web, &web.orig);
	size_t shown = 0;

	(void)state;
	open_text(&plain);
	syn.reset.flags = PACKET_SYN;
	for (int i = 0; i < 50; i++)
		see(&w, syn);
	for (const char *p = written(); (p = strstr(p, "no-listener")); p++)
		shown++;
	assert_int_equal(shown, 10);
	assert_non_null(strstr(written(), "more resets of this kind"));
}

static void a_listener_out_of_reach_is_named(void **state)
{
	struct flow web = untranslated("10.9.0.2", 50000, "10.9.0.1", 8001);
	struct observation syn = make_reset(&web, &web.orig);
	struct victim *v = &syn.reset.victim;
	struct text_options wide = plain;
	size_t named = 0;

	(void)state;
	wide.columns = 400;
	open_text(&wide);
	syn.reset.flags = PACKET_SYN;
	*v = (struct victim){ .role = VICTIM_LISTENER,
			      .look = LOOK_FOUND,
			      .socket_state = SOCKET_LISTEN,
			      .barrier = BARRIER_LOOPBACK,
			      .listens_family = AF_INET,
			      .listens_on = make_ip("127.0.0.1"),
			      .process = { .pid = 77, .comm = "nginx" } };
	see(&w, syn);
	assert_non_null(strstr(written(),
			       "out of reach: nginx[77] listens on 127.0.0.1 port 8001, "
			       "for this host itself only; the packet came to 10.9.0.1"));
	assert_null(strstr(written(), "meant for"));
	v->barrier = BARRIER_NONE;
	see(&w, syn);
	assert_non_null(strstr(written(), "since then: nginx[77] listens on 127.0.0.1 port 8001 by "
					  "now, and did not"));
	*v = (struct victim){ .role = VICTIM_LISTENER, .look = LOOK_ABSENT };
	see(&w, syn);
	for (const char *p = written(); (p = strstr(p, "listens on")); p++)
		named++;
	assert_int_equal(named, 2);
}

static void risk(uint64_t id, uint64_t flush)
{
	struct risk risk = { .id = id, .flow = masqueraded((uint16_t)id), .flush = flush };
	struct finding f = { .type = FINDING_AT_RISK, .id = id, .risk = &risk };

	text_finding(&text, &f);
}

/* Three of each flush, and then how many more, before anything else is told. */
static void flows_at_risk_that_are_not_listed_are_counted(void **state)
{
	const char *first, *second;

	(void)state;
	open_text(&plain);
	for (uint64_t id = 1; id <= 1204; id++)
		risk(id, 100);
	assert_null(strstr(written(), "more flow"));
	for (uint64_t id = 2001; id <= 2004; id++)
		risk(id, 200);
	first = strstr(written(), "+ 1,201 more flows lost their entry in this flush");
	assert_non_null(first);
	text_summary(&text, &w.summary, STATUS_OK);
	second = strstr(written(), "+ 1 more flow lost its entry in this flush");
	assert_non_null(second);
	assert_true(second < strstr(written(), "VERDICT"));
	assert_null(strstr(second, "more flows"));
}

/* What is proven is the headline, whatever came first. */
static void headline_is_the_surest_story(void **state)
{
	struct flow old = masqueraded(40001), redis = masqueraded(40112);
	struct text_options options = plain;

	(void)state;
	options.is_quiet = true;
	open_text(&options);
	see_server_packet(&w, &old); /* from before the window */
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &redis);
	see_server_packet(&w, &redis);
	text_summary(&text, &w.summary, summary_status(&w.summary));
	/* The total of what was blamed, then the worst of it. */
	assert_non_null(strstr(written(), "VERDICT  CRITICAL: 2 connections were reset, for 2"));
	assert_non_null(strstr(out, "systemd-networkd[412]"));
}

/* ---- what came from elsewhere must not command the terminal ---- */

/* Text, and no other control character than the newline. */
static void assert_printable(const char *s)
{
	for (; *s; s += utf8_length(s)) {
		if (!utf8_length(s))
			fail_msg("not UTF-8: …%.40s", s);
		if (((unsigned char)*s < 0x20 && *s != '\n') || *s == 0x7f ||
		    ((unsigned char)*s == 0xc2 && (unsigned char)s[1] < 0xa0))
			fail_msg("a control character (%02x): …%.40s", (unsigned char)*s, s + 1);
	}
}

static void hostile_comm(void **state)
{
	struct flow redis = masqueraded(40112);
	struct actor hostile = ip_command;

	(void)state;
	open_text(&plain);
	strcpy(hostile.comm, HOSTILE_COMM);
	strcpy(hostile.exe, "/tmp/" HOSTILE_COMM);
	strcpy(hostile.unit, HOSTILE_COMM ".service");
	see_address_flush(&w, 7, "10.9.0.1", &hostile, &redis);
	see(&w, make_act(9, CAUSE_USER_DELETE, NULL, 0, &hostile));
	see_server_packet(&w, &redis);
	blame_finish(w.blame);
	text_summary(&text, &w.summary, summary_status(&w.summary));
	assert_printable(written());
	assert_non_null(strstr(written(), "a?[2J\"????[99]"));
}

static void hostile_ifname(void **state)
{
	struct observation link = make_link(LINK_DOWN, UP0, &ip_command);

	(void)state;
	open_text(&plain);
	strcpy(link.change.ifname, "up\033[2J\n0");
	see(&w, link);
	assert_printable(written());
}

/* A recording comes from anywhere: its container, host, probes and stacks too. */
static void hostile_container(void **state)
{
	struct actor hostile = ip_command;

	(void)state;
	open_text(&plain);
	strcpy(hostile.container, HOSTILE_COMM);
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &hostile));
	assert_printable(written());
}

static void hostile_start(void **state)
{
	struct observation start = { .type = OBSERVATION_START };

	(void)state;
	open_text(&plain);
	start.start.version = start.start.host = start.start.kernel = start.start.arch =
		HOSTILE_COMM;
	start.start.probes_count = 1;
	start.start.probes[0] = (struct probe_report){
		.name = HOSTILE_COMM, .how = "none", .symbol = "", .why = HOSTILE_COMM
	};
	see(&w, start);
	text_summary(&text, &w.summary, STATUS_OK);
	assert_printable(written());
}

static void hostile_probe(void **state)
{
	(void)state;
	open_text(&plain);
	see(&w, make_lost(HOSTILE_COMM, 1));
	text_summary(&text, &w.summary, STATUS_UNKNOWN);
	assert_printable(written());
}

static void hostile_stacks(void **state)
{
	struct text_options options = plain;
	struct flow redis = masqueraded(40112);
	struct observation act = make_act(9, CAUSE_OTHER, NULL, 0, &nobody);
	struct observation removal = make_removal(0, CAUSE_OTHER, &redis);
	struct observation reset = make_reset(&redis, &redis.reply);

	(void)state;
	options.is_verbose = true;
	open_text(&options);
	act.act.stack = HOSTILE_COMM;
	see(&w, act);
	see(&w, make_removal(9, CAUSE_OTHER, &redis));
	see(&w, make_act_end(9, 1, 1));
	removal.removal.stack = HOSTILE_COMM;
	strcpy(reset.reset.stack, HOSTILE_COMM);
	see(&w, removal);
	see(&w, reset);
	assert_printable(written());
}

/* Every renderer must bear what a recording leaves out. */
static void nothing_but_the_necessary(void **state)
{
	struct flow redis = masqueraded(40112);
	struct observation reset = { .type = OBSERVATION_RESET };
	struct observation start = { .type = OBSERVATION_START };
	struct observation address = make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &nobody);

	(void)state;
	open_text(&plain);
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
	text_summary(&text, &w.summary, summary_status(&w.summary));
	assert_printable(written());
	assert_int_equal(w.verdicts[VERDICT_ENTRY_REMOVED], 1);
}

static void assert_no_line_wider_than(size_t columns)
{
	for (const char *p = written(); *p;) {
		size_t len = strcspn(p, "\n");
		char line[512];

		assert_true(len < sizeof(line));
		memcpy(line, p, len);
		line[len] = '\0';
		if (utf8_columns(line) > columns && strncmp(line, "COUNTS", 6) != 0)
			fail_msg("%zu columns: %s", utf8_columns(line), line);
		p += len + (p[len] == '\n');
	}
}

/* No line of the verdict is wider than what was asked for (words that are
 * themselves wider apart). */
static void verdict_is_wrapped(void **state)
{
	struct text_options options = plain;

	(void)state;
	options.is_quiet = true;
	open_text(&options);
	story_tell(&w);
	text_summary(&text, &w.summary, summary_status(&w.summary));
	assert_no_line_wider_than(80);
}

/* Nor are sentences in the timeline; its packets and addresses stay where grep finds them. */
static void sentences_are_wrapped(void **state)
{
	struct observation probe = { .type = OBSERVATION_PROBE };

	(void)state;
	open_text(&plain);
	strcpy(probe.probe.module, "nf_conntrack_netlink");
	strcpy(probe.probe.name, "conntrack-request");
	strcpy(probe.probe.how, "fentry");
	strcpy(probe.probe.symbol, "ctnetlink_del_conntrack");
	probe.probe.sense = sense_parse(probe.probe.name);
	see(&w, probe);
	see(&w, make_lost("conntrack-removal", 1234567));
	assert_non_null(strstr(written(), "nf_conntrack_netlink was loaded"));
	assert_no_line_wider_than(80);
}

#define story(name) cmocka_unit_test_teardown(name, close_text)

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(founding_incident),
		story(unproven_is_not_unseen),
		story(quiet),
		story(verbose),
		story(nothing_at_all),
		story(losses_are_told),
		story(what_did_not_leave),
		story(unfollowed_flows_are_told),
		story(storm),
		story(storm_everywhere),
		story(storm_and_filter),
		story(colors),
		story(progress),
		story(innocents_are_shown_ten_times),
		story(a_listener_out_of_reach_is_named),
		story(flows_at_risk_that_are_not_listed_are_counted),
		story(headline_is_the_surest_story),
		story(hostile_comm),
		story(hostile_ifname),
		story(hostile_container),
		story(hostile_start),
		story(hostile_probe),
		story(hostile_stacks),
		story(verdict_is_wrapped),
		story(sentences_are_wrapped),
		story(nothing_but_the_necessary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
