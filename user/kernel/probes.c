// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/probes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "node/privilege.h"

#define ENTRY_EXIT_HOOKS(symbol, prefix_entry, prefix_exit)                                        \
	{ HOOK_FENTRY, symbol, prefix_entry "_fentry", prefix_exit "_fexit" },                     \
	{                                                                                          \
		HOOK_KPROBE, symbol, prefix_entry "_kprobe", prefix_exit "_kretprobe"              \
	}
#define ENTRY_HOOKS(symbol, prefix)                                                                \
	{ HOOK_FENTRY, symbol, prefix "_fentry", 0 },                                              \
	{                                                                                          \
		HOOK_KPROBE, symbol, prefix "_kprobe", 0                                           \
	}

const struct probe probes[EVENT_PROBES] = {
	[EVENT_PROBE_RESET_V4] = {
		.id = EVENT_PROBE_RESET_V4,
		.sense = SENSE_RESET_IPV4,
		.is_required = true,
		.hooks = { ENTRY_EXIT_HOOKS("tcp_v4_send_reset", "on_reset_v4", "on_reset_v4") },
	},
	[EVENT_PROBE_RESET_V6] = {
		.id = EVENT_PROBE_RESET_V6,
		.sense = SENSE_RESET_IPV6,
		.hooks = { ENTRY_EXIT_HOOKS("tcp_v6_send_reset", "on_reset_v6", "on_reset_v6") },
	},
	[EVENT_PROBE_REMOVAL] = {
		.id = EVENT_PROBE_REMOVAL,
		.sense = SENSE_REMOVAL,
		.module = "nf_conntrack",
		.is_required = true,
		.hooks = {
			/* Where the compiler split the function, its callers in
			 * nf_conntrack call the part, and the whole never fires. */
			{ HOOK_KPROBE_PART, "nf_ct_delete", "on_removal_part_kprobe", 0 },
			{ HOOK_FENTRY, "nf_ct_delete", "on_removal_fentry", 0 },
			{ HOOK_KPROBE, "nf_ct_delete", "on_removal_kprobe", 0 },
		},
	},
	[EVENT_PROBE_ENTRY] = {
		.id = EVENT_PROBE_ENTRY,
		.sense = SENSE_ENTRY,
		.module = "nf_conntrack",
		.is_required = true,
		.hooks = { ENTRY_HOOKS("__nf_conntrack_confirm", "on_entry") },
	},
	[EVENT_PROBE_INSERT] = {
		.id = EVENT_PROBE_INSERT,
		.sense = SENSE_INSERT,
		.module = "nf_conntrack",
		.hooks = { ENTRY_HOOKS("nf_conntrack_hash_check_insert", "on_insert") },
	},
	[EVENT_PROBE_MASQUERADE] = {
		.id = EVENT_PROBE_MASQUERADE,
		.sense = SENSE_MASQUERADE,
		.module = "nf_nat",
		.is_required = true,
		/* A kernel that preempts itself (PREEMPT_LAZY, sid's 7.2) may do so within an
		 * fentry program, and until that goes on it skips the program for all others
		 * of its CPU: the next work among them, which would be a flush by nobody. A
		 * kprobe's program is not preempted, and here its cost does not matter. */
		.hooks = {
			{ HOOK_KPROBE, "iterate_cleanup_work", "on_masquerade_begin_kprobe", "on_masquerade_end_kretprobe" },
			{ HOOK_FENTRY, "iterate_cleanup_work", "on_masquerade_begin_fentry", "on_masquerade_end_fexit" },
		},
	},
	[EVENT_PROBE_ITERATION] = {
		.id = EVENT_PROBE_ITERATION,
		.sense = SENSE_TABLE_WALK,
		.module = "nf_conntrack",
		/* These programs read no argument, so a clone will do. Of the two functions that
		 * walk through it, the second is called by whoever flushes a namespace's table,
		 * `conntrack -F` among them: where only several clones of the first are left. */
		.hooks = {
			ENTRY_EXIT_HOOKS("nf_ct_iterate_cleanup", "on_iteration_begin", "on_iteration_end"),
			{ HOOK_KPROBE_CLONE, "nf_ct_iterate_cleanup", "on_iteration_begin_kprobe", "on_iteration_end_kretprobe" },
			ENTRY_EXIT_HOOKS("nf_ct_iterate_cleanup_net", "on_iteration_begin", "on_iteration_end"),
		},
	},
	[EVENT_PROBE_ADDRESS_V4] = {
		.id = EVENT_PROBE_ADDRESS_V4,
		.sense = SENSE_ADDRESS_IPV4,
		.is_required = true,
		.hooks = { ENTRY_HOOKS("fib_inetaddr_event", "on_address_v4") },
	},
	[EVENT_PROBE_ADDRESS_V6] = {
		.id = EVENT_PROBE_ADDRESS_V6,
		.sense = SENSE_ADDRESS_IPV6,
		/* The first is inlined by clang's ThinLTO. The second is called just before it,
		 * in the same context, and not for a device that is going. */
		.hooks = {
			ENTRY_HOOKS("inet6addr_notifier_call_chain", "on_address_v6"),
			ENTRY_HOOKS("__ipv6_ifa_notify", "on_address_v6_announced"),
		},
	},
	[EVENT_PROBE_LINK] = {
		.id = EVENT_PROBE_LINK,
		.sense = SENSE_LINK,
		/* Both are called for each event of a device, with the same arguments. */
		.hooks = {
			ENTRY_HOOKS("fib_netdev_event", "on_link"),
			ENTRY_HOOKS("inetdev_event", "on_link"),
		},
	},
	[EVENT_PROBE_REJECT_V4] = {
		.id = EVENT_PROBE_REJECT_V4,
		.sense = SENSE_REJECTED_IPV4,
		.module = "nf_reject_ipv4",
		.hooks = { ENTRY_HOOKS("nf_send_reset", "on_reject_v4") },
	},
	[EVENT_PROBE_REJECT_V6] = {
		.id = EVENT_PROBE_REJECT_V6,
		.sense = SENSE_REJECTED_IPV6,
		.module = "nf_reject_ipv6",
		.hooks = { ENTRY_HOOKS("nf_send_reset6", "on_reject_v6") },
	},
	[EVENT_PROBE_ABORT] = {
		.id = EVENT_PROBE_ABORT,
		.sense = SENSE_ABORTED,
		.hooks = { ENTRY_EXIT_HOOKS("tcp_send_active_reset", "on_abort", "on_abort") },
	},
	[EVENT_PROBE_RECEIVE] = {
		.id = EVENT_PROBE_RECEIVE,
		.sense = SENSE_RECEIVED,
		/* A kprobe first, as for the masquerade's work: on a kernel that preempts itself
		 * within an fentry program the other resets of that CPU were skipped (7.2: up to
		 * three of eight). */
		.hooks = {
			{ HOOK_KPROBE, "tcp_reset", "on_receive_kprobe", 0 },
			{ HOOK_FENTRY, "tcp_reset", "on_receive_fentry", 0 },
			{ HOOK_TRACEPOINT, "tcp_receive_reset", "on_receive_tracepoint", 0 },
		},
	},
	[EVENT_PROBE_HOOKS_ADD] = {
		.id = EVENT_PROBE_HOOKS_ADD,
		.sense = SENSE_RULESET_ADD,
		.hooks = { ENTRY_HOOKS("nf_register_net_hooks", "on_hooks_add") },
	},
	[EVENT_PROBE_HOOKS_REMOVE] = {
		.id = EVENT_PROBE_HOOKS_REMOVE,
		.sense = SENSE_RULESET_REMOVE,
		.hooks = { ENTRY_HOOKS("nf_unregister_net_hooks", "on_hooks_remove") },
	},
	[EVENT_PROBE_INVALID] = {
		.id = EVENT_PROBE_INVALID,
		.sense = SENSE_INVALID,
		.module = "nf_conntrack",
		/* Variadic: fentry refuses it. */
		.hooks = { { HOOK_KPROBE, "nf_ct_l4proto_log_invalid", "on_invalid_kprobe", 0 } },
	},
	[EVENT_PROBE_SOCKET_STATE] = {
		.id = EVENT_PROBE_SOCKET_STATE,
		.sense = SENSE_SOCKET_STATE,
		/* Skipped is what a softirq ends while a process's change of state is looked
		 * at (05b24ff9b2cf ("bpf: Prevent bpf program recursion for raw tracepoint
		 * probes", 6.1)): one connection's end, without which a reset of it is
		 * `likely` and says so, as if the table had forgotten it. A listener, whose
		 * end is reported by itself, a process closes. */
		.forgives_skips = true,
		.hooks = { { HOOK_TRACEPOINT, "inet_sock_set_state", "on_socket_state_tracepoint", 0 } },
	},
	[EVENT_PROBE_RULES] = {
		.id = EVENT_PROBE_RULES,
		.sense = SENSE_RULES,
		.module = "nf_tables",
		/* A kprobe first, which does not pin the module. */
		.hooks = {
			{ HOOK_KPROBE, "nf_tables_commit", "on_rules_kprobe", 0 },
			{ HOOK_FENTRY, "nf_tables_commit", "on_rules_fentry", 0 },
		},
	},
	[EVENT_PROBE_DROP] = {
		.id = EVENT_PROBE_DROP,
		.sense = SENSE_DROPPED,
		/* Skipped is what a softirq frees while a process's packet is looked at: of
		 * its reset nothing is told then (`in_drop`). */
		.forgives_skips = true,
		.hooks = { { HOOK_TRACEPOINT, "kfree_skb", "on_drop_tracepoint", 0 } },
	},
	[EVENT_PROBE_REQUEST] = {
		.id = EVENT_PROBE_REQUEST,
		.sense = SENSE_REQUEST,
		.module = "nf_conntrack_netlink",
		/* It is called by its address: it stays whole, and keeps its arguments. */
		.hooks = { ENTRY_EXIT_HOOKS("ctnetlink_del_conntrack", "on_request_begin", "on_request_end") },
	},
};

