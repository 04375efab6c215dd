// SPDX-License-Identifier: GPL-2.0-only
/* Advice follows the chain: each row, beside the neighbour that looks the same. */
#include "cast/advised.h"

#include <string.h>

#include "summary/advice.h"
#include "summary/phrases.h"

/* ---- how the address went, and who brought it back ---- */

static void networkd_by_how_the_address_went(void **state)
{
	const struct actor keepalived = process("keepalived", "");

	(void)state;
	lose_address((struct loss_of_address){ &networkd, &networkd, 3600, CHANGE_WHY_NONE });
	assert_true(advises("KeepConfiguration=dhcp"));
	assert_true(advises("Apply it with `systemctl restart systemd-networkd`"));
	assert_true(advises("reload` itself take the address away once more"));
	lose_address((struct loss_of_address){ &networkd, NULL, 0, CHANGE_WHY_NONE });
	assert_true(advises("KeepConfiguration=dhcp")); /* an older recording */
	/* Foreign, and another process's: no lease is in it. */
	lose_address(
		(struct loss_of_address){ &networkd, &keepalived, VALID_FOREVER, CHANGE_WHY_NONE });
	assert_true(advises("keepalived[77] put it back"));
	assert_true(advises("KeepConfiguration=static"));
	assert_true(advises("systemctl restart systemd-networkd"));
	assert_false(advises("DHCP"));
	assert_false(advises("KeepConfiguration=dhcp"));
	lose_address((struct loss_of_address){ &networkd, NULL, VALID_FOREVER, CHANGE_WHY_NONE });
	assert_true(advises("a permanent address"));
	assert_false(advises("DHCP"));
}

static void lifetime_by_who_brings_the_address_back(void **state)
{
	const struct actor manager = process("NetworkManager", ""),
			   script = process("ip", "dhclient-script"),
			   dhcpcd = process("dhcpcd", "");

	(void)state;
	lose_address((struct loss_of_address){ &kernel, &manager, 120, CHANGE_WHY_LIFETIME });
	assert_true(advises("The lifetime of 2 min of 10.9.0.1 ran out"));
	assert_true(advises("journalctl -u NetworkManager"));
	assert_true(advises("+ipv4.addresses 10.9.0.1/24`, then `nmcli device reapply up0`"));
	assert_false(advises("that process"));
	lose_address((struct loss_of_address){ &kernel, &script, 120, CHANGE_WHY_LIFETIME });
	assert_true(advises("dhclient-enter-hooks"));
	lose_address((struct loss_of_address){ &kernel, &dhcpcd, 120, CHANGE_WHY_LIFETIME });
	assert_true(advises("`lastleaseextend`"));
	lose_address((struct loss_of_address){ &kernel, &networkd, 120, CHANGE_WHY_LIFETIME });
	assert_true(advises("KeepConfiguration=dhcp"));
	lose_address((struct loss_of_address){ &kernel, NULL, 120, CHANGE_WHY_LIFETIME });
	assert_true(advises("longer lease"));
	lose_address((struct loss_of_address){ &kernel, NULL, 0, CHANGE_WHY_NONE });
	assert_true(advises("The kernel itself removed 10.9.0.1"));
	lose_address((struct loss_of_address){ &kernel, NULL, 0, CHANGE_WHY_ROUTER_ADVERTISEMENT });
	assert_true(advises("router advertisement"));
}

static void a_name_alone_is_no_manager(void **state)
{
	struct actor manager = process("NetworkManager", "");

	(void)state;
	strcpy(manager.exe, "/usr/sbin/NetworkManager");
	lose_address((struct loss_of_address){ &manager, NULL, 0, CHANGE_WHY_NONE });
	assert_true(advises("nmcli"));
	strcpy(manager.exe, "/usr/bin/python3.11");
	lose_address((struct loss_of_address){ &manager, NULL, 0, CHANGE_WHY_NONE });
	assert_false(advises("nmcli"));
	assert_true(advises("why that process removes the address"));
}

