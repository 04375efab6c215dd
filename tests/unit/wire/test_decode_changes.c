// SPDX-License-Identifier: GPL-2.0-only
/* Wire records of addresses, links and acts into observations, and who did it. */
#include "cast/wire.h"

#include <arpa/inet.h>
#include <string.h>

static void address(void **state)
{
	struct event_address e = { .header = HEADER(EVENT_ADDRESS, e),
				   .netns = NODE_NETNS,
				   .ifindex = UP0,
				   .family = AF_INET,
				   .op = EVENT_ADDRESS_REMOVE,
				   .prefix_len = 24,
				   .flags = EVENT_ADDRESS_DEAD,
				   .ifname = "averylongifname", /* all 15 */
				   .local = { 10, 9, 0, 1 },
				   .address = { 10, 9, 0, 254 },
				   .task = wire_task(0) };
	struct observation o;
	struct address local = make_ip("10.9.0.1"), peer = make_ip("10.9.0.254");

	(void)state;
	e.task.has_more = 1;
	e.task.uid = 998; /* networkd's: no person's */
	memcpy(e.task.process, "systemd-network", 16);
	o = DECODED(e);
	assert_int_equal(o.type, OBSERVATION_ADDRESS);
	assert_int_equal(o.change.op, ADDRESS_REMOVE);
	assert_int_equal(o.change.id, 0);
	assert_int_equal(o.change.ifindex, UP0);
	assert_int_equal(o.change.prefix_len, 24);
	assert_true(o.change.is_dead);
	assert_false(o.change.by_kernel);
	assert_string_equal(o.change.ifname, "averylongifname");
	assert_true(address_equal(&o.change.local, &local));
	assert_true(address_equal(&o.change.address, &peer));
	assert_int_equal(o.change.actor.pid, 412); /* not the thread */
	assert_int_equal(o.change.actor.start_boottime_ns, 5);
	assert_int_equal(o.change.actor.netns, NODE_NETNS);
	assert_string_equal(o.change.actor.comm, "systemd-network");
	assert_string_equal(o.change.actor.unit, "systemd-networkd.service");
	e.op = EVENT_ADDRESS_ADD;
	e.flags = 0;
	o = DECODED(e);
	assert_int_equal(o.change.op, ADDRESS_ADD);
	assert_false(o.change.is_dead);
}

/* Who asks is often gone when the record is read: the kernel says what he ran. */
static void executable(void **state)
{
	struct event_address e = { .header = HEADER(EVENT_ADDRESS, e),
				   .family = AF_INET,
				   .op = EVENT_ADDRESS_REMOVE,
				   .task = wire_task(0),
				   .exe = { .names = { "conntrack", "sbin", "", "usr", "" },
					    .is_whole = 1 } };

	(void)state;
	assert_string_equal(DECODED(e).change.actor.exe, "/usr/sbin/conntrack");
	e.exe.is_whole = 0; /* a part of it would be another file */
	assert_string_equal(DECODED(e).change.actor.exe, "");
	e.exe.is_whole = 1;
	e.task.flags = EVENT_TASK_SOFTIRQ; /* nobody's */
	assert_string_equal(DECODED(e).change.actor.exe, "");
	e.task.flags = 0;
	/* Without an end, and all of it more than fits. */
	memset(e.exe.names, 'x', sizeof(e.exe.names));
	assert_string_equal(DECODED(e).change.actor.exe, "");
	memset(e.exe.names, 0, sizeof(e.exe.names));
	memset(e.exe.names[0], 'y', sizeof(e.exe.names[0]));
	assert_int_equal(strlen(DECODED(e).change.actor.exe), 1 + EVENT_EXE_NAME_BYTES);
	memset(e.exe.names, 0, sizeof(e.exe.names));
	assert_string_equal(DECODED(e).change.actor.exe, "");
}

static void names_without_an_end(void **state)
{
	struct event_address e = { .header = HEADER(EVENT_ADDRESS, e), .task = wire_task(0) };
	struct observation o;

	(void)state;
	memset(e.ifname, 'i', sizeof(e.ifname));
	memset(e.task.comm, 'c', sizeof(e.task.comm));
	memset(e.task.cgroup, 'g', sizeof(e.task.cgroup));
	o = DECODED(e);
	assert_int_equal(strlen(o.change.ifname), EVENT_IFNAME_BYTES - 1);
	assert_int_equal(strlen(o.change.actor.comm), EVENT_COMM_BYTES);
	assert_string_equal(o.change.actor.unit, ""); /* no unit's name */
}

