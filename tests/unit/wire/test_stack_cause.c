// SPDX-License-Identifier: GPL-2.0-only
#include "cast/make.h"

#include <string.h>

#include "wire/stack_cause.h"

/* The stacks below a removal, as they were seen on real kernels (5.10 to 7.3). */
static const struct {
	enum cause cause;
	const char *names[12];
} stacks[] = {
	{ CAUSE_TABLE_FULL,
	  { "nf_ct_delete", "early_drop_list", "early_drop", "__nf_conntrack_alloc",
	    "init_conntrack", "nf_conntrack_in" } },
	{ CAUSE_TABLE_FULL, { "nf_ct_delete.part.0", "early_drop.isra.0", "nf_conntrack_in" } },
	{ CAUSE_TABLE_FULL, { "nf_ct_delete.part.0", "gc_worker", "process_one_work" } },
	{ CAUSE_ADDRESS_REMOVED,
	  { "nf_ct_delete", "nf_ct_iterate_cleanup", "nf_ct_iterate_cleanup_net", "masq_inet_event",
	    "blocking_notifier_call_chain", "__inet_del_ifa" } },
	{ CAUSE_LINK_DOWN,
	  { "nf_ct_delete", "nf_ct_iterate_cleanup", "masq_device_event",
	    "raw_notifier_call_chain" } },
	{ CAUSE_NETNS_EXIT,
	  { "nf_ct_delete", "nf_ct_iterate_cleanup", "nf_conntrack_cleanup_net_list", "cleanup_net",
	    "process_one_work" } },
	{ CAUSE_MODULE_UNLOAD,
	  { "nf_ct_delete", "nf_ct_iterate_cleanup", "nf_ct_iterate_destroy", "nf_nat_cleanup" } },
	/* 5.10: a tail call from a function of the module that is gone */
	{ CAUSE_MODULE_UNLOAD,
	  { "nf_ct_iterate_cleanup", "0xffffffffc06ae2b1", "__x64_sys_delete_module",
	    "do_syscall_64" } },
	{ CAUSE_MODULE_UNLOAD,
	  { "nf_ct_delete", "nf_ct_iterate_cleanup", "nf_conntrack_cleanup_net_list",
	    "nf_conntrack_pernet_exit", "unregister_pernet_subsys",
	    "__do_sys_delete_module.constprop.0" } },
	{ CAUSE_TABLE_FULL,
	  { "nf_ct_delete", "early_drop", "nf_conntrack_in", "__do_softirq",
	    "__x64_sys_delete_module" } },
	{ CAUSE_USER_DELETE, { "nf_ct_delete", "ctnetlink_del_conntrack", "nfnetlink_rcv_msg" } },
	{ CAUSE_IPVS, { "nf_ct_delete", "ip_vs_conn_drop_conntrack", "ip_vs_conn_expire" } },
	{ CAUSE_ROUTE_CHANGE,
	  { "nf_ct_delete", "nf_nat_inet_fn", "nf_nat_ipv4_out", "nf_hook_slow" } },
	{ CAUSE_ROUTE_CHANGE, { "nf_ct_delete", "nf_nat_ipv6_out" } },
	{ CAUSE_TCP_CLOSE,
	  { "nf_ct_delete", "nf_ct_kill_acct", "nf_conntrack_tcp_packet", "nf_conntrack_in" } },
	{ CAUSE_OTHER, { "nf_ct_delete", "some_module_fn", "process_one_work" } },
	{ CAUSE_OTHER, { "nf_ct_delete" } },
	{ CAUSE_OTHER,
	  { "nf_ct_delete", "gc_worker_of_another_kind", "my_early_drop", "xctnetlink_x" } },
	{ CAUSE_OTHER, { "" } },
	/* the flush whose own probe missed it */
	{ CAUSE_ADDRESS_REMOVED,
	  { "nf_ct_delete", "nf_ct_iterate_cleanup", "iterate_cleanup_work", "process_one_work" } },
	/* what a softirq interrupted has nothing to do with it */
	{ CAUSE_TABLE_FULL,
	  { "nf_ct_delete", "early_drop", "nf_conntrack_in", "__do_softirq",
	    "ctnetlink_del_conntrack" } },
	{ CAUSE_OTHER,
	  { "nf_ct_delete", "some_timer_fn", "handle_softirqs", "irq_exit_rcu",
	    "masq_inet_event" } },
	/* an early drop while a user's request runs is the table's, not the user's */
	{ CAUSE_TABLE_FULL,
	  { "nf_ct_delete", "early_drop", "__nf_conntrack_alloc", "ctnetlink_create_conntrack",
	    "ctnetlink_new_conntrack" } },
};

static size_t count_names(const char *const *names)
{
	size_t count = 0;

	while (count < 12 && names[count])
		count++;
	return count;
}

static void causes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(stacks) / sizeof(stacks[0]); i++)
		assert_string_equal(
			cause_name(stack_cause(stacks[i].names, count_names(stacks[i].names))),
			cause_name(stacks[i].cause));
	assert_int_equal(stack_cause(NULL, 0), CAUSE_OTHER);
}

