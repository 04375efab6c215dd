// SPDX-License-Identifier: GPL-2.0-only
#include "wire/stack_cause.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Where a softirq begins: what is further out was only interrupted. */
static const char *const softirq_entries[] = {
	"__do_softirq",
	"handle_softirqs",
	"do_softirq",
	"__local_bh_enable_ip",
};

/* The innermost frame that any line matches decides. */
static const struct {
	const char *function;
	bool is_prefix;
	enum cause cause;
} tells[] = {
	{ "early_drop", false, CAUSE_TABLE_FULL },
	{ "iterate_cleanup_work", false, CAUSE_ADDRESS_REMOVED }, /* its own probe missed it */
	{ "masq_inet_event", false, CAUSE_ADDRESS_REMOVED },      /* synchronous before 5.10.74 */
	{ "masq_device_event", false, CAUSE_LINK_DOWN },
	{ "nf_conntrack_cleanup_net_list", false, CAUSE_NETNS_EXIT },
	{ "cleanup_net", false, CAUSE_NETNS_EXIT },
	{ "nf_nat_cleanup", false, CAUSE_MODULE_UNLOAD },
	{ "nf_ct_iterate_destroy", false, CAUSE_MODULE_UNLOAD },
	{ "ctnetlink_", true, CAUSE_USER_DELETE },
	{ "ip_vs_", true, CAUSE_IPVS },
	{ "nf_nat_inet_fn", false, CAUSE_ROUTE_CHANGE },
	{ "nf_nat_ipv4_out", false, CAUSE_ROUTE_CHANGE },
	{ "nf_nat_ipv6_out", false, CAUSE_ROUTE_CHANGE },
	{ "nf_conntrack_tcp_packet", false, CAUSE_TCP_CLOSE },
	{ "gc_worker", false, CAUSE_TABLE_FULL }, /* not expired: at 95 % full it drops early */
};

static bool matches(const char *name, const char *function, bool is_prefix)
{
	size_t len = strlen(function);

	if (strncmp(name, function, len) != 0)
		return false;
	return is_prefix || name[len] == '\0' || name[len] == '.';
}

static bool is_softirq_entry(const char *name)
{
	for (size_t i = 0; i < sizeof(softirq_entries) / sizeof(softirq_entries[0]); i++)
		if (matches(name, softirq_entries[i], false))
			return true;
	return false;
}

static enum cause frame_cause(const char *name)
{
	for (size_t t = 0; t < sizeof(tells) / sizeof(tells[0]); t++)
		if (matches(name, tells[t].function, tells[t].is_prefix))
			return tells[t].cause;
	return CAUSE_OTHER;
}

/* A module's exit may walk the table by a tail call of a function that is gone with it
 * (nf_nat_cleanup() on 5.10), and nf_conntrack's own cleans up all namespaces. */
static bool is_module_exit(const char *name)
{
	return matches(name, "__x64_sys_delete_module", false) ||
	       matches(name, "__arm64_sys_delete_module", false) ||
	       matches(name, "__do_sys_delete_module", false);
}

enum cause stack_cause(const char *const *names, size_t count)
{
	enum cause cause = CAUSE_OTHER;

	for (size_t i = 0; i < count && !is_softirq_entry(names[i]); i++) {
		bool is_general = cause == CAUSE_OTHER || cause == CAUSE_NETNS_EXIT;

		if (is_general && is_module_exit(names[i]))
			return CAUSE_MODULE_UNLOAD;
		if (cause == CAUSE_OTHER)
			cause = frame_cause(names[i]);
	}
	return cause;
}

static bool has_frame(const char *const *names, size_t count, const char *function)
{
	for (size_t i = 0; i < count; i++)
		if (matches(names[i], function, false))
			return true;
	return false;
}

static bool has_linger0(const struct abort_facts *facts)
{
	return facts->has_linger0 || (facts->reason && strstr(facts->reason, "ABORT_ON_LINGER"));
}

/* __tcp_close() calls it for unread data while the process still holds the socket,
 * later for TCP_LINGER2 and for want of memory; with SO_LINGER of 0 it goes through
 * tcp_disconnect(), as inet_csk_listen_stop() does with each connection that a listener
 * leaves behind. Multipath TCP closes with unread data by a RST on each path
 * (mptcp_do_fastclose(), since 5.19). A retransmission timer aborts only in tcp_out_of_resources(). */
enum cause stack_abort_cause(const char *const *names, size_t count,
			     const struct abort_facts *facts)
{
	bool is_close = has_frame(names, count, "__tcp_close") ||
			has_frame(names, count, "tcp_close");
	bool is_fastclose = has_frame(names, count, "__mptcp_close") &&
			    has_frame(names, count, "mptcp_do_fastclose");

	if (has_frame(names, count, "tcp_abort"))
		return CAUSE_KILLED;
	if (has_frame(names, count, "inet_csk_listen_stop"))
		return CAUSE_LISTENER_CLOSED;
	if (has_frame(names, count, "tcp_disconnect") && !is_close)
		return CAUSE_DISCONNECT;
	if (has_frame(names, count, "tcp_disconnect"))
		return has_linger0(facts) ? CAUSE_LINGER : CAUSE_OTHER;
	if ((is_close && !facts->is_orphaned) || is_fastclose)
		return CAUSE_UNREAD_DATA;
	if (facts->is_orphaned && facts->has_linger2)
		return CAUSE_LINGER;
	if (is_close || has_frame(names, count, "tcp_out_of_resources") ||
	    has_frame(names, count, "tcp_write_timer") ||
	    has_frame(names, count, "tcp_write_timer_handler"))
		return CAUSE_MEMORY;
	return has_frame(names, count, "tcp_keepalive_timer") ? CAUSE_KEEPALIVE : CAUSE_OTHER;
}

/* It sends its resets in the listener's name: req->rsk_ops->send_reset(sk, skb). */
bool stack_has_request(const char *const *names, size_t count)
{
	return has_frame(names, count, "tcp_check_req");
}

const char *stack_format(const char *const *names, size_t count, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		int len = snprintf(buf + used, size - used, "%s%s", i ? " < " : "", names[i]);

		if (len < 0 || (size_t)len >= size - used) {
			buf[used] = '\0';
			break;
		}
		used += (size_t)len;
	}
	return buf;
}
