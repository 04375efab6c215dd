// SPDX-License-Identifier: GPL-2.0-only
/* The findings beside address-may-go: nodes that are exposed, and beside each one that looks the same
 * and is not. */
#include "a_look.h"

#include <linux/netfilter/nf_conntrack_common.h>

static struct look look;
static struct exposures out;
static uint32_t redis;

static int begin(void **state)
{
	(void)state;
	look_make(&look);
	redis = look_process_add(&look, 412, "redis-cli", "web");
	return 0;
}

static int end(void **state)
{
	(void)state;
	look_release(&look);
	exposures_release(&out);
	return 0;
}

static void again(void)
{
	end(NULL);
	begin(NULL);
}

/* The one finding of that kind; NULL: none. */
static const struct exposed *judge(const char *id)
{
	exposures_release(&out);
	exposures_judge(&look, id, &out);
	if (out.count > 1)
		fail_msg("%zu findings of %s", out.count, id);
	return out.count ? &out.items[0] : NULL;
}

/* ---- invalid-answered ---- */

static struct look_flow *add_invalid(uint16_t port, unsigned int outcomes)
{
	struct look_flow *flow = look_flow_add(&look, port, redis);

	flow->when_invalid = (uint8_t)outcomes;
	look_set_value(&look, "net.netfilter.nf_conntrack_tcp_be_liberal", 0);
	return flow;
}

static void invalid_is_answered(void **state)
{
	const struct exposed *e;

	(void)state;
	add_invalid(51710, FILTER_PASSES);
	add_invalid(51711, FILTER_PASSES);
	add_invalid(51712, FILTER_DROPS);
	add_invalid(51713, FILTER_PASSES | FILTER_DROPS);
	add_invalid(51714, FILTER_PASSES)->tcp_state = TRACKER_TIME_WAIT;
	add_invalid(51715, FILTER_PASSES)->flow =
		untranslated("10.88.0.2", 51715, "10.9.0.2", 6379);
	look_set_value(&look, "conntrack.invalid", 7);
	e = judge("invalid-answered");
	assert_non_null(e);
	assert_int_equal(e->stake.flows, 2);
	assert_int_equal(e->stake.unsure, 1);
	assert_string_equal(e->stake.names[0].process.comm, "redis-cli");
	assert_true(lines_have(&e->evidence, "7 INVALID packets"));
	assert_true(lines_have(&e->cures, "nf_conntrack_tcp_be_liberal=1"));
	assert_true(lines_have(&e->cures, "nft 'add table inet invalid"));
	/* The rule is said for what this node has. */
	strcpy(look.filter_places.nft_input, "inet filter input");
	assert_true(lines_have(&judge("invalid-answered")->cures,
			       "nft insert rule inet filter input ct state invalid drop"));
	look.filter_places.nft_input[0] = '\0';
	look.filter_places.has_iptables = true;
	assert_true(lines_have(&judge("invalid-answered")->cures, "iptables -I INPUT "));
}

static void invalid_alike_is_not(void **state)
{
	(void)state;
	add_invalid(51710, FILTER_PASSES);
	look_set_value(&look, "net.netfilter.nf_conntrack_tcp_be_liberal", 1);
	assert_null(judge("invalid-answered"));
	again();
	add_invalid(51710, FILTER_DROPS);
	assert_null(judge("invalid-answered"));
	again();
	/* What is not translated comes to its own socket. */
	add_invalid(51710, FILTER_PASSES)->flow =
		untranslated("10.88.0.2", 51710, "10.9.0.2", 6379);
	assert_null(judge("invalid-answered"));
	again();
	add_invalid(51710, FILTER_PASSES);
	look_lacks(&look, LOOK_FILTERS, "no rules");
	assert_null(judge("invalid-answered"));
	assert_int_equal(exposures_status(&out, &look), 3);
}

/* "Nothing was found" is no "not exposed" where it was not looked everywhere. */
static void what_was_not_seen_is_not_acquitted(void **state)
{
	static const enum look_part parts[] = { LOOK_NAMESPACES, LOOK_FLUSHERS, LOOK_DATA_PATHS };

	(void)state;
	assert_int_equal(exposures_status(&out, &look), 0);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		again();
		look_lacks(&look, parts[i], "permission denied");
		assert_int_equal(exposures_status(&out, &look), 3);
	}
}

/* ---- timeout-shorter ---- */

static struct look_flow *add_resting(uint32_t whole_s, uint32_t left_s, uint8_t timer,
				     uint32_t timer_ms)
{
	struct look_flow *flow = look_flow_add(&look, 51710, redis);

	flow->timeout_s = left_s;
	look.sockets[look.sockets_count - 1].row.timer = timer;
	look.sockets[look.sockets_count - 1].row.timer_ms = timer_ms;
	look_set_value(&look, "net.netfilter.nf_conntrack_tcp_timeout_established", whole_s);
	return flow;
}

