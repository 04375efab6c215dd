// SPDX-License-Identifier: GPL-2.0-only
#include "node/xt_match.h"

#include <linux/netfilter/x_tables.h>
#include <linux/netfilter/xt_CT.h>
#include <linux/netfilter/xt_conntrack.h>
#include <linux/netfilter/xt_state.h>
#include <linux/netfilter/xt_tcpudp.h>
#include <string.h>

/* enum ipt_reject_with and ip6t_reject_with: their headers cannot be included together. */
enum { IPV4_TCP_RESET = 7, IPV6_TCP_RESET = 6 };

static bool is(const char *name, const char *wanted)
{
	return !strncmp(name, wanted, XT_EXTENSION_MAXNAMELEN);
}

/* conntrack_mt() of net/netfilter/xt_conntrack.c: of a packet without an entry (INVALID) it
 * knows the state, and all else does not match. */
static enum nat_match ask_conntrack(uint8_t revision, const void *info, size_t len,
				    const struct nat_question *q)
{
	struct xt_conntrack_mtinfo1 one;
	uint32_t asked, inverted, states;
	bool has_it;

	/* All revisions begin alike, with 16 bits for each set since 2; the states' width is
	 * another since 2. */
	if (!q->ct_states || revision < 1 || revision > 3 || len < sizeof(one))
		return MATCH_MAYBE;
	memcpy(&one, info, sizeof(one));
	if (revision == 1) {
		asked = one.match_flags;
		inverted = one.invert_flags;
		states = one.state_mask;
	} else {
		struct xt_conntrack_mtinfo2 two;

		if (len < sizeof(two))
			return MATCH_MAYBE;
		memcpy(&two, info, sizeof(two));
		asked = two.match_flags;
		inverted = two.invert_flags;
		states = two.state_mask;
	}
	if (asked & XT_CONNTRACK_STATE) {
		has_it = states & q->ct_states;
		if (has_it == !!(inverted & XT_CONNTRACK_STATE))
			return MATCH_NO;
	}
	if (asked == XT_CONNTRACK_STATE)
		return MATCH_YES;
	/* The others are asked of an entry only. */
	if (q->ct_states == XT_CONNTRACK_STATE_INVALID)
		return asked & XT_CONNTRACK_STATE ? MATCH_YES : MATCH_NO;
	return MATCH_MAYBE;
}

static enum nat_match ask_state(const void *info, size_t len, const struct nat_question *q)
{
	struct xt_state_info state;

	if (!q->ct_states || len < sizeof(state))
		return MATCH_MAYBE;
	memcpy(&state, info, sizeof(state));
	return state.statemask & q->ct_states ? MATCH_YES : MATCH_NO;
}

static bool is_port(uint16_t port, const uint16_t range[2], bool is_inverted)
{
	return (port >= range[0] && port <= range[1]) != is_inverted;
}

static enum nat_match ask_tcp(const void *info, size_t len, const struct nat_question *q)
{
	struct xt_tcp tcp;

	if (len < sizeof(tcp))
		return MATCH_MAYBE;
	memcpy(&tcp, info, sizeof(tcp));
	if (!is_port(q->tuple.sport, tcp.spts, tcp.invflags & XT_TCP_INV_SRCPT) ||
	    !is_port(q->tuple.dport, tcp.dpts, tcp.invflags & XT_TCP_INV_DSTPT))
		return MATCH_NO;
	if (tcp.option)
		return MATCH_MAYBE;
	if (!tcp.flg_mask)
		return MATCH_YES;
	if (!q->tcp_flags)
		return MATCH_MAYBE;
	return ((q->tcp_flags & tcp.flg_mask) == tcp.flg_cmp) !=
			       !!(tcp.invflags & XT_TCP_INV_FLAGS) ?
		       MATCH_YES :
		       MATCH_NO;
}

enum nat_match xt_match_ask(const char *name, uint8_t revision, const void *info, size_t len,
			    const struct nat_question *q)
{
	if (is(name, "comment"))
		return MATCH_YES;
	if (is(name, "conntrack"))
		return ask_conntrack(revision, info, len, q);
	if (is(name, "state"))
		return ask_state(info, len, q);
	if (is(name, "tcp"))
		return ask_tcp(info, len, q);
	return MATCH_MAYBE;
}

bool xt_reject_is_reset(const void *info, size_t len, bool is_ipv6)
{
	uint32_t with;

	if (len < sizeof(with))
		return false;
	memcpy(&with, info, sizeof(with));
	return with == (is_ipv6 ? IPV6_TCP_RESET : IPV4_TCP_RESET);
}

bool xt_target_is_notrack(const char *name, const void *info, size_t len)
{
	uint16_t flags;

	if (is(name, "NOTRACK"))
		return true;
	if (!is(name, "CT") || len < sizeof(flags))
		return false;
	memcpy(&flags, info, sizeof(flags)); /* the first member in each revision */
	return flags & XT_CT_NOTRACK;
}
