/* SPDX-License-Identifier: GPL-2.0-only */
/* A small ruleset of nftables for the canary's network namespace, put in and taken out again
 * by netlink. It asks for nothing that would load a module. */
#ifndef RSTBLAME_SESSION_CANARY_RULES_H
#define RSTBLAME_SESSION_CANARY_RULES_H

#include <stdbool.h>
#include <stdint.h>

enum { CANARY_RULES_WHY_BYTES = 96 };

/* What this kernel has, loaded or built in. */
struct canary_rules {
	bool has_masquerade; /* a chain of NAT that masquerades all that leaves */
	bool has_reject;     /* packets to `reject_port` are answered by a RST */
};

/* Looks at what is there. False, and in `why` what is not loaded: no rules can be had. */
bool canary_rules_look(struct canary_rules *out, char why[CANARY_RULES_WHY_BYTES]);

/* For IPv4, in the calling process's namespace. 0 or -errno. */
int canary_rules_put(const struct canary_rules *rules, uint16_t reject_port);
int canary_rules_remove(void);

#endif
