// SPDX-License-Identifier: GPL-2.0-only
/* address-may-go: nodes that are exposed, and beside each one that looks the same and is not. */
#include "a_look.h"

static struct look look;
static struct exposures out;

static int begin(void **state)
{
	(void)state;
	look_make(&look);
	return 0;
}

static int end(void **state)
{
	(void)state;
	look_release(&look);
	exposures_release(&out);
	return 0;
}

/* The one finding; NULL: none. */
static const struct exposed *judge(void)
{
	exposures_release(&out);
	exposures_judge(&look, "address-may-go", &out);
	assert_true(out.count <= 1);
	return out.count ? &out.items[0] : NULL;
}

static void incident_is_foretold(void **state)
{
	uint32_t redis = look_process_add(&look, 412, "redis-cli", "web");
	uint32_t other = look_process_add(&look, 500, "worker", "jobs");
	const struct exposed *e;

	(void)state;
	for (uint16_t i = 0; i < 4; i++)
		look_flow_add(&look, (uint16_t)(51710 + i), redis);
	look_flow_add(&look, 51720, other)->timeout_s = 431000;
	look.sockets[0].row.timer = SOCKET_TIMER_KEEPALIVE;
	e = judge();
	assert_non_null(e);
	assert_string_equal(e->row->id, "address-may-go");
	assert_string_equal(e->subject, "10.9.0.1 on up0");
	assert_int_equal(e->stake.flows, 5);
	assert_int_equal(e->stake.sockets, 5);
	assert_int_equal(e->stake.without_keepalive, 4);
	assert_int_equal(e->stake.longest_idle_s, 1000);
	assert_int_equal(e->stake.processes, 2);
	assert_int_equal(e->stake.containers, 2);
	assert_string_equal(e->stake.names[0].process.comm, "redis-cli");
	assert_int_equal(e->stake.names[0].flows, 4);
	assert_string_equal(e->stake.names[1].process.container_name, "jobs");
	assert_int_equal(e->severity, SEVERITY_MEDIUM);
	assert_false(e->has_end);
	assert_int_equal(exposures_status(&out, &look), 1);
	assert_true(lines_have(&e->evidence, "/run/systemd/network/10-up0.network: no "
					     "KeepConfiguration="));
	assert_true(lines_have(&e->evidence, "leased for 1 h by 10.9.0.2"));
}

/* Each makes the same node one that is not exposed. */
static void make_static(void)
{
	look.links[0].lease.is_known = false;
	look.addresses[0].valid_s = LOOK_FOREVER;
	look.addresses[0].is_permanent = true;
}
static void make_kept(void)
{
	/* Debian 12's and 13's networkd give a kept address no lifetime. */
	look.links[0].keep = KEEP_LEASE;
	look.addresses[0].valid_s = LOOK_FOREVER;
	look.addresses[0].is_permanent = true;
}
static void make_snat(void)
{
	for (size_t i = 0; i < look.flows_count; i++)
		look.flows[i].masqueraded = NAT_NO;
	look.has_masquerade = false;
}
static void make_own_flows(void)
{
	look.has_masquerade = false;
	for (size_t i = 0; i < look.flows_count; i++)
		look.flows[i].flow = untranslated("10.9.0.1", 51710, "10.9.0.2", 6379);
}
static void make_link_local(void)
{
	look.addresses[0].address = make_ip("169.254.7.7");
}
static void make_dhcp_static(void)
{
	look.links[0].manager = MANAGER_DHCLIENT;
	look.links[0].keep = KEEP_LEASE;
	make_static();
}
static void make_keepalived_gone(void)
{
	make_static();
	look.links[0].manager = MANAGER_NONE;
}

static void alike_is_not_exposed(void **state)
{
	static void (*const makes[])(void) = {
		make_static,          make_kept,       make_snat,
		make_own_flows,       make_link_local, make_dhcp_static,
		make_keepalived_gone,
	};

	for (size_t i = 0; i < sizeof(makes) / sizeof(makes[0]); i++) {
		look_flow_add(&look, 51710, 0);
		assert_non_null(judge());
		makes[i]();
		if (judge())
			fail_msg("case %zu is exposed", i);
		assert_int_equal(exposures_status(&out, &look), 0);
		end(state);
		begin(state);
	}
}

static void other_flows_do_not_go(void **state)
{
	const struct exposed *e;

	(void)state;
	look_flow_add(&look, 51710, 0);
	look_flow_add(&look, 51711, 0)->tcp_state = TRACKER_TIME_WAIT;
	look_flow_add(&look, 51712, 0)->protocol = IPPROTO_UDP;
	look_flow_add(&look, 51713, 0)->flow = masqueraded_to("10.9.0.9", 51713);
	look_flow_add(&look, 51714, 0)->masqueraded = NAT_MAYBE;
	e = judge();
	assert_non_null(e);
	assert_int_equal(e->stake.flows, 1);
	assert_int_equal(e->stake.unsure, 1);
}