const char *probe_word(enum event_probe probe)
{
	return sense_word(probes[probe].sense);
}

const char *probe_symbol(enum event_probe probe)
{
	return probes[probe].hooks[0].symbol;
}

const char *hook_how_name(enum hook_how how)
{
	switch (how) {
	case HOOK_FENTRY:
		return "fentry";
	case HOOK_KPROBE:
	case HOOK_KPROBE_PART:
	case HOOK_KPROBE_CLONE:
		return "kprobe";
	case HOOK_TRACEPOINT:
		return "tracepoint";
	case HOOK_NONE:
		break;
	}
	return "none";
}

/* Of `tcp_reset` are `tcp_reset` and `tcp_reset.llvm.7`, not `tcp_reset_again`. */
static bool is_form_of(const char *function, const char *symbol)
{
	size_t length = strlen(function);

	return !strncmp(function, symbol, length) && (!symbol[length] || symbol[length] == '.');
}

const struct hook *probe_last_on_function(const struct probe *probe, const char *symbol)
{
	const struct hook *last = NULL;

	for (size_t i = 0; i < PROBE_HOOKS_MAX && probe->hooks[i].symbol; i++) {
		if (is_form_of(probe->hooks[i].symbol, symbol))
			last = &probe->hooks[i];
		else if (last)
			return last;
	}
	return NULL;
}

