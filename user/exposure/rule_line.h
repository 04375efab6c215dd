/* SPDX-License-Identifier: GPL-2.0-only */
/* NAT rules as `nft list ruleset`, `iptables -nvL` and iptables-save print them: which translate
 * the source, and to what. Pure. */
#ifndef RSTBLAME_EXPOSURE_RULE_LINE_H
#define RSTBLAME_EXPOSURE_RULE_LINE_H

#include "exposure/look.h"

enum { RULE_TARGETS_MAX = 32 };

struct rule_lines {
	unsigned int kinds; /* enum nat_kind, of all lines */
	/* What SNAT translates to; is_odd: to more, or by a map or a range. */
	struct {
		uint8_t family;
		struct address address;
	} targets[RULE_TARGETS_MAX];
	size_t targets_count;
	bool is_odd;
};

/* The kind of a line; 0: it translates no source. */
unsigned int rule_lines_take(struct rule_lines *lines, const char *line);

/* Whether what is translated to that address is masqueraded: where it is no target of SNAT's, and
 * there is masquerade. */
enum nat_answer rule_lines_ask(const struct rule_lines *lines, uint8_t family,
			       const struct address *to);

#endif