static void timeout_is_shorter(void **state)
{
	const struct exposed *e;

	(void)state;
	add_resting(600, 580, SOCKET_TIMER_KEEPALIVE, 7180000);
	e = judge("timeout-shorter");
	assert_non_null(e);
	assert_int_equal(e->stake.flows, 1);
	assert_false(e->has_end); /* it has only just rested */
	assert_true(lines_have(&e->evidence, "timeout_established = 600"));
	again();
	add_resting(600, 200, SOCKET_TIMER_NONE, 0);
	e = judge("timeout-shorter");
	assert_non_null(e);
	assert_true(e->has_end);
	assert_int_equal(e->end_s, 200);
	assert_int_equal(exposures_status(&out, &look), 2);
	again();
	/* Picked up in mid-stream: five minutes, whatever the other timeout is. */
	look_set_value(&look, "net.netfilter.nf_conntrack_tcp_timeout_unacknowledged", 300);
	add_resting(432000, 298, SOCKET_TIMER_KEEPALIVE, 7180000)->status = IPS_SEEN_REPLY;
	e = judge("timeout-shorter");
	assert_non_null(e);
	assert_string_equal(e->subject, "flows picked up in mid-stream");
	assert_false(e->stake.has_idle);
	assert_int_equal(e->end_s, 298);
	again();
	/* Half-closed: 60 s, whatever the other timeout is. */
	look_set_value(&look, "net.netfilter.nf_conntrack_tcp_timeout_close_wait", 60);
	add_resting(432000, 50, SOCKET_TIMER_NONE, 0)->tcp_state = TRACKER_CLOSE_WAIT;
	e = judge("timeout-shorter");
	assert_non_null(e);
	assert_string_equal(e->subject, "half-closed flows");
}

static void timeout_alike_is_not(void **state)
{
	(void)state;
	add_resting(600, 580, SOCKET_TIMER_KEEPALIVE, 60000);
	assert_null(judge("timeout-shorter"));
	again();
	add_resting(432000, 431000, SOCKET_TIMER_NONE, 0);
	assert_null(judge("timeout-shorter"));
	again();
	look_set_value(&look, "net.netfilter.nf_conntrack_tcp_timeout_unacknowledged", 300);
	add_resting(432000, 298, SOCKET_TIMER_KEEPALIVE, 14000)->status = IPS_SEEN_REPLY;
	assert_null(judge("timeout-shorter"));
	again();
	add_resting(600, 580, SOCKET_TIMER_RETRANSMIT, 200);
	assert_null(judge("timeout-shorter"));
	again();
	add_resting(600, 580, SOCKET_TIMER_NONE, 0)->flow =
		untranslated("10.88.0.2", 51710, "10.9.0.2", 6379);
	assert_null(judge("timeout-shorter"));
	again();
	add_resting(600, 580, SOCKET_TIMER_NONE, 0)->protocol = IPPROTO_UDP;
	assert_null(judge("timeout-shorter"));
}

/* ---- table-filling ---- */

static void fill(uint64_t count, uint64_t max)
{
	look_set_value(&look, "net.netfilter.nf_conntrack_count", count);
	look_set_value(&look, "net.netfilter.nf_conntrack_max", max);
}

static void table_fills(void **state)
{
	const struct exposed *e;

	(void)state;
	for (uint16_t i = 0; i < 8; i++)
		look_flow_add(&look, (uint16_t)(51710 + i), 0)->status = i < 3 ? 0 : IPS_ASSURED;
	fill(760, 1000);
	e = judge("table-filling");
	assert_non_null(e);
	assert_int_equal(e->severity, SEVERITY_MEDIUM);
	assert_false(e->has_end);
	assert_int_equal(e->stake.flows, 3);
	assert_true(lines_have(&e->evidence, "source 10.88.0.2 has the most: 8 entries (100 %)"));
	assert_true(lines_have(&e->evidence, "destination 10.9.0.2:6379 has the most"));
	assert_true(lines_have(&e->cures, "nf_conntrack_max=2000"));
	fill(950, 1000);
	e = judge("table-filling");
	assert_int_equal(e->severity, SEVERITY_HIGH);
	assert_int_equal(exposures_status(&out, &look), 2);
	/* It has been, and is not now. */
	fill(10, 1000);
	look_set_value(&look, "conntrack.early_drop", 4);
	e = judge("table-filling");
	assert_non_null(e);
	assert_int_equal(e->severity, SEVERITY_LOW);
	assert_int_equal(exposures_status(&out, &look), 1);
}

