// SPDX-License-Identifier: GPL-2.0-only
/* A packet that conntrack calls INVALID (out of window, of a connection that it knows otherwise) is
 * not translated back. It comes to this host, or to the container, as one of a connection that
 * nobody has, and is answered with a RST that ends the connection that it is of. */
#include <inttypes.h>
#include <stdio.h>

#include "base/number_text.h"
#include "exposure/finding.h"

static bool comes_to_host(const struct look *look, const struct look_flow *flow)
{
	return look_address_find(look, flow->flow.family, &flow->flow.reply.dst) != NULL;
}

struct way {
	bool is_input;
};

static enum nat_answer would_go(const void *ctx, const struct look *look, const struct look_flow *f)
{
	const struct way *way = ctx;

	if (!look_flow_is_translated(f) || comes_to_host(look, f) != way->is_input)
		return NAT_NO;
	if (!f->when_invalid)
		return NAT_MAYBE;
	if (!(f->when_invalid & FILTER_PASSES))
		return NAT_NO;
	return f->when_invalid == FILTER_PASSES ? NAT_YES : NAT_MAYBE;
}

static void show_cures(const struct look *look, const struct way *way, struct exposed *e)
{
	const struct filter_places *places = &look->filter_places;
	const char *chain = way->is_input ? "INPUT" : "FORWARD";
	const char *nft = way->is_input ? places->nft_input : places->nft_forward;

	exposed_line(
		&e->cures,
		"sysctl -w net.netfilter.nf_conntrack_tcp_be_liberal=1: a packet out of window is "
		"translated all the same. Keep it in /etc/sysctl.d/; nf_conntrack must be loaded "
		"before that is read (/etc/modules-load.d/).");
	if (nft[0])
		exposed_line(&e->cures,
			     "Or drop such packets, as the first rule: nft insert rule %s ct state "
			     "invalid drop; keep it in the file that has the ruleset.",
			     nft);
	else if (places->has_iptables)
		exposed_line(&e->cures,
			     "Or drop such packets, as the first rule: iptables -I %s -m conntrack "
			     "--ctstate INVALID -j DROP; keep it with netfilter-persistent, or "
			     "whatever loads the rules.",
			     chain);
	else
		exposed_line(
			&e->cures,
			"Or drop such packets in a table of its own: nft 'add table inet invalid; "
			"add chain inet invalid c { type filter hook %s priority -1; }; add "
			"rule inet invalid c ct state invalid drop'.",
			way->is_input ? "input" : "forward");
	exposed_line(
		&e->cures,
		"Do not drop where packets of a connection take two ways and this node sees only "
		"one of them: there, INVALID is the usual.");
}

static void judge_way(const struct look *look, const struct way *way, struct exposures *out)
{
	struct stake stake;
	struct exposed *e;
	uint64_t counted;

	stake_find(look, would_go, way, &stake);
	if (!stake.flows)
		return; /* of maybes nothing is said */
	e = exposures_add(out, finding_by_id("invalid-answered"));
	if (!e)
		return;
	e->stake = stake;
	e->severity = SEVERITY_MEDIUM;
	snprintf(e->subject, sizeof(e->subject), "%s",
		 way->is_input ? "INPUT, translated flows of this node" :
				 "FORWARD, flows to translated destinations");
	snprintf(e->sentence, sizeof(e->sentence),
		 "A packet that conntrack calls INVALID is delivered untranslated to %s, "
		 "which answers it with a RST.",
		 way->is_input ? "this host" : "the client");
	exposed_line(&e->evidence, "net.netfilter.nf_conntrack_tcp_be_liberal = 0");
	exposed_line(&e->evidence, "no rule on the way drops INVALID packets");
	if (look_value(look, "conntrack.invalid", &counted))
		exposed_line(&e->evidence,
			     "the kernel counted %s since conntrack was loaded (conntrack -S)",
			     COUNTED(counted, "INVALID packet", "INVALID packets"));
	show_cures(look, way, e);
}

void judge_invalid_answered(const struct look *look, struct exposures *out)
{
	uint64_t is_liberal;

	if (!look_value(look, "net.netfilter.nf_conntrack_tcp_be_liberal", &is_liberal) ||
	    is_liberal)
		return;
	judge_way(look, &(struct way){ .is_input = true }, out);
	judge_way(look, &(struct way){ .is_input = false }, out);
}