/* No flow now; the next one may be. */
static void without_flows_it_is_low(void **state)
{
	const struct exposed *e = judge();

	(void)state;
	assert_non_null(e);
	assert_int_equal(e->severity, SEVERITY_LOW);
	assert_int_equal(exposures_status(&out, &look), 1);
	look.has_masquerade = false;
	assert_null(judge());
}

/* A file that keeps it counts once networkd has read it: the lifetime tells. */
static void file_is_not_read_yet(void **state)
{
	const struct exposed *e;

	(void)state;
	look.links[0].keep = KEEP_LEASE;
	strcpy(look.links[0].keep_word, "dhcp");
	strcpy(look.links[0].keep_place.path, "/etc/systemd/network/10-up0.network.d/keep.conf");
	look.links[0].keep_place.line = 2;
	e = judge();
	assert_non_null(e);
	assert_true(lines_have(&e->cures, "keep.conf:2 keeps it, but systemd-networkd has not read "
					  "that yet"));
}

static void cure_has_the_versions_word(void **state)
{
	(void)state;
	assert_true(lines_have(&judge()->cures, "KeepConfiguration=dhcp."));
	assert_true(lines_have(&judge()->cures, "networkctl reload"));
	look.systemd_version = 257;
	assert_true(lines_have(&judge()->cures, "KeepConfiguration=dynamic."));
	assert_false(lines_have(&judge()->cures, "networkctl reload"));
	assert_true(lines_have(&judge()->cures, "/etc/systemd/network/10-up0.network.d/keep.conf"));
}

static void cure_is_the_managers(void **state)
{
	static const struct {
		enum manager manager;
		const char *words;
	} cases[] = {
		{ MANAGER_NETWORKMANAGER,
		  "nmcli connection modify office +ipv4.addresses 10.9.0.1/24" },
		{ MANAGER_DHCLIENT, "dhclient-enter-hooks" },
		{ MANAGER_DHCPCD, "lastleaseextend" },
		{ MANAGER_UDHCPC, "deconfig" },
		{ MANAGER_NONE, "Reserve 10.9.0.1" },
	};

	(void)state;
	strcpy(look.links[0].profile, "office");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		look.links[0].manager = cases[i].manager;
		assert_true(lines_have(&judge()->cures, cases[i].words));
		assert_int_equal(lines_have(&judge()->cures, "KeepConfiguration"), false);
	}
}

/* What they are called is no command; a profile has a number, too. */
static void names_cannot_forge_a_command(void **state)
{
	struct look_link *link = &look.links[0];

	(void)state;
	link->manager = MANAGER_NETWORKMANAGER;
	strcpy(link->profile, "Wired connection 1");
	strcpy(link->profile_uuid, "11111111-2222-3333-4444-555555555555");
	assert_true(lines_have(&judge()->cures,
			       "connection modify 11111111-2222-3333-4444-555555555555 +ipv4"));
	strcpy(link->profile_uuid, "$(reboot)");
	assert_true(lines_have(&judge()->cures, "connection modify PROFILE +ipv4"));
	link->manager = MANAGER_NETWORKD;
	strcpy(link->place.path, "/run/systemd/network/`reboot`.network");
	assert_true(lines_have(&judge()->cures, "/etc/systemd/network/NAME.network.d/keep.conf"));
	assert_false(lines_have(&judge()->cures, "reboot"));
}

static void netplans_words(void **state)
{
	struct look_link *link = &look.links[0];

	(void)state;
	strcpy(link->place.path, "/run/systemd/network/10-netplan-up0.network");
	strcpy(link->profile, "up0");
	link->is_netplans = true;
	strcpy(link->netplan.path, "/etc/netplan/01-net.yaml");
	link->netplan.line = 4;
	assert_true(lines_have(&judge()->cures, "10-netplan-up0.network.d/keep.conf"));
	assert_true(lines_have(&judge()->cures, "`critical: true` below up0 in "
						"/etc/netplan/01-net.yaml"));
	/* What cloud-init writes it writes again. */
	link->is_cloud_inits = true;
	assert_false(lines_have(&judge()->cures, "in /etc/netplan/01-net.yaml"));
}

/* Whose scripts give an address no lifetime: it is taken away all the same. */
static void permanent_and_leased(void **state)
{
	(void)state;
	look.addresses[0].valid_s = LOOK_FOREVER;
	look.links[0].manager = MANAGER_UDHCPC;
	assert_non_null(judge());
	look.links[0].manager = MANAGER_DHCLIENT;
	assert_non_null(judge());
	look.links[0].manager = MANAGER_DHCPCD;
	assert_null(judge());
}