static void link_event(void **state)
{
	static const enum change_op ops[] = { CHANGE_NONE,     LINK_UP,     LINK_DOWN,
					      LINK_UNREGISTER, LINK_RENAME, CHANGE_NONE };
	struct event_link e = { .header = HEADER(EVENT_LINK, e),
				.netns = NODE_NETNS,
				.ifindex = UP0,
				.ifname = "up0",
				.task = wire_task(0) };

	(void)state;
	for (uint8_t op = 0; op < 6; op++) {
		struct observation o;

		e.op = op;
		o = DECODED(e);
		assert_int_equal(o.type, OBSERVATION_LINK);
		assert_int_equal(o.change.op, ops[op]);
		assert_int_equal(o.change.family, 0);
		assert_string_equal(o.change.ifname, "up0");
		assert_string_equal(o.change.actor.comm, "systemd-network");
	}
}

static void act_begin(void **state)
{
	static const enum cause causes[] = { CAUSE_TABLE_FULL, CAUSE_ADDRESS_REMOVED,
					     CAUSE_USER_FLUSH, CAUSE_USER_DELETE,
					     CAUSE_TABLE_FULL, CAUSE_TABLE_FULL };
	struct event_act_begin e = wire_act(EVENT_ACT_MASQUERADE);
	struct address node = make_ip("10.9.0.1");
	struct observation o = DECODED(e);

	(void)state;
	assert_int_equal(o.type, OBSERVATION_ACT_BEGIN);
	assert_int_equal(o.act.act, 7);
	assert_int_equal(o.act.ifindex, UP0);
	assert_true(o.act.has_address);
	assert_false(o.act.is_given);
	assert_true(address_equal(&o.act.address, &node));
	for (uint8_t kind = 0; kind < 6; kind++) {
		e = wire_act(kind);
		assert_int_equal(DECODED(e).act.cause, causes[kind]);
	}
	e = wire_act(EVENT_ACT_MASQUERADE); /* a link's work carries no address */
	e.has_address = 0;
	assert_int_equal(DECODED(e).act.cause, CAUSE_LINK_DOWN);
	e = wire_act(EVENT_ACT_ITERATION);
	assert_null(DECODED(e).act.stack); /* the cause says it */
	e.stack[0] = 0;
	o = DECODED(e);
	assert_int_equal(o.act.cause, CAUSE_OTHER);
	assert_null(o.act.stack);
	e.stack[0] = MY_MODULE;
	e.stack[1] = 0;
	o = DECODED(e);
	assert_int_equal(o.act.cause, CAUSE_OTHER);
	assert_string_equal(o.act.stack, "my_module_fn");
}

/* Where a request was not seen to come, the port id says that there was one; the stack may say
 * so, too, or otherwise, or nothing. */
static void asked_on_the_stack(void **state)
{
	static const uint8_t kinds[] = { EVENT_ACT_NETLINK_FLUSH, EVENT_ACT_NETLINK_DELETE };
	static const enum cause causes[] = { CAUSE_USER_FLUSH, CAUSE_USER_DELETE };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct event_act_begin e = wire_act(kinds[i]);
		struct observation o;

		e.task = wire_task(0);
		o = DECODED(e);
		assert_int_equal(o.act.cause, causes[i]);
		assert_false(o.act.is_confirmed);
		e.stack[0] = DELETE;
		e.stack[1] = CTNETLINK_DELETE;
		o = DECODED(e);
		assert_int_equal(o.act.cause, causes[i]);
		assert_true(o.act.is_confirmed);
		assert_int_equal(o.act.actor.pid, 412);
		e.stack[1] = MY_MODULE;
		o = DECODED(e);
		assert_int_equal(o.act.cause, causes[i]);
		assert_false(o.act.is_confirmed);
		/* A full table, and whoever asked for room in it is no culprit. */
		e.stack[1] = EARLY_DROP;
		o = DECODED(e);
		assert_int_equal(o.act.cause, CAUSE_TABLE_FULL);
		assert_false(o.act.is_confirmed);
		assert_int_equal(o.act.actor.pid, 0);
	}
}