static void table_alike_is_not(void **state)
{
	(void)state;
	fill(740, 1000);
	assert_null(judge("table-filling"));
	/* Clashes of two packets of one flow are no sign of a full table. */
	look_set_value(&look, "conntrack.insert_failed", 9);
	look_set_value(&look, "conntrack.early_drop", 0);
	assert_null(judge("table-filling"));
	again();
	assert_null(judge("table-filling")); /* no conntrack */
}

/* ---- who-flushes ---- */

static struct look_flusher *add_flusher(const char *path, const char *text, bool is_timed)
{
	struct look_flusher *f = look_add_flusher(&look);

	strcpy(f->place.path, path);
	f->place.line = *path ? 7 : 0;
	strcpy(f->text, text);
	f->is_timed = is_timed;
	return f;
}

static void flushers_are_told(void **state)
{
	const struct exposed *e;

	(void)state;
	look_flow_add(&look, 51710, redis);
	add_flusher("/etc/cron.d/clean", "* * * * * root conntrack -F", true);
	strcpy(add_flusher("", "deletes UDP entries", false)->agent, "docker");
	e = judge("who-flushes");
	assert_non_null(e);
	assert_int_equal(e->severity, SEVERITY_MEDIUM);
	assert_int_equal(e->stake.flows, 1);
	assert_true(lines_have(&e->evidence, "/etc/cron.d/clean:7: * * * * * root conntrack -F"));
	assert_true(lines_have(&e->evidence, "docker runs here, too"));
	again();
	add_flusher("/etc/network/if-up.d/x", "conntrack -D -s 10.0.0.1", false);
	e = judge("who-flushes");
	assert_non_null(e);
	assert_int_equal(e->severity, SEVERITY_LOW);
	again();
	strcpy(add_flusher("/etc/firewalld/firewalld.conf", "CleanupModulesOnExit=yes", false)
		       ->agent,
	       "firewalld");
	assert_string_equal(judge("who-flushes")->subject, "firewalld");
}

static void flushers_alike_are_not(void **state)
{
	(void)state;
	add_flusher("/etc/cron.d/clean", "conntrack -D -p udp --orig-port-dst 53", true);
	strcpy(add_flusher("", "deletes UDP entries", false)->agent, "docker");
	assert_null(judge("who-flushes"));
}

/* ---- accept-queue ---- */

static struct look_socket *add_listener(uint32_t waiting, uint32_t backlog)
{
	struct look_socket *socket = look_add_socket(&look);

	socket->row = (struct socket_row){ .family = AF_INET,
					   .tuple = make_tuple("10.9.0.1", 7100, "0.0.0.0", 0),
					   .state = SOCKET_LISTEN,
					   .receive_queue = waiting,
					   .send_queue = backlog };
	return socket;
}

static void queue_is_full(void **state)
{
	const struct exposed *e;

	(void)state;
	add_listener(129, 128)->process = redis;
	look_set_value(&look, "net.core.somaxconn", 128);
	look_set_value(&look, "net.ipv4.tcp_abort_on_overflow", 1);
	e = judge("accept-queue");
	assert_non_null(e);
	assert_string_equal(e->subject, "10.9.0.1:7100");
	assert_int_equal(e->severity, SEVERITY_HIGH);
	assert_int_equal(e->stake.flows, 129);
	assert_true(lines_have(&e->evidence, "its process: redis-cli[412] (container web)"));
	assert_true(lines_have(&e->cures, "net.core.somaxconn=4096"));
	assert_true(lines_have(&e->cures, "tcp_abort_on_overflow=0"));
	again();
	add_listener(96, 128);
	assert_int_equal(judge("accept-queue")->severity, SEVERITY_MEDIUM);
	assert_false(lines_have(&out.items[0].cures, "somaxconn"));
	again();
	add_listener(0, 128);
	look_set_value(&look, "ListenOverflows", 3);
	assert_int_equal(judge("accept-queue")->severity, SEVERITY_LOW);
}

static void queue_alike_is_not(void **state)
{
	(void)state;
	add_listener(95, 128);
	add_listener(0, 0);
	look_set_value(&look, "ListenOverflows", 0);
	look_set_value(&look, "net.ipv4.tcp_abort_on_overflow", 1);
	assert_null(judge("accept-queue"));
}

/* ---- rejects-with-reset ---- */

static void rejects_live_flows(void **state)
{
	const struct exposed *e;

	(void)state;
	look_flow_add(&look, 51710, redis)->without_entry = FILTER_RESETS;
	look_flow_add(&look, 51711, 0)->without_entry = FILTER_RESETS | FILTER_PASSES;
	look_flow_add(&look, 51712, 0)->without_entry = FILTER_PASSES;
	look_flow_add(&look, 51713, 0)->without_entry = FILTER_REJECTS;
	strcpy(look.resets, "inet filter input handle 7");
	e = judge("rejects-with-reset");
	assert_non_null(e);
	assert_int_equal(e->stake.flows, 1);
	assert_int_equal(e->stake.unsure, 1);
	assert_string_equal(e->subject, "rule inet filter input handle 7");
	assert_true(lines_have(&e->cures, "== syn reject with tcp reset"));
	strcpy(look.resets, "ip filter INPUT handle 7");
	assert_true(lines_have(&judge("rejects-with-reset")->cures, "--syn"));
}

