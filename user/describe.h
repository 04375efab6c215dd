/* SPDX-License-Identifier: GPL-2.0-only */
/* Findings in words, for whichever renderer. Each writes into `buf`, cut at
 * `size`, and returns it; names that processes gave themselves are made
 * printable. Pure. */
#ifndef RSTBLAME_DESCRIBE_H
#define RSTBLAME_DESCRIBE_H

#include "finding.h"

enum { DESCRIBE_BYTES = 512 };

/* "systemd-networkd[412] (systemd-networkd.service)", "an unknown process" */
const char *describe_actor(const struct actor *actor, char *buf, size_t size);

/* "10.9.0.1/24 removed from up0 by ip[99]", "link up0 set down by ip[99]" */
const char *describe_change(const struct change *c, char *buf, size_t size);

/* The same with the doer first: "ip[99] removed 10.9.0.1/24 from up0" */
const char *describe_deed(const struct change *c, char *buf, size_t size);

/* "5 conntrack entries masqueraded to 10.9.0.1 removed" */
const char *describe_flush(const struct flush *f, char *buf, size_t size);

/* What a verdict means, as a sentence's second half ("the flow's conntrack entry
 * had been removed"): static. */
const char *describe_verdict(enum verdict verdict);

#endif