/* Of a process that has told its executable just before. */
static void brief_act(void **state)
{
	struct event_act_begin e = wire_act(EVENT_ACT_NETLINK_DELETE);
	struct observation o;

	(void)state;
	e.task = wire_task(0);
	e.header.len = EVENT_ACT_BRIEF_BYTES;
	strcpy(e.exe.names[0], "conntrack"); /* what is beyond is not the record's */
	e.exe.is_whole = 1;
	assert_int_equal(decode_copy(&e, EVENT_ACT_BRIEF_BYTES, &o), 1);
	assert_int_equal(o.act.cause, CAUSE_USER_DELETE);
	assert_int_equal(o.act.actor.pid, 412);
	assert_string_equal(o.act.actor.exe, "");
	e.header.len = sizeof(e);
	assert_int_equal(decode_copy(&e, sizeof(e), &o), 1);
	assert_string_equal(o.act.actor.exe, "/conntrack");
}

static void act_end(void **state)
{
	struct event_act_end e = {
		.header = HEADER(EVENT_ACT_END, e), .act = 7, .entries = 25, .tcp_entries = 24
	};
	struct observation o = DECODED(e);

	(void)state;
	assert_int_equal(o.type, OBSERVATION_ACT_END);
	assert_int_equal(o.act.act, 7);
	assert_int_equal(o.act.entries, 25);
	assert_int_equal(o.act.tcp_entries, 24);
}

/* Truth rule 6: whatever was interrupted, and whichever kworker ran it, is nobody. */
static void nobody_in_softirq_and_kthreads(void **state)
{
	static const uint32_t flags[] = { EVENT_TASK_KTHREAD, EVENT_TASK_SOFTIRQ,
					  EVENT_TASK_KTHREAD | EVENT_TASK_SOFTIRQ };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct event_address a = { .header = HEADER(EVENT_ADDRESS, a),
					   .task = wire_task(flags[i]) };
		struct event_link l = { .header = HEADER(EVENT_LINK, l),
					.task = wire_task(flags[i]) };
		struct event_act_begin b = { .header = HEADER(EVENT_ACT_BEGIN, b),
					     .kind = EVENT_ACT_NETLINK_FLUSH,
					     .task = wire_task(flags[i]) };
		struct event_reset r = { .header = HEADER(EVENT_RESET, r),
					 .task = wire_task(flags[i]) };
		struct observation o = DECODED(a);

		assert_int_equal(o.change.actor.pid, 0);
		assert_string_equal(o.change.actor.comm, "");
		assert_true(o.change.by_kernel);
		o = DECODED(l);
		assert_int_equal(o.change.actor.pid, 0);
		assert_true(o.change.by_kernel);
		assert_int_equal(DECODED(b).act.actor.pid, 0);
		assert_int_equal(DECODED(r).reset.actor.pid, 0);
	}
}

#define CONTAINER "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void unit_or_container_of_the_group(void **state)
{
	static const struct {
		const char *cgroup, *unit, *container;
	} cases[] = {
		{ "ssh.service", "ssh.service", "" },
		{ "session-4.scope", "session-4.scope", "" },
		{ "user.slice", "", "" },
		{ "/", "", "" },
		{ "", "", "" },
		{ ".service", "", "" },
		{ "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde", "", "" },
		{ CONTAINER, "", CONTAINER },
		{ "docker-" CONTAINER ".scope", "", CONTAINER },
		{ "cri-containerd-" CONTAINER ".scope", "", CONTAINER },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct event_link e = { .header = HEADER(EVENT_LINK, e), .task = wire_task(0) };

		e.task.has_more = 1;
		memset(e.task.cgroup, 0, sizeof(e.task.cgroup));
		memcpy(e.task.cgroup, cases[i].cgroup, strlen(cases[i].cgroup));
		assert_string_equal(DECODED(e).change.actor.unit, cases[i].unit);
		assert_string_equal(DECODED(e).change.actor.container, cases[i].container);
		e.task.uid = 1000; /* who may have named it himself */
		assert_string_equal(DECODED(e).change.actor.unit, "");
		assert_string_equal(DECODED(e).change.actor.container, "");
	}
}

