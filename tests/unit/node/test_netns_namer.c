// SPDX-License-Identifier: GPL-2.0-only
/* What other namespaces are called: found, told, recorded and shown. */
#include "cast/make.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/netns.h"
#include "node/netns_namer.h"
#include "record/recording.h"
#include "record/write.h"
#include "report/text.h"

/* In the place of the one that looks into /run/netns. */
static const char *called;
static size_t looks;

void netns_name(uint32_t inum, char *name, size_t size)
{
	assert_int_equal(inum, OTHER_NETNS);
	looks++;
	snprintf(name, size, "%s", called);
}

static struct observation address_in(uint32_t netns, uint64_t mono_ns)
{
	struct observation seen = make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &ip_command);

	seen.netns = (struct netns_id){ .inum = netns };
	seen.mono_ns = mono_ns;
	return seen;
}

static bool tells(struct netns_namer *netns_namer, uint32_t netns, uint64_t mono_ns,
		  struct observation *out)
{
	struct observation seen = address_in(netns, mono_ns);

	return netns_namer_tells(netns_namer, &seen, out);
}

static void told_once_and_before(void **state)
{
	struct netns_namer netns_namer;
	struct observation out;

	(void)state;
	netns_namer_init(&netns_namer, NODE_NETNS);
	called = "node2";
	looks = 0;
	assert_false(tells(&netns_namer, NODE_NETNS, SECONDS(5), &out));
	assert_false(tells(&netns_namer, 0, SECONDS(5), &out));
	assert_int_equal(looks, 0);
	assert_true(tells(&netns_namer, OTHER_NETNS, SECONDS(5), &out));
	assert_int_equal(out.type, OBSERVATION_NAMESPACE);
	assert_int_equal(out.netns.inum, OTHER_NETNS);
	assert_int_equal(out.mono_ns, SECONDS(5));
	assert_string_equal(out.space.name, "node2");
	for (uint64_t ms = 0; ms < 1000; ms += 100)
		assert_false(tells(&netns_namer, OTHER_NETNS, SECONDS(5) + MS(ms), &out));
	assert_int_equal(looks, 1);
}

/* Its number is the next one's, which may have another name, or none. */
static void told_anew_when_it_changes(void **state)
{
	struct netns_namer netns_namer;
	struct observation out;

	(void)state;
	netns_namer_init(&netns_namer, NODE_NETNS);
	called = "";
	assert_false(tells(&netns_namer, OTHER_NETNS, SECONDS(1), &out));
	called = "late";
	assert_true(tells(&netns_namer, OTHER_NETNS, SECONDS(2), &out));
	assert_string_equal(out.space.name, "late");
	assert_false(tells(&netns_namer, OTHER_NETNS, SECONDS(3), &out));
	called = "other";
	assert_true(tells(&netns_namer, OTHER_NETNS, SECONDS(4), &out));
	assert_string_equal(out.space.name, "other");
	called = "";
	assert_true(tells(&netns_namer, OTHER_NETNS, SECONDS(5), &out));
	assert_string_equal(out.space.name, "");
}

/* A removal is not told by itself; a million of them cost nothing. */
static void removals_are_not_looked_up(void **state)
{
	struct flow redis = masqueraded(40112);
	struct observation seen = make_removal(0, CAUSE_TIMEOUT, &redis), out;
	struct netns_namer netns_namer;

	(void)state;
	netns_namer_init(&netns_namer, NODE_NETNS);
	looks = 0;
	seen.netns.inum = OTHER_NETNS;
	assert_false(netns_namer_tells(&netns_namer, &seen, &out));
	assert_int_equal(looks, 0);
}

static void bounded(void **state)
{
	struct netns_names names = { 0 };
	char text[NETNS_TEXT_BYTES];

	(void)state;
	netns_names_set_own(&names, (struct netns_id){ .inum = NODE_NETNS });
	for (uint32_t i = 1; i <= 3 * NETNS_NAMES_MAX; i++)
		netns_names_tell(&names, (struct netns_id){ .inum = i }, "some", 0);
	assert_string_equal(netns_names_format(&names, (struct netns_id){ .inum = 1 }, text),
			    "net:[1]");
	assert_string_equal(
		netns_names_format(&names, (struct netns_id){ .inum = 3 * NETNS_NAMES_MAX }, text),
		"some");
	/* Of a 65th recording nothing is known, and nothing is written. */
	netns_names_set_own(&names, (struct netns_id){ .node = NETNS_NODES_MAX, .inum = 1 });
	assert_string_equal(
		netns_names_format(&names, (struct netns_id){ .node = NETNS_NODES_MAX, .inum = 1 },
				   text),
		"");
}

/* ---- shown ---- */

static struct watch w;
static struct text text;
static char *out;
static size_t out_size;

static void take(void *ctx, const struct finding *f)
{
	text_finding(ctx, f);
}

static int open_text(void **state)
{
	static const struct text_options options = { .is_utc = true, .columns = 80 };

	(void)state;
	text_init(&text, open_memstream(&out, &out_size), &options);
	watch_begin(&w);
	w.also = take;
	w.also_ctx = &text;
	return 0;
}

static int close_text(void **state)
{
	(void)state;
	watch_end(&w);
	fclose(text.out);
	free(out);
	return 0;
}

