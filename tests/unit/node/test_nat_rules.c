// SPDX-License-Identifier: GPL-2.0-only
/* Real rules in a namespace of its own, where one can be had: what docker, flannel,
 * kube-proxy and people write, and whether it translates a connection. */
#include "cast/make.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/nat_rules.h"

#define NAT_CHAIN                                                                                  \
	"nft 'add table ip nat; add chain ip nat post "                                            \
	"{ type nat hook postrouting priority 100; }' && "
#define RULE(words) "nft 'add rule ip nat post " words "'"
#define IPTABLES(words) "iptables-nft -t nat " words

static const struct {
	const char *setup;
	const char *src, *dst, *iif, *oif;
	enum nat_answer answer;
} cases[] = {
	{ "true", "10.88.0.2", "10.9.0.2", "br0", "up0", NAT_NO },
	{ NAT_CHAIN RULE("oifname \"up0\" masquerade"), "10.88.0.2", "10.9.0.2", "br0", "up0",
	  NAT_YES },
	{ NAT_CHAIN RULE("oifname \"up0\" masquerade"), "10.88.0.2", "10.9.0.2", "br0", "up1",
	  NAT_NO },
	{ NAT_CHAIN RULE("oifname \"up*\" counter masquerade"), "10.88.0.2", "10.9.0.2", "br0",
	  "up1", NAT_YES },
	{ NAT_CHAIN RULE("ip saddr 10.88.0.0/16 ip daddr != 10.0.0.0/8 tcp dport 1-7000 snat to "
			 "192.0.2.9"),
	  "10.88.0.2", "11.9.0.2", "br0", "up0", NAT_YES },
	{ NAT_CHAIN RULE("ip saddr 10.88.0.0/16 ip daddr != 10.0.0.0/8 masquerade"), "10.88.0.2",
	  "10.9.0.2", "br0", "up0", NAT_NO },
	{ NAT_CHAIN RULE("ip saddr 10.88.0.0/24 accept") " && " RULE("masquerade"), "10.88.0.2",
	  "11.9.0.2", "br0", "up0", NAT_NO },
	/* What is asked is not known: a set, a mark. */
	{ NAT_CHAIN RULE("ip saddr { 10.88.0.2, 10.88.0.9 } masquerade"), "10.88.0.2", "10.9.0.2",
	  "br0", "up0", NAT_MAYBE },
	{ NAT_CHAIN RULE("meta mark 7 accept") " && " RULE("masquerade"), "10.88.0.2", "10.9.0.2",
	  "br0", "up0", NAT_MAYBE },
	/* Docker's. */
	{ IPTABLES("-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE"), "172.17.0.2",
	  "10.9.0.2", "docker0", "up0", NAT_YES },
	{ IPTABLES("-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE"), "172.17.0.2",
	  "172.17.0.3", "docker0", "docker0", NAT_NO },
	/* Flannel's, in a chain of its own. */
	{ IPTABLES("-N F") " && " IPTABLES("-A POSTROUTING -m comment --comment f -j F") " && " IPTABLES(
		  "-A F -s 10.244.0.0/16 -d 10.244.0.0/16 -j RETURN") " && " IPTABLES("-A F -s 10.244.0.0/16 ! -d 224.0.0.0/4 -j MASQUERADE"),
	  "10.244.1.2", "10.9.0.2", "cni0", "up0", NAT_YES },
	{ IPTABLES("-N F") " && " IPTABLES("-A POSTROUTING -j F") " && " IPTABLES(
		  "-A F -s 10.244.0.0/16 -d 10.244.0.0/16 -j RETURN") " && " IPTABLES("-A F -s 10.244.0.0/16 ! -d 224.0.0.0/4 -j MASQUERADE"),
	  "10.244.1.2", "10.244.3.2", "cni0", "flannel.1", NAT_NO },
	/* kube-proxy's: by mark. */
	{ IPTABLES("-A POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN") " && " IPTABLES(
		  "-A POSTROUTING -j MASQUERADE --random-fully"),
	  "10.244.1.2", "10.9.0.2", "cni0", "up0", NAT_MAYBE },
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

static void answers(void **state)
{
	(void)state;
	if (!leave() || system("nft list ruleset >/dev/null 2>&1") ||
	    system("iptables-nft -t nat -S >/dev/null 2>&1")) {
		print_message("no namespace of its own, no nft or no iptables-nft here\n");
		skip();
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct nat_question q = { .family = 2, .iif = 3, .oif = 4 };
		struct nat_rules *rules;
		bool is_snat;

		assert_int_equal(system("nft flush ruleset"), 0);
		assert_int_equal(system(cases[i].setup), 0);
		q.tuple = make_tuple(cases[i].src, 40000, cases[i].dst, 6379);
		snprintf(q.iifname, sizeof(q.iifname), "%s", cases[i].iif);
		snprintf(q.oifname, sizeof(q.oifname), "%s", cases[i].oif);
		rules = nat_rules_read();
		assert_non_null(rules);
		if (nat_rules_ask(rules, &q) != cases[i].answer)
			print_error("%s: %s > %s\n", cases[i].setup, q.iifname, q.oifname);
		assert_int_equal(nat_rules_ask(rules, &q), cases[i].answer);
		/* SNAT is no masquerade: its entries do not go with the address. */
		is_snat = strstr(cases[i].setup, "snat to") != NULL;
		assert_int_equal(nat_rules_ask_masquerade(rules, &q),
				 is_snat ? NAT_NO : cases[i].answer);
		assert_int_equal(nat_rules_kinds(rules), is_snat ? NAT_KIND_OTHER :
							 strcasestr(cases[i].setup, "masquerade") ?
								   NAT_KIND_MASQUERADE :
								   0);
		nat_rules_free(rules);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(answers) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
