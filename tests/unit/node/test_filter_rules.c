// SPDX-License-Identifier: GPL-2.0-only
/* Real rules in a namespace of its own, where one can be had: what Debian's examples, docker, ufw
 * and people write, and what becomes of a packet that conntrack has no entry for. */
#include "cast/make.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/filter_rules.h"

#define CHAIN(hook, policy)                                                                        \
	"nft 'add table inet f; add chain inet f c { type filter hook " hook                       \
	" priority 0; policy " policy "; }' && "
#define RULE(words) "nft 'add rule inet f c " words "'"
#define IPTABLES(words) "iptables-nft " words

static const struct {
	const char *setup;
	enum filter_way way;
	uint32_t state;
	unsigned int outcomes;
} cases[] = {
	{ "true", FILTER_TO_INPUT, NAT_STATE_INVALID, FILTER_PASSES },
	/* INVALID is dropped; where it passes the rule says something else. */
	{ CHAIN("input", "accept") RULE("ct state invalid drop"), FILTER_TO_INPUT,
	  NAT_STATE_INVALID, FILTER_DROPS },
	{ CHAIN("input", "accept") RULE("ct state invalid drop"), FILTER_TO_INPUT, NAT_STATE_NEW,
	  FILTER_PASSES },
	{ CHAIN("input", "accept") RULE("ct state invalid drop"), FILTER_TO_FORWARD,
	  NAT_STATE_INVALID, FILTER_PASSES },
	{ CHAIN("input", "accept") RULE("iifname lo ct state invalid drop"), FILTER_TO_INPUT,
	  NAT_STATE_INVALID, FILTER_PASSES },
	{ CHAIN("input", "accept") RULE("ct state established,related accept"), FILTER_TO_INPUT,
	  NAT_STATE_INVALID, FILTER_PASSES },
	/* Debian's own examples. */
	{ CHAIN("input", "drop")
		  RULE("ct state vmap { established : accept, related : accept, invalid : drop }"),
	  FILTER_TO_INPUT, NAT_STATE_INVALID, FILTER_DROPS },
	{ CHAIN("input", "accept")
		  RULE("ct state vmap { established : accept, related : accept, invalid : drop }"),
	  FILTER_TO_INPUT, NAT_STATE_NEW, FILTER_PASSES },
	{ CHAIN("input", "drop") RULE("iifname lo accept") " && " RULE(
		  "ct state established,related accept") " && " RULE("tcp dport { 22, 80 } accept"),
	  FILTER_TO_INPUT, NAT_STATE_INVALID, FILTER_DROPS },
	{ CHAIN("input", "drop") RULE("tcp dport { 22, 51710 } accept"), FILTER_TO_INPUT,
	  NAT_STATE_INVALID, FILTER_PASSES },
	{ CHAIN("input", "accept") RULE("ip saddr . tcp dport { 10.9.0.2 . 51710 } drop"),
	  FILTER_TO_INPUT, NAT_STATE_NEW, FILTER_DROPS },
	{ CHAIN("input", "accept") RULE("ip saddr . tcp dport { 10.9.0.2 . 51711 } drop"),
	  FILTER_TO_INPUT, NAT_STATE_NEW, FILTER_PASSES },
	{ CHAIN("input", "accept") RULE("tcp dport . meta mark { 51710 . 1 } drop"),
	  FILTER_TO_INPUT, NAT_STATE_NEW, FILTER_PASSES | FILTER_DROPS },
	{ CHAIN("input", "accept") "nft 'add set inet f s { type inet_service; elements = { 51710 "
				   "}; }' && " RULE("tcp dport @s drop"),
	  FILTER_TO_INPUT, NAT_STATE_NEW, FILTER_PASSES | FILTER_DROPS },
	/* It is dropped before it is tracked. */
	{ CHAIN("prerouting", "accept") RULE("tcp flags ack drop"), FILTER_TO_FORWARD,
	  NAT_STATE_NEW, FILTER_DROPS },
	/* A reset; and its equals by ICMP. */
	{ CHAIN("input", "accept") RULE("ct state established accept") " && " RULE(
		  "meta l4proto tcp reject with tcp reset"),
	  FILTER_TO_INPUT, NAT_STATE_NEW, FILTER_RESETS },
	{ CHAIN("input", "accept") RULE("ct state established accept") " && " RULE("reject"),
	  FILTER_TO_INPUT, NAT_STATE_NEW, FILTER_REJECTS },
	{ CHAIN("input", "accept") RULE("tcp dport 22 reject with tcp reset"), FILTER_TO_INPUT,
	  NAT_STATE_NEW, FILTER_PASSES },
	{ CHAIN("input", "accept") RULE("meta mark 7 meta l4proto tcp reject with tcp reset"),
	  FILTER_TO_INPUT, NAT_STATE_NEW, FILTER_PASSES | FILTER_RESETS },
	/* What comes first decides. */
	{ CHAIN("input", "accept")
		  RULE("ct state new accept") " && " RULE("meta l4proto tcp reject with tcp reset"),
	  FILTER_TO_INPUT, NAT_STATE_NEW, FILTER_PASSES },
	/* xtables' matches and targets, in chains of their own. */
	{ IPTABLES("-A FORWARD -m conntrack --ctstate INVALID -j DROP"), FILTER_TO_FORWARD,
	  NAT_STATE_INVALID, FILTER_DROPS },
	{ IPTABLES("-A FORWARD -m conntrack --ctstate INVALID -j DROP"), FILTER_TO_FORWARD,
	  NAT_STATE_NEW, FILTER_PASSES },
	{ IPTABLES("-A FORWARD -m state --state INVALID -j DROP"), FILTER_TO_FORWARD,
	  NAT_STATE_INVALID, FILTER_DROPS },
	{ IPTABLES("-A FORWARD -m conntrack ! --ctstate ESTABLISHED,RELATED -j DROP"),
	  FILTER_TO_FORWARD, NAT_STATE_INVALID, FILTER_DROPS },
	{ IPTABLES("-N U") " && " IPTABLES("-A INPUT -j U") " && " IPTABLES("-A U -m conntrack --ctstate ESTABLISHED -j RETURN") " && " IPTABLES(
		  "-A U -p tcp -m tcp --dport 40000:60000 -j REJECT --reject-with tcp-reset"),
	  FILTER_TO_INPUT, NAT_STATE_NEW, FILTER_RESETS },
	{ "ip6tables-nft -A INPUT -p tcp -j REJECT --reject-with tcp-reset", FILTER_TO_INPUT,
	  NAT_STATE_NEW, FILTER_PASSES },
	{ IPTABLES("-A INPUT -p tcp -j REJECT"), FILTER_TO_INPUT, NAT_STATE_NEW, FILTER_REJECTS },
	{ IPTABLES("-P INPUT DROP") " && " IPTABLES("-A INPUT -i lo -j ACCEPT"), FILTER_TO_INPUT,
	  NAT_STATE_NEW, FILTER_DROPS },
};