static void scripts_are_named(void **state)
{
	const struct actor dhclient = process("ip", "dhclient-script"),
			   failover = process("ip", "failover.sh"), typed = process("ip", "bash");

	(void)state;
	lose_address((struct loss_of_address){ &dhclient, NULL, 0, CHANGE_WHY_NONE });
	assert_true(advises("dhclient removes the address"));
	lose_address((struct loss_of_address){ &failover, NULL, 0, CHANGE_WHY_NONE });
	assert_true(advises("ip[77] was run by failover.sh"));
	lose_address((struct loss_of_address){ &typed, NULL, 0, CHANGE_WHY_NONE });
	assert_true(advises("why that process removes the address"));
}

/* It ends with the look at other nodes, where one foretells it. */
static void other_nodes_are_asked(void **state)
{
	const struct actor keepalived = process("keepalived", ""), typed = process("ip", "bash");

	(void)state;
	lose_address((struct loss_of_address){ &networkd, &networkd, 3600, CHANGE_WHY_NONE });
	assert_true(advises("rstblame --exposure` traces nothing, and lists address-may-go"));
	lose_address((struct loss_of_address){ &kernel, NULL, 120, CHANGE_WHY_LIFETIME });
	assert_true(advises("lists address-may-go"));
	lose_address((struct loss_of_address){ &keepalived, NULL, VALID_FOREVER, CHANGE_WHY_NONE });
	assert_true(advises("lists address-may-go"));
	/* A static address, and one that somebody took away by hand. */
	lose_address((struct loss_of_address){ &networkd, NULL, VALID_FOREVER, CHANGE_WHY_NONE });
	assert_false(advises("--exposure"));
	lose_address((struct loss_of_address){ &typed, NULL, VALID_FOREVER, CHANGE_WHY_NONE });
	assert_false(advises("--exposure"));
}

/* ---- what else removed it ---- */

static void links_by_who_deletes_them(void **state)
{
	const struct actor wg_quick = process("ip", "wg-quick"), typed = process("ip", "bash");
	const struct actor *const actors[] = { &wg_quick, &typed };
	struct flow flow = masqueraded(40112);

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		watch_end(&w);
		watch_begin(&w);
		see(&w, make_link(LINK_DOWN, UP0, actors[i]));
		see(&w, make_act(7, CAUSE_LINK_DOWN, NULL, UP0, &nobody));
		see(&w, make_removal(7, CAUSE_LINK_DOWN, &flow));
		see(&w, make_act_end(7, 1, 1));
		pass(&w, SECONDS(1));
		see_server_packet(&w, &flow);
		assert_int_equal(advises("wg syncconf up0"), i == 0);
		assert_int_equal(advises("keep it up"), i == 1);
	}
}

static void timeouts_by_the_trackers_state(void **state)
{
	static const struct {
		enum tracker_state tracker;
		const char *words;
	} states[] = {
		{ TRACKER_ESTABLISHED, "timeout_established" },
		{ TRACKER_CLOSE_WAIT, "timeout_close_wait" },
		{ TRACKER_FIN_WAIT, "timeout_fin_wait" },
		{ TRACKER_LAST_ACK, "timeout_last_ack" },
		{ TRACKER_CLOSE, "forged the RST" },
		{ TRACKER_SYN_RECV, "sysctl net.netfilter" },
	};
	static struct summary t;

	(void)state;
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		struct story s = { .blamed = { .verdict = VERDICT_ENTRY_REMOVED,
					       .cause = CAUSE_TIMEOUT,
					       .tracker_state = states[i].tracker } };

		assert_non_null(strstr(advice_find(&t, &s)->lines[0], states[i].words));
	}
}