static void process_of_a_thread(void **state)
{
	struct event_link e = { .header = HEADER(EVENT_LINK, e), .task = wire_task(0) };
	struct actor a = DECODED(e).change.actor;

	(void)state;
	/* the half of a brief record: the thread's name is all there is */
	assert_string_equal(a.comm, "systemd-network");
	assert_string_equal(a.thread, "");
	assert_false(a.has_uid);
	e.task.has_more = 1;
	memcpy(e.task.process, "systemd-networkd", 16); /* without an end */
	e.task.parent_pid = 1;
	memcpy(e.task.parent, "systemd", 8);
	a = DECODED(e).change.actor;
	assert_true(a.has_uid);
	assert_int_equal(a.uid, 0);
	assert_string_equal(a.comm, "systemd-networkd");
	assert_string_equal(a.thread, "systemd-network");
	assert_int_equal(a.parent_pid, 1);
	assert_string_equal(a.parent, "systemd");
	assert_string_equal(a.grandparent, "");
	assert_int_equal(a.ended_by, SOCKET_END_NONE);
	memcpy(e.task.process, e.task.comm, 16);
	assert_string_equal(DECODED(e).change.actor.thread, "");
	e.task.ending = EVENT_ENDING_OOM;
	e.task.signal = 9;
	assert_int_equal(DECODED(e).change.actor.ended_by, SOCKET_END_OOM);
	assert_int_equal(DECODED(e).change.actor.signal, 9);
	e.task.flags = EVENT_TASK_SOFTIRQ; /* nobody */
	assert_int_equal(DECODED(e).change.actor.ended_by, SOCKET_END_NONE);
}

/* A kernel thread takes away what was given for a while only, and nothing else. */
static void lifetime_of_an_address(void **state)
{
	struct event_address e = { .header = HEADER(EVENT_ADDRESS, e),
				   .family = AF_INET,
				   .op = EVENT_ADDRESS_REMOVE,
				   .valid_s = 3600,
				   .protocol = 2,
				   .task = wire_task(EVENT_TASK_KTHREAD) };

	(void)state;
	assert_int_equal(DECODED(e).change.valid_s, 3600);
	assert_int_equal(DECODED(e).change.protocol, 2);
	assert_int_equal(DECODED(e).change.why, CHANGE_WHY_LIFETIME);
	e.flags = EVENT_ADDRESS_DEAD; /* with its device */
	assert_int_equal(DECODED(e).change.why, CHANGE_WHY_NONE);
	e.flags = EVENT_ADDRESS_PERMANENT;
	assert_int_equal(DECODED(e).change.why, CHANGE_WHY_NONE);
	assert_int_equal(DECODED(e).change.valid_s, VALID_FOREVER);
	e.flags = 0;
	e.valid_s = VALID_FOREVER;
	assert_int_equal(DECODED(e).change.why, CHANGE_WHY_NONE);
	e.valid_s = 3600;
	e.task.flags = 0; /* a process did */
	assert_int_equal(DECODED(e).change.why, CHANGE_WHY_NONE);
	e.op = EVENT_ADDRESS_ADD;
	e.task.flags = EVENT_TASK_SOFTIRQ;
	assert_int_equal(DECODED(e).change.why, CHANGE_WHY_NONE);
	e.family = AF_INET6;
	assert_int_equal(DECODED(e).change.why, CHANGE_WHY_ROUTER_ADVERTISEMENT);
}

static void rules_committed(void **state)
{
	struct event_rules e = { .header = HEADER(EVENT_RULES, e),
				 .netns = NODE_NETNS,
				 .task = wire_task(0) };
	struct observation o = DECODED(e);

	(void)state;
	assert_int_equal(o.type, OBSERVATION_RULES);
	assert_int_equal(o.netns.inum, NODE_NETNS);
	assert_int_equal(o.rules.actor.pid, 412);
}

static void hooks_of_a_namespace_that_goes(void **state)
{
	struct event_ruleset e = { .header = HEADER(EVENT_RULESET, e),
				   .op = EVENT_RULESET_REMOVE,
				   .family = AF_INET6,
				   .is_exit = 1,
				   .task = wire_task(EVENT_TASK_KTHREAD) };

	(void)state;
	assert_int_equal(DECODED(e).ruleset.family, AF_INET6);
	assert_true(DECODED(e).ruleset.by_kernel);
	assert_true(DECODED(e).ruleset.is_exit);
	e.is_exit = 0;
	assert_false(DECODED(e).ruleset.is_exit);
	e.is_exit = 1;
	e.task = wire_task(0);
	assert_false(DECODED(e).ruleset.is_exit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_committed),
		cmocka_unit_test(hooks_of_a_namespace_that_goes),
		cmocka_unit_test(process_of_a_thread),
		cmocka_unit_test(lifetime_of_an_address),
		cmocka_unit_test(address),
		cmocka_unit_test(executable),
		cmocka_unit_test(names_without_an_end),
		cmocka_unit_test(link_event),
		cmocka_unit_test(act_begin),
		cmocka_unit_test(asked_on_the_stack),
		cmocka_unit_test(brief_act),
		cmocka_unit_test(act_end),
		cmocka_unit_test(nobody_in_softirq_and_kthreads),
		cmocka_unit_test(unit_or_container_of_the_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
