// SPDX-License-Identifier: GPL-2.0-only
#include "cast/make.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "model/finding.h"
#include "report/filter.h"

enum { WORDS_MAX = 32 };

static char why[256];

/* Of words with single blanks. */
static struct filter *new_filter(const char *line)
{
	static char buffer[512];
	char *words[WORDS_MAX + 1];
	int count = 0;

	snprintf(buffer, sizeof(buffer), "%s", line);
	for (char *p = strtok(buffer, " "); p && count < WORDS_MAX; p = strtok(NULL, " "))
		words[count++] = p;
	words[count] = NULL;
	why[0] = '\0';
	return filter_new(words, why, sizeof(why));
}

/* The incident's reset: Redis's keepalive to the node, of a masqueraded flow. */
static struct observation seen;
static struct reset_blame blamed;
static struct risk risk;

static struct finding a_reset(void)
{
	memset(&seen, 0, sizeof(seen));
	memset(&blamed, 0, sizeof(blamed));
	seen.reset.family = AF_INET;
	seen.reset.packet = make_tuple("10.9.0.2", 6379, "10.9.0.1", 51710);
	seen.reset.flags = PACKET_ACK;
	seen.reset.seq = 77;
	blamed.flow.family = AF_INET;
	blamed.flow.orig = make_tuple("10.88.0.2", 51710, "10.9.0.2", 6379);
	blamed.flow.reply = seen.reset.packet;
	return (struct finding){ .type = FINDING_RESET, .seen = &seen, .reset = &blamed };
}

static void assert_wants(const char *line, const struct finding *f, bool wanted)
{
	struct filter *filter = new_filter(line);

	if (!filter)
		fail_msg("%s: %s", line, why);
	if (filter_wants(filter, f) != wanted)
		fail_msg("%s: %s", line, wanted ? "not wanted" : "wanted");
	filter_free(filter);
}

static void by_packet_or_flow(void **state)
{
	struct finding f = a_reset();

	(void)state;
	assert_wants("port 6379 and host 10.9.0.2", &f, true);
	assert_wants("src host 10.9.0.2 and dst port 51710", &f, true);
	assert_wants("host 10.88.0.2", &f, true); /* the container: of the flow only */
	assert_wants("net 10.88.0.0/16", &f, true);
	assert_wants("tcp[4:4] = 77", &f, true); /* the trigger's own number */
	assert_wants("tcp[tcpflags] & tcp-ack != 0", &f, true);
	assert_wants("tcp[tcpflags] & tcp-syn != 0", &f, false);
	assert_wants("port 6380", &f, false);
	assert_wants("host 10.9.0.9", &f, false);
	assert_wants("udp", &f, false);
	assert_wants("ip6", &f, false);
	/* Not one end of the one, and one of the other. */
	assert_wants("host 10.88.0.2 and host 10.9.0.1", &f, false);
	blamed.flow.family = 0;
	assert_wants("host 10.88.0.2", &f, false);
}

static void ipv6(void **state)
{
	struct finding f = a_reset();

	(void)state;
	seen.reset.family = AF_INET6;
	seen.reset.packet = make_tuple("fd00:9::2", 6379, "fd00:9::1", 51710);
	blamed.flow.family = 0;
	assert_wants("ip6 host fd00:9::2 and tcp", &f, true);
	assert_wants("ip6 and tcp port 6379", &f, true);
	assert_wants("port 6379", &f, true);
	assert_wants("ip", &f, false);
	assert_wants("host fd00:9::3", &f, false);
}

/* What is remembered, and what the window amounts to, is not filtered. */
static void all_else_is_wanted(void **state)
{
	static const enum finding_type types[] = { FINDING_START, FINDING_ADDRESS, FINDING_LINK,
						   FINDING_FLUSH, FINDING_REMOVAL, FINDING_LOST,
						   FINDING_END };

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct finding f = { .type = types[i] };

		assert_wants("port 1", &f, true);
	}
}

static void flows_at_risk(void **state)
{
	struct finding f = { .type = FINDING_AT_RISK, .risk = &risk };

	(void)state;
	risk.flow.family = AF_INET;
	risk.flow.orig = make_tuple("10.88.0.2", 51710, "10.9.0.2", 6379);
	risk.is_one_sided = true; /* an audit knows no reply */
	assert_wants("dst port 6379", &f, true);
	assert_wants("src port 6379", &f, false);
	risk.is_one_sided = false;
	risk.flow.reply = make_tuple("10.9.0.2", 6379, "10.9.0.1", 51710);
	assert_wants("src port 6379", &f, true);
	assert_wants("port 22", &f, false);
}

/* One line, with the cure. */
static void what_is_none(void **state)
{
	static const char *const bad[] = { "ip addr", "port", "port 99999", "and", "(" };
	char *word[] = { NULL, NULL };
	static char endless[5000];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_null(new_filter(bad[i]));
		assert_non_null(strstr(why, "pcap-filter"));
		assert_null(strchr(why, '\n'));
	}
	memset(endless, 'a', sizeof(endless) - 1);
	word[0] = endless;
	assert_null(filter_new(word, why, sizeof(why)));
	assert_non_null(strstr(why, "shorter"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_packet_or_flow),  cmocka_unit_test(ipv6),
		cmocka_unit_test(all_else_is_wanted), cmocka_unit_test(flows_at_risk),
		cmocka_unit_test(what_is_none),
	};

	return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