/* The sysctl of the state is advised only where that had run out. */
static void timeouts_by_what_had_run_out(void **state)
{
	static const struct {
		enum expiry expiry;
		const char *words, *removed;
	} cases[] = {
		{ EXPIRY_STATE, "timeout_established", "(nf_conntrack_tcp_timeout_established)" },
		{ EXPIRY_RETRANS, "tcp_timeout_max_retrans (300", "tcp_timeout_max_retrans)" },
		{ EXPIRY_UNACKED, "tcp_timeout_unacknowledged (300", "timeout_unacknowledged)" },
		{ EXPIRY_POLICY, "nft list ct timeouts", "(a timeout policy of a rule)" },
		{ EXPIRY_FLOWTABLE, "nf_flowtable_tcp_timeout", "flowtable" },
		{ EXPIRY_UNKNOWN, "timeout_established", "timed out" },
	};
	struct flow flow = masqueraded(40112);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct observation removal = make_removal(0, CAUSE_TIMEOUT, &flow);
		const struct reset_blame *r;
		char words[512];

		removal.removal.tcp_state = TRACKER_ESTABLISHED;
		removal.removal.expiry = (uint8_t)cases[i].expiry;
		watch_end(&w);
		watch_begin(&w);
		see(&w, removal);
		pass(&w, SECONDS(1));
		r = see_server_packet(&w, &flow);
		assert_int_equal(r->flush->expiry, cases[i].expiry);
		assert_non_null(
			strstr(describe_flush(r->flush, words, sizeof(words)), cases[i].removed));
		assert_true(advises(cases[i].words));
		assert_int_equal(advises("Which timeout it was"),
				 cases[i].expiry == EXPIRY_UNKNOWN);
		if (cases[i].expiry != EXPIRY_STATE && cases[i].expiry != EXPIRY_UNKNOWN)
			assert_false(advises("timeout_established"));
	}
}

/* A reset by the peer or by a rule leads to what cost the entry; without one, to them. */
static void other_verdicts_follow_their_chain(void **state)
{
	static struct summary t;
	static const enum verdict verdicts[] = { VERDICT_REMOTE, VERDICT_REFUSED_BY_RULE };
	struct flush flush = { .cause = CAUSE_ROUTE_CHANGE };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct story s = { .blamed = { .verdict = verdicts[i] } };

		assert_null(strstr(advice_find(&t, &s)->lines[0], "Masquerade"));
		s.blamed.flush = &flush;
		s.blamed.cause = CAUSE_ROUTE_CHANGE;
		assert_non_null(strstr(advice_find(&t, &s)->lines[0], "Masquerade drops"));
	}
}

static void ipvs_says_both(void **state)
{
	static struct summary t;
	struct story s = { .blamed = { .verdict = VERDICT_ENTRY_REMOVED, .cause = CAUSE_IPVS } };
	const struct advice_row *row = advice_find(&t, &s);

	(void)state;
	assert_non_null(strstr(row->lines[0], "real server was removed"));
	assert_non_null(strstr(row->lines[1], "silent"));
}

/* ---- words ---- */

/* A process may call itself what it likes. */
static void names_cannot_forge_a_command(void **state)
{
	const struct actor mean = process("ip", "`rm -rf /`\n\x1b[2J");

	(void)state;
	lose_address((struct loss_of_address){ &mean, NULL, 0, CHANGE_WHY_NONE });
	assert_true(advises("run by 'rm -rf /'"));
	assert_false(advises("`rm"));
	assert_false(advises("\x1b"));
}

static void each_node_has_its_own(void **state)
{
	static struct summary t;
	struct story s = { .blamed = { .verdict = VERDICT_ENTRY_REMOVED,
				       .cause = CAUSE_USER_FLUSH } };

	(void)state;
	t.stories_count = 2;
	t.stories[0] = t.stories[1] = s;
	t.stories[1].first.netns.node = 1;
	strcpy(t.hosts[0].name, "alpha");
	strcpy(t.hosts[1].name, "beta");
	summary_advice(&t, &list);
	assert_null(strstr(list.items[0].text, "alpha")); /* one node: this host */
	t.nodes = 2;
	summary_advice(&t, &list);
	assert_memory_equal(list.items[0].text, "alpha: ", 7);
	assert_memory_equal(list.items[3].text, "beta: ", 6);
	for (size_t i = 0; i < list.count; i++)
		assert_non_null(strstr(list.items[i].text, list.items[i].node ? "beta" : "alpha"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(networkd_by_how_the_address_went),
		story(lifetime_by_who_brings_the_address_back),
		story(a_name_alone_is_no_manager),
		story(scripts_are_named),
		story(links_by_who_deletes_them),
		cmocka_unit_test(timeouts_by_the_trackers_state),
		story(timeouts_by_what_had_run_out),
		cmocka_unit_test(other_verdicts_follow_their_chain),
		cmocka_unit_test(ipvs_says_both),
		story(other_nodes_are_asked),
		story(names_cannot_forge_a_command),
		cmocka_unit_test(each_node_has_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