/* Why a process or the kernel aborted a connection: tcp_send_active_reset()'s callers. */
static const struct {
	enum cause cause;
	bool is_orphaned, has_linger2;
	const char *names[12];
} aborts[] = {
	{ CAUSE_UNREAD_DATA, false, false, { "__tcp_close", "tcp_close", "inet_release" } },
	{ CAUSE_UNREAD_DATA, false, true, { "tcp_close", "inet_release" } },
	/* of a path that is no process's own socket */
	{ CAUSE_UNREAD_DATA, true, false, { "mptcp_do_fastclose.part.0", "__mptcp_close" } },
	{ CAUSE_OTHER, true, false, { "mptcp_do_fastclose", "mptcp_worker" } },
	{ CAUSE_MEMORY, true, false, { "__tcp_close", "tcp_close" } },
	{ CAUSE_LINGER, true, true, { "__tcp_close", "tcp_close" } },
	/* SO_LINGER was not set */
	{ CAUSE_OTHER, false, false, { "tcp_disconnect", "__tcp_close", "tcp_close" } },
	{ CAUSE_DISCONNECT, false, false, { "tcp_disconnect", "__inet_stream_connect" } },
	{ CAUSE_KILLED, false, false, { "tcp_abort", "tcp_diag_destroy" } },
	{ CAUSE_MEMORY, true, false, { "tcp_out_of_resources", "tcp_write_timer_handler" } },
	{ CAUSE_MEMORY, false, false, { "tcp_write_timer" } },
	{ CAUSE_KEEPALIVE, false, false, { "tcp_keepalive_timer", "call_timer_fn" } },
	{ CAUSE_LINGER, true, true, { "tcp_rcv_state_process", "tcp_v4_do_rcv" } },
	{ CAUSE_OTHER, false, true, { "some_module_fn" } },
	{ CAUSE_OTHER, true, false, { "my_tcp_close_hook" } },
};

static enum cause abort_of(const char *const *names, size_t count, struct abort_facts facts)
{
	return stack_abort_cause(names, count, &facts);
}

static void abort_causes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(aborts) / sizeof(aborts[0]); i++)
		assert_string_equal(
			cause_name(abort_of(aborts[i].names, count_names(aborts[i].names),
					    (struct abort_facts){
						    .is_orphaned = aborts[i].is_orphaned,
						    .has_linger2 = aborts[i].has_linger2,
						    .reason = "",
					    })),
			cause_name(aborts[i].cause));
}

static void formats(void **state)
{
	static const char *const names[] = { "nf_ct_delete", "gc_worker", "kthread" };
	char buf[64], small[20];

	(void)state;
	assert_string_equal(stack_format(names, 3, buf, sizeof(buf)),
			    "nf_ct_delete < gc_worker < kthread");
	assert_string_equal(stack_format(names, 1, buf, sizeof(buf)), "nf_ct_delete");
	assert_string_equal(stack_format(names, 0, buf, sizeof(buf)), "");
	/* cut between names, never in one */
	assert_string_equal(stack_format(names, 3, small, sizeof(small)), "nf_ct_delete");
	assert_string_equal(stack_format(names, 3, small, 5), "");
}

/* Each goes through tcp_disconnect() below a close(); the socket and the frame between
 * tell them apart. */
static void aborts_by_disconnect(void **state)
{
	static const char *const linger[] = { "tcp_send_active_reset", "tcp_disconnect",
					      "__tcp_close", "tcp_close", "inet_release" };
	static const char *const listener[] = { "tcp_send_active_reset", "tcp_disconnect",
						"inet_child_forget",     "inet_csk_listen_stop",
						"__tcp_close",           "tcp_close" };
	static const char *const connect[] = { "tcp_send_active_reset", "tcp_disconnect",
					       "__inet_stream_connect", "inet_stream_connect" };

	(void)state;
	assert_int_equal(abort_of(linger, 5, (struct abort_facts){ .has_linger0 = true }),
			 CAUSE_LINGER);
	assert_int_equal(
		abort_of(linger, 5, (struct abort_facts){ .reason = "TCP_ABORT_ON_LINGER" }),
		CAUSE_LINGER);
	assert_int_equal(abort_of(linger, 5, (struct abort_facts){ .reason = "TCP_STATE" }),
			 CAUSE_OTHER);
	assert_int_equal(abort_of(listener, 6, (struct abort_facts){ 0 }), CAUSE_LISTENER_CLOSED);
	/* the connections that wait inherit the listener's options */
	assert_int_equal(abort_of(listener, 6, (struct abort_facts){ .has_linger0 = true }),
			 CAUSE_LISTENER_CLOSED);
	assert_int_equal(abort_of(connect, 4, (struct abort_facts){ .has_linger0 = true }),
			 CAUSE_DISCONNECT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(aborts_by_disconnect),
		cmocka_unit_test(causes),
		cmocka_unit_test(formats),
		cmocka_unit_test(abort_causes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