static void floating(void **state)
{
	const struct exposed *e;

	(void)state;
	make_static();
	assert_null(judge());
	look.addresses[0].is_keepaliveds = true;
	e = judge();
	assert_non_null(e);
	assert_non_null(strstr(e->sentence, "keepalived takes it away at each failover"));
	assert_true(lines_have(&e->cures, "conntrackd"));
	assert_false(lines_have(&e->cures, "DHCP"));
}

static void advertised(void **state)
{
	struct look_address *a = &look.addresses[0];
	struct look_flow *flow = look_flow_add(&look, 51710, 0);

	(void)state;
	flow->flow = masqueraded_v6(51710);
	a->family = AF_INET6;
	a->address = make_ip("fd00:9::1");
	a->protocol = LOOK_PROTOCOL_RA;
	look.links[0].manager = MANAGER_NONE;
	assert_non_null(strstr(judge()->sentence, "router's advertisement"));
	/* networkd of 257 keeps what routers advertise. */
	look.links[0].manager = MANAGER_NETWORKD;
	look.links[0].keep = KEEP_LEASE;
	assert_non_null(judge());
	look.systemd_version = 257;
	assert_null(judge());
}

/* An end is known once the lease should have been renewed and was not. */
static void end_is_near(void **state)
{
	const struct exposed *e;

	(void)state;
	look_flow_add(&look, 51710, 0);
	look.addresses[0].valid_s = 451; /* 3,149 s old */
	assert_false(judge()->has_end);
	look.addresses[0].valid_s = 449;
	e = judge();
	assert_true(e->has_end);
	assert_int_equal(e->end_s, 449);
	assert_int_equal(e->severity, SEVERITY_HIGH);
	assert_int_equal(exposures_status(&out, &look), 2);
	/* Nobody is hit: exposed, and no more. */
	look.flows_count = 0;
	judge();
	assert_int_equal(exposures_status(&out, &look), 1);
	/* Of a lease of two days that is far away. */
	look_flow_add(&look, 51710, 0);
	look.links[0].lease.lifetime_s = 172800;
	look.links[0].lease.rebind_s = 151200;
	look.addresses[0].valid_s = 20000;
	assert_false(judge()->has_end);
}

static void history_is_severe(void **state)
{
	(void)state;
	look_flow_add(&look, 51710, 0);
	look.links[0].history_days = 30;
	assert_int_equal(judge()->severity, SEVERITY_MEDIUM);
	look.links[0].lost = 14;
	strcpy(look.links[0].last_lost, "2026-11-22T10:52:38+0000");
	assert_int_equal(judge()->severity, SEVERITY_HIGH);
	assert_true(lines_have(&judge()->evidence,
			       "journal: up0 lost its lease 14 times in 30 days, last 2026-11-22"));
}

static void what_cannot_be_told(void **state)
{
	const struct exposed *e;
	char text[512];

	(void)state;
	look_lacks(&look, LOOK_FLOWS, "nf_conntrack_netlink is not loaded");
	e = judge();
	assert_non_null(e);
	assert_string_equal(stake_format(&e->stake, text, sizeof(text)),
			    "cannot be told: nf_conntrack_netlink is not loaded");
	assert_int_equal(e->severity, SEVERITY_MEDIUM);
	/* Without addresses nothing can be said at all. */
	look_lacks(&look, LOOK_ADDRESSES, "the bundle has none");
	assert_null(judge());
	assert_int_equal(exposures_status(&out, &look), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(incident_is_foretold, begin, end),
		cmocka_unit_test_setup_teardown(alike_is_not_exposed, begin, end),
		cmocka_unit_test_setup_teardown(other_flows_do_not_go, begin, end),
		cmocka_unit_test_setup_teardown(without_flows_it_is_low, begin, end),
		cmocka_unit_test_setup_teardown(file_is_not_read_yet, begin, end),
		cmocka_unit_test_setup_teardown(cure_has_the_versions_word, begin, end),
		cmocka_unit_test_setup_teardown(cure_is_the_managers, begin, end),
		cmocka_unit_test_setup_teardown(names_cannot_forge_a_command, begin, end),
		cmocka_unit_test_setup_teardown(netplans_words, begin, end),
		cmocka_unit_test_setup_teardown(permanent_and_leased, begin, end),
		cmocka_unit_test_setup_teardown(floating, begin, end),
		cmocka_unit_test_setup_teardown(advertised, begin, end),
		cmocka_unit_test_setup_teardown(end_is_near, begin, end),
		cmocka_unit_test_setup_teardown(history_is_severe, begin, end),
		cmocka_unit_test_setup_teardown(what_cannot_be_told, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
