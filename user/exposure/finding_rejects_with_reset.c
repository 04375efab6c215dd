// SPDX-License-Identifier: GPL-2.0-only
/* A rule that rejects with a RST, and live flows that only their entry keeps from it: ESTABLISHED was
 * accepted before. Any loss of the entry then ends connections that would have outlived it. */
#include <stdio.h>
#include <string.h>

#include "exposure/finding.h"

static enum nat_answer would_go(const void *ctx, const struct look *look, const struct look_flow *f)
{
	(void)ctx;
	(void)look;
	if (!look_flow_is_live(f) || !(f->without_entry & FILTER_RESETS))
		return NAT_NO;
	return f->without_entry == FILTER_RESETS ? NAT_YES : NAT_MAYBE;
}

void judge_rejects_with_reset(const struct look *look, struct exposures *out)
{
	bool is_iptables = strstr(look->resets, "filter INPUT") ||
			   strstr(look->resets, "filter FORWARD") ||
			   strstr(look->resets, "iptables-legacy");
	struct stake stake;
	struct exposed *e;

	stake_find(look, would_go, NULL, &stake);
	if (!stake.flows)
		return;
	e = exposures_add(out, finding_by_id("rejects-with-reset"));
	if (!e)
		return;
	e->stake = stake;
	e->severity = SEVERITY_MEDIUM;
	snprintf(e->subject, sizeof(e->subject), "rule %.80s", look->resets);
	snprintf(e->sentence, sizeof(e->sentence),
		 "A rule answers live flows with a RST once conntrack has no entry for them.");
	exposed_line(&e->evidence, "rule %s rejects with tcp-reset", look->resets);
	exposed_line(&e->evidence, "an earlier rule lets them pass as long as they have an entry");
	if (is_iptables)
		exposed_line(
			&e->cures,
			"Let the rule mean new connections alone: -p tcp --syn … -j REJECT "
			"--reject-with tcp-reset, and behind it -p tcp -j DROP. A packet that is "
			"dropped is sent again.");
	else
		exposed_line(
			&e->cures,
			"Let the rule mean new connections alone: tcp flags & (fin | syn | rst | "
			"ack) == syn reject with tcp reset, and behind it meta l4proto tcp drop. A "
			"packet that is dropped is sent again.");
	exposed_line(&e->cures,
		     "Put it into the file that has the ruleset, and check that with nft -c -f, "
		     "or iptables-restore --test, before it is loaded.");
}
