// SPDX-License-Identifier: GPL-2.0-only
/* A translated flow that rests longer than its entry lives loses it, and its connection with it. What
 * prevents that is a keepalive that comes before: of each socket the kernel says when its next
 * one is due, and of each entry how long it has left. */
#include <linux/netfilter/nf_conntrack_common.h>
#include <stdio.h>
#include <string.h>

#include "base/number_text.h"
#include "exposure/finding.h"

enum {
	/* What RFC 5382, REQ-5, wants a NAT to keep an idle connection for: two hours, which is
	 * TCP's own keepalive, and four minutes. */
	LONG_ENOUGH_S = 7440,
	NEAR_S = 3600,
};

/* An entry that was made by a packet in mid-stream (after a flush, or where conntrack came late) has
 * the short timeout of unacknowledged data until both sides have spoken once more; then it is
 * ASSURED, and given the whole. */
enum kind { ESTABLISHED, PICKED_UP, HALF_CLOSED, KINDS };

static const struct {
	const char *setting, *subject;
} kinds[KINDS] = {
	[ESTABLISHED] = { "net.netfilter.nf_conntrack_tcp_timeout_established",
			  "established flows" },
	[PICKED_UP] = { "net.netfilter.nf_conntrack_tcp_timeout_unacknowledged",
			"flows picked up in mid-stream" },
	[HALF_CLOSED] = { "net.netfilter.nf_conntrack_tcp_timeout_close_wait",
			  "half-closed flows" },
};

struct case_of {
	enum kind kind;
	uint64_t whole_s; /* what an entry is given at each packet */
};

static enum kind kind_of(const struct look_flow *f)
{
	if (f->tcp_state != TRACKER_ESTABLISHED)
		return HALF_CLOSED;
	return f->status & IPS_ASSURED ? ESTABLISHED : PICKED_UP;
}

static bool is_of(const struct case_of *c, const struct look_flow *f)
{
	return look_flow_is_translated(f) && kind_of(f) == c->kind;
}

static bool is_open(const struct look_socket *socket)
{
	return socket && socket->row.state != SOCKET_NONE;
}

/* Data that is not acknowledged yet is sent again before long. */
static bool is_at_work(const struct look_socket *socket)
{
	return socket->row.timer == SOCKET_TIMER_RETRANSMIT ||
	       socket->row.timer == SOCKET_TIMER_PROBE;
}

static bool has_rested(const struct case_of *c, const struct look_flow *f)
{
	return c->kind == PICKED_UP || f->timeout_s <= c->whole_s / 2;
}

static enum nat_answer would_go(const void *ctx, const struct look *look, const struct look_flow *f)
{
	const struct case_of *c = ctx;
	const struct look_socket *socket = look_flow_socket(look, f);

	if (!is_of(c, f))
		return NAT_NO;
	if (!is_open(socket) || socket->row.timer == SOCKET_TIMER_UNKNOWN)
		/* Its end is elsewhere, or does not say. */
		return c->whole_s < LONG_ENOUGH_S && c->kind == ESTABLISHED ? NAT_MAYBE : NAT_NO;
	if (is_at_work(socket))
		return NAT_NO;
	if (socket->row.timer == SOCKET_TIMER_KEEPALIVE)
		return socket->row.timer_ms / 1000 > f->timeout_s ? NAT_YES : NAT_NO;
	if (c->kind != ESTABLISHED)
		return NAT_YES;
	return c->whole_s < LONG_ENOUGH_S || has_rested(c, f) ? NAT_YES : NAT_NO;
}

/* The first that would go, if it has rested for a while already. */
static void show_end(const struct look *look, const struct case_of *c, struct exposed *e)
{
	uint32_t soonest = UINT32_MAX;

	for (size_t i = 0; i < look->flows_count; i++)
		if (look->flows[i].timeout_s < soonest && has_rested(c, &look->flows[i]) &&
		    would_go(c, look, &look->flows[i]) == NAT_YES)
			soonest = look->flows[i].timeout_s;
	if (soonest > NEAR_S)
		return;
	e->has_end = true;
	e->end_s = soonest;
	snprintf(e->end, sizeof(e->end),
		 "The first of them loses its entry in %s, unless a packet passes before.",
		 SPAN(soonest));
}