const char *probe_state_name(enum probe_state state)
{
	switch (state) {
	case PROBE_WAITS:
		return "waits";
	case PROBE_ATTACHED:
		return "attached, not proven";
	case PROBE_PROVEN:
		return "proven";
	case PROBE_BLIND:
		return "blind";
	case PROBE_MISSING:
		return "missing";
	case PROBE_UNTRIED:
		break;
	}
	return "not tried";
}

const char *probe_state_text(const struct probe *probe, enum probe_state state, char *out,
			     size_t size)
{
	if (state == PROBE_WAITS && probe->module)
		snprintf(out, size, "waits for %s", probe->module);
	else
		snprintf(out, size, "%s", probe_state_name(state));
	return out;
}

const char *probe_cure(enum probe_state state)
{
	if (state == PROBE_WAITS)
		return "none needed: rstblame attaches when the module is loaded";
	if (state == PROBE_BLIND)
		return "please report this with the kernel version: the event happened, the probe did not fire";
	return "use a kernel with BTF, kprobes and ftrace (any distribution kernel since 5.10)";
}

bool hook_is_kprobe(enum hook_how how)
{
	return how == HOOK_KPROBE || how == HOOK_KPROBE_PART || how == HOOK_KPROBE_CLONE;
}

bool probe_is_attached(enum probe_state state)
{
	return state == PROBE_BLIND || probe_sees(state);
}

bool probe_sees(enum probe_state state)
{
	return state == PROBE_ATTACHED || state == PROBE_PROVEN;
}

/* The kernel's own file says so, and nothing else: kprobes/list looks as before. */
static const char disarmed[] = "kprobes are disarmed: /sys/kernel/debug/kprobes/enabled is 0";

void probes_disarm_kprobes(struct probe_result *results)
{
	for (size_t i = 0; i < EVENT_PROBES; i++) {
		if (!hook_is_kprobe(results[i].how) || !probe_sees(results[i].state))
			continue;
		results[i].state = PROBE_BLIND;
		snprintf(results[i].why, sizeof(results[i].why), "%s", disarmed);
	}
}

void probes_arm_kprobes(struct probe_result *results)
{
	for (size_t i = 0; i < EVENT_PROBES; i++) {
		if (results[i].state != PROBE_BLIND || strcmp(results[i].why, disarmed) != 0)
			continue;
		results[i].state = PROBE_ATTACHED;
		results[i].why[0] = '\0';
	}
}

const char *probe_result_cure(const struct probe_result *result)
{
	struct privilege_facts facts;
	const char *cure = NULL;

	if (result->state == PROBE_MISSING && result->err) {
		privilege_look(&facts);
		cure = privilege_cure(result->err, &facts);
	}
	if (cure)
		return cure;
	/* The function is there, and what was asked for it worked elsewhere. */
	if (result->state == PROBE_MISSING && (result->err == -EINVAL || result->err == -ENODEV))
		return "look at dmesg: after a WARNING of ftrace it works again after the next boot "
		       "only; without one please report this with the kernel version";
	return result->state == PROBE_BLIND && !strcmp(result->why, disarmed) ?
		       sense_switch_cure(SENSE_KPROBES) :
		       probe_cure(result->state);
}