static void assert_written(const char *words)
{
	fflush(text.out);
	if (!strstr(out, words))
		fail_msg("not written: %s; but:\n%s", words, out);
}

static void see_start(uint32_t netns)
{
	struct observation start = { .type = OBSERVATION_START };

	start.start.version = start.start.host = start.start.kernel = start.start.arch = "";
	see_in(&w, netns, start);
}

static void see_name(uint32_t netns, const char *name)
{
	struct observation named = { .type = OBSERVATION_NAMESPACE };

	snprintf(named.space.name, sizeof(named.space.name), "%s", name);
	see_in(&w, netns, named);
}

/* An address of `netns` goes, its flush and a reset come: all of that namespace. */
static void see_story(uint32_t netns)
{
	struct flow redis = masqueraded(40112);
	uint32_t own = w.netns.inum;

	w.netns.inum = netns;
	see_address_flush(&w, 7, "10.9.0.1", &ip_command, &redis);
	see_server_packet(&w, &redis);
	w.netns.inum = own;
	text_summary(&text, &w.summary, summary_status(&w.summary));
}

static void the_nodes_own_is_not_said(void **state)
{
	(void)state;
	see_start(NODE_NETNS);
	see_name(NODE_NETNS, "odd"); /* `ip netns attach` may name it, too */
	see_story(NODE_NETNS);
	assert_written("  sent to 10.9.0.2:6379\n");
	assert_null(strstr(out, "odd"));
	assert_written("proven: 1 connection\n");
}

static void another_is_said_by_name(void **state)
{
	(void)state;
	see_start(NODE_NETNS);
	see_name(OTHER_NETNS, "node2");
	see_story(OTHER_NETNS);
	assert_written("address    in node2: 10.9.0.1/24 removed from up0 by ip[99]\n");
	assert_written("flush      in node2: 1 conntrack entry masqueraded to 10.9.0.1 was");
	assert_written("RESET      in node2: sent to 10.9.0.2:6379\n");
	assert_written("entry-removed/address-removed, proven: 1 connection in node2\n");
}

static void or_by_number(void **state)
{
	(void)state;
	see_start(NODE_NETNS);
	see_story(OTHER_NETNS);
	assert_written("RESET      in net:[4026532999]: sent to 10.9.0.2:6379\n");
	assert_written("proven: 1 connection in net:[4026532999]\n");
}

static void the_first_of_several(void **state)
{
	struct flow redis = masqueraded(40112);

	(void)state;
	see_start(NODE_NETNS);
	see_name(OTHER_NETNS, "node2");
	w.netns.inum = OTHER_NETNS;
	see_address_flush(&w, 7, "10.9.0.1", &ip_command, &redis);
	see_server_packet(&w, &redis);
	see_server_packet(&w, &redis);
	text_summary(&text, &w.summary, summary_status(&w.summary));
	assert_written("proven: 1 connection, 2 resets in node2; the first one is shown here\n");
}

/* A recording that was cut at its beginning does not say which is the node's own. */
static void unknown_own_is_not_guessed(void **state)
{
	(void)state;
	see_story(OTHER_NETNS);
	assert_written("  sent to 10.9.0.2:6379\n");
	assert_null(strstr(out, "net:["));
}

static void each_recording_has_its_own(void **state)
{
	(void)state;
	see_start(NODE_NETNS);
	w.netns.node = 1;
	see_start(OTHER_NETNS);
	see_story(OTHER_NETNS);
	assert_written("sent to 10.9.0.2:6379 [recording 2]\n");
	assert_null(strstr(out, "net:["));
}

static void hostile_name(void **state)
{
	(void)state;
	see_start(NODE_NETNS);
	see_name(OTHER_NETNS, "no\033[2Jde\n2");
	see_story(OTHER_NETNS);
	assert_written("RESET      in no?[2Jde?2: sent to");
}

/* ---- recorded ---- */

static void record(void *ctx, const struct finding *f)
{
	struct observation *back = ctx;
	struct jsonw json = { 0 };
	struct recording_keep keep = { 0 };

	if (f->type != FINDING_NAMESPACE)
		return;
	assert_true(json_write_finding(&json, JSON_RECORDING, f));
	assert_int_equal(recording_parse(json.text, json.len, 0, back, &keep), 1);
	assert_true(json_write_finding(&json, JSON_REPORT, f));
	recording_keep_release(&keep);
	jsonw_release(&json);
}

static void round_trip(void **state)
{
	struct observation back = { 0 };

	(void)state;
	w.also = record;
	w.also_ctx = &back;
	see_name(OTHER_NETNS, "node2");
	assert_int_equal(back.type, OBSERVATION_NAMESPACE);
	assert_int_equal(back.netns.inum, OTHER_NETNS);
	assert_string_equal(back.space.name, "node2");
	see_name(OTHER_NETNS, "");
	assert_string_equal(back.space.name, "");
}

#define shown(test) cmocka_unit_test_setup_teardown(test, open_text, close_text)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(told_once_and_before),
		cmocka_unit_test(told_anew_when_it_changes),
		cmocka_unit_test(removals_are_not_looked_up),
		cmocka_unit_test(bounded),
		shown(the_nodes_own_is_not_said),
		shown(another_is_said_by_name),
		shown(or_by_number),
		shown(the_first_of_several),
		shown(unknown_own_is_not_guessed),
		shown(each_recording_has_its_own),
		shown(hostile_name),
		shown(round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