static void show_cures(const struct case_of *c, struct exposed *e)
{
	if (c->kind == ESTABLISHED) {
		exposed_line(
			&e->cures,
			"sysctl -w net.netfilter.nf_conntrack_tcp_timeout_established=432000 (the "
			"kernel's default, five days): entries get it with their next packet. "
			"Keep it in /etc/sysctl.d/, and look there for what made it shorter.");
		exposed_line(
			&e->cures,
			"Let the application set SO_KEEPALIVE, with TCP_KEEPIDLE of less than %s.",
			SPAN(c->whole_s));
		exposed_line(
			&e->cures,
			"Where it sets SO_KEEPALIVE alone: sysctl -w net.ipv4.tcp_keepalive_time=%u "
			"in its network namespace; it counts for sockets that are opened from "
			"then on.",
			(unsigned int)(c->whole_s / 3 ? c->whole_s / 3 : 1));
	} else if (c->kind == PICKED_UP) {
		exposed_line(
			&e->cures,
			"Let both sides speak once more while the entry is there (a request of "
			"the application, a shorter keepalive): it then gets the whole timeout. Or "
			"restart the client at a time of your choice.");
		exposed_line(&e->cures,
			     "Find out what flushed the table, or loaded conntrack late: such "
			     "flows are what was left of others.");
	} else {
		exposed_line(&e->cures,
			     "sysctl -w net.netfilter.nf_conntrack_tcp_timeout_close_wait=3600 "
			     "net.netfilter.nf_conntrack_tcp_timeout_fin_wait=3600, where one side "
			     "goes on to receive for long after it has closed its own.");
	}
}

static void show_sentence(const struct case_of *c, struct exposed *e)
{
	const char *before = e->stake.without_keepalive == e->stake.sockets ?
				     "a socket without keepalive" :
				     "the keepalive of its socket";

	if (c->kind == PICKED_UP)
		snprintf(
			e->sentence, sizeof(e->sentence),
			"conntrack has picked up translated flows in mid-stream, and forgets them after "
			"%s without a packet, before %s would send one.",
			SPAN(c->whole_s), before);
	else
		snprintf(
			e->sentence, sizeof(e->sentence),
			"conntrack forgets %s translated flow after %s without a packet, before %s "
			"would send one.",
			c->kind == ESTABLISHED ? "an established" : "a half-closed",
			SPAN(c->whole_s), before);
}

static void judge_case(const struct look *look, const struct case_of *c, struct exposures *out)
{
	struct stake stake;
	struct exposed *e;
	uint64_t keepalive_s;

	stake_find(look, would_go, c, &stake);
	if (!stake.flows)
		return;
	e = exposures_add(out, finding_by_id("timeout-shorter"));
	if (!e)
		return;
	e->stake = stake;
	e->severity = SEVERITY_MEDIUM;
	snprintf(e->subject, sizeof(e->subject), "%s", kinds[c->kind].subject);
	show_sentence(c, e);
	exposed_line(&e->evidence, "%s = %u", kinds[c->kind].setting, (unsigned int)c->whole_s);
	if (look_value(look, "net.ipv4.tcp_keepalive_time", &keepalive_s))
		exposed_line(&e->evidence, "net.ipv4.tcp_keepalive_time = %u",
			     (unsigned int)keepalive_s);
	show_cures(c, e);
	show_end(look, c, e);
}

void judge_timeout_shorter(const struct look *look, struct exposures *out)
{
	for (enum kind kind = 0; kind < KINDS; kind++) {
		struct case_of c = { .kind = kind };

		if (look_value(look, kinds[kind].setting, &c.whole_s))
			judge_case(look, &c, out);
	}
}