static void rejects_alike_does_not(void **state)
{
	(void)state;
	look_flow_add(&look, 51710, redis)->without_entry = FILTER_DROPS;
	look_flow_add(&look, 51711, redis)->without_entry = FILTER_REJECTS;
	look_flow_add(&look, 51712, redis);
	look_flow_add(&look, 51713, redis)->without_entry = FILTER_RESETS;
	look.flows[3].tcp_state = TRACKER_TIME_WAIT;
	assert_null(judge("rejects-with-reset"));
}

/* ---- route-may-change ---- */

static struct look_uplink *add_uplink(const char *ifname, uint32_t ifindex, uint32_t metric)
{
	struct look_uplink *up = look_add_uplink(&look);

	up->family = AF_INET;
	up->table = 254;
	up->metric = metric;
	up->ifindex = ifindex;
	strcpy(up->ifname, ifname);
	return up;
}

static void route_may_change(void **state)
{
	const struct exposed *e;

	(void)state;
	look_flow_add(&look, 51710, redis);
	add_uplink("up0", UP0, 100)->is_multipath = true;
	add_uplink("up1", 9, 100)->is_multipath = true;
	e = judge("route-may-change");
	assert_non_null(e);
	assert_string_equal(e->subject, "up0 and up1");
	assert_int_equal(e->severity, SEVERITY_MEDIUM);
	assert_int_equal(e->stake.flows, 1);
	again();
	look_flow_add(&look, 51710, redis);
	add_uplink("up0", UP0, 100);
	add_uplink("up1", 9, 200);
	assert_int_equal(judge("route-may-change")->severity, SEVERITY_LOW);
	again();
	look_flow_add(&look, 51710, redis);
	add_uplink("up0", UP0, 0);
	add_uplink("up1", 9, 0)->table = 100;
	look.policies = 1;
	assert_non_null(judge("route-may-change"));
}

static void route_alike_may_not(void **state)
{
	(void)state;
	look_flow_add(&look, 51710, redis);
	add_uplink("up0", UP0, 100);
	add_uplink("up0", UP0, 200); /* two gateways of one uplink */
	assert_null(judge("route-may-change"));
	add_uplink("up1", 9, 100)->table = 100; /* that nothing leads to */
	assert_null(judge("route-may-change"));
	again();
	/* SNAT does not bind a flow to its interface. */
	look_flow_add(&look, 51710, redis)->masqueraded = NAT_NO;
	add_uplink("up0", UP0, 100);
	add_uplink("up1", 9, 200);
	assert_null(judge("route-may-change"));
}

/* ---- blind ---- */

static void data_paths_are_told(void **state)
{
	static const char *const other[] = { "sd_fw_egress", "handle_ingress", "dump_task",
					     "cilia",        "sd_devices",     "" };
	const struct exposed *e;

	(void)state;
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		data_paths_note_program(&look.data_paths, other[i]);
		data_paths_note_map(&look.data_paths, other[i]);
	}
	data_paths_note_ipvs(&look.data_paths, 0, false);
	data_paths_note_ipvs(&look.data_paths, 3, true);
	assert_null(judge("blind"));
	data_paths_note_program(&look.data_paths, "cil_from_contai");
	data_paths_note_program(&look.data_paths, "cil_to_containe");
	data_paths_note_map(&look.data_paths, "cilium_ct4_glob");
	e = judge("blind");
	assert_non_null(e);
	assert_string_equal(e->subject, "Cilium");
	assert_true(lines_have(&e->evidence, "BPF program cil_from_contai"));
	data_paths_note_ipvs(&look.data_paths, 1, false);
	data_paths_note_map(&look.data_paths, "aws_conntrack_m");
	data_paths_note_map(&look.data_paths, "cali_v4_ct3");
	exposures_release(&out);
	exposures_judge(&look, "blind", &out);
	assert_int_equal(out.count, 4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_not_seen_is_not_acquitted),
		TEST(invalid_is_answered),
		TEST(invalid_alike_is_not),
		TEST(timeout_is_shorter),
		TEST(timeout_alike_is_not),
		TEST(table_fills),
		TEST(table_alike_is_not),
		TEST(flushers_are_told),
		TEST(flushers_alike_are_not),
		TEST(queue_is_full),
		TEST(queue_alike_is_not),
		TEST(rejects_live_flows),
		TEST(rejects_alike_does_not),
		TEST(route_may_change),
		TEST(route_alike_may_not),
		TEST(data_paths_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