static bool write_map(const char *path, unsigned int id)
{
	char line[32];
	int fd = open(path, O_WRONLY);
	int len = snprintf(line, sizeof(line), "0 %u 1", id);
	bool is_written = fd >= 0 && write(fd, line, (size_t)len) == len;

	if (fd >= 0)
		close(fd);
	return is_written;
}

/* As root, or as the root of a user namespace. */
static bool leave(void)
{
	unsigned int uid = getuid(), gid = getgid();
	int fd;

	if (!unshare(CLONE_NEWNET))
		return true;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return false;
	fd = open("/proc/self/setgroups", O_WRONLY);
	if (fd >= 0) {
		if (write(fd, "deny", 4) != 4)
			return false;
		close(fd);
	}
	return write_map("/proc/self/uid_map", uid) && write_map("/proc/self/gid_map", gid);
}

static bool have_rules(void)
{
	return leave() && !system("nft list ruleset >/dev/null 2>&1") &&
	       !system("iptables-nft -S >/dev/null 2>&1");
}

static void answers(void **state)
{
	(void)state;
	if (!have_rules()) {
		print_message("no namespace of its own, no nft or no iptables-nft here\n");
		skip();
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct nat_question q = { .family = 2,
					  .iif = 3,
					  .is_oif_unknown = true,
					  .iifname = "up0",
					  .tcp_flags = 0x10 };
		struct nat_rules *rules;
		struct filter_answer answer;

		assert_int_equal(system("nft flush ruleset"), 0);
		assert_int_equal(system(cases[i].setup), 0);
		q.tuple = make_tuple("10.9.0.2", 6379, "10.9.0.1", 51710);
		q.ct_states = cases[i].state;
		rules = nat_rules_read();
		assert_non_null(rules);
		filter_rules_prepare(rules);
		filter_rules_ask(rules, cases[i].way, &q, &answer);
		if (answer.outcomes != cases[i].outcomes)
			print_error("case %zu: %s\n", i, cases[i].setup);
		assert_int_equal(answer.outcomes, cases[i].outcomes);
		assert_int_equal(answer.resets[0] != '\0', !!(answer.outcomes & FILTER_RESETS));
		nat_rules_free(rules);
	}
	assert_int_equal(system("nft flush ruleset"), 0);
}

static void traits(void **state)
{
	struct filter_traits t;
	struct filter_places p;
	struct nat_rules *rules;

	(void)state;
	if (!have_rules())
		skip();
	assert_int_equal(system(CHAIN("prerouting", "accept") RULE("tcp dport 53 drop")), 0);
	rules = nat_rules_read();
	filter_rules_prepare(rules);
	filter_rules_traits(rules, &t);
	assert_string_equal(t.notrack, "");
	filter_rules_places(rules, &p);
	assert_string_equal(p.nft_input, "");
	assert_false(p.has_iptables);
	nat_rules_free(rules);

	assert_int_equal(system("nft flush ruleset"), 0);
	assert_int_equal(
		system(CHAIN("input", "accept") "nft 'add chain inet f p { type filter hook "
						"prerouting priority -300; }; "
						"add rule inet f p tcp dport 53 notrack'"),
		0);
	rules = nat_rules_read();
	filter_rules_prepare(rules);
	filter_rules_traits(rules, &t);
	assert_true(strstr(t.notrack, "inet f p handle ") == t.notrack);
	filter_rules_places(rules, &p);
	assert_string_equal(p.nft_input, "inet f c");
	nat_rules_free(rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(answers), cmocka_unit_test(traits) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
