/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the filter rules of a namespace do with a packet: nftables', iptables-nft's and
 * iptables-legacy's (IPv4), in the order of the hooks. What a rule asks that is not known here
 * (marks, named sets, limits, most matches of xtables) leaves both ways open.
 */
#ifndef RSTBLAME_NODE_FILTER_RULES_H
#define RSTBLAME_NODE_FILTER_RULES_H

#include "node/nat_rules.h"

/* As a set: what may become of it. */
enum {
	FILTER_PASSES = 1,
	FILTER_DROPS = 2,
	FILTER_RESETS = 4,  /* it is answered with a RST */
	FILTER_REJECTS = 8, /* with ICMP */
	FILTER_ANYTHING = 15,
};

enum filter_way { FILTER_TO_INPUT, FILTER_TO_FORWARD }; /* each by PREROUTING */

enum { FILTER_RULE_BYTES = 128 };

struct filter_answer {
	unsigned int outcomes;
	/* Where the rule is that answers with a RST: "ip filter INPUT handle 7"; "": none. */
	char resets[FILTER_RULE_BYTES];
};

/* Reads what else is needed of those rules; before the first question. */
void filter_rules_prepare(struct nat_rules *rules);

/* With the question's ct_states and tcp_flags. Pure. */
void filter_rules_ask(const struct nat_rules *rules, enum filter_way way,
		      const struct nat_question *q, struct filter_answer *out);

/* A chain of the kind that a rule could be put into: "inet filter input", or "" where there is none
 * of nftables' own; and whether iptables has rules. */
struct filter_places {
	char nft_input[FILTER_RULE_BYTES], nft_forward[FILTER_RULE_BYTES];
	bool has_iptables; /* by iptables-nft or -legacy */
};
void filter_rules_places(const struct nat_rules *rules, struct filter_places *out);

/* What rules keep from conntrack; each with the first place where it is, or "". */
struct filter_traits {
	char notrack[FILTER_RULE_BYTES];
	bool has_hardware_flowtable;
};
void filter_rules_traits(const struct nat_rules *rules, struct filter_traits *out);

#endif
