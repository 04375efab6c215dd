/* SPDX-License-Identifier: GPL-2.0-only */
/* Findings in words, for whichever renderer. Each writes into `buf`, cut at
 * `size`, and returns it; names that processes gave themselves are made
 * printable. Pure. */
#ifndef RSTBLAME_SUMMARY_PHRASES_H
#define RSTBLAME_SUMMARY_PHRASES_H

#include "model/finding.h"

enum { DESCRIBE_BYTES = 512 };

/* "systemd-networkd[412] (systemd-networkd.service)", "an unknown process" */
const char *describe_actor(const struct actor *actor, char *buf, size_t size);

/* What kept a reset's trigger packet, seen in namespace `netns`, from its live socket; ""
 * where nothing is known to have. */
const char *describe_barrier(const struct reset_observation *reset, uint32_t netns, char *buf,
			     size_t size);

/* Whether a VICTIM_LISTENER is there to be told of. */
bool is_listener_found(const struct victim *v);

/* "nginx[7] in c1 listens on 127.0.0.1 port 80", of a listener that was found */
const char *describe_listening(const struct victim *v, uint16_t port, char *buf, size_t size);

/* The same, and what kept the SYN from it: "…, for this host itself only; the packet came to
 * 10.9.0.1"; "" where there is none. */
const char *describe_listener(const struct reset_observation *reset, char *buf, size_t size);

/* "device vrf-blue", that a socket is bound to */
const char *describe_device(const struct victim *v, char *buf, size_t size);

/* "redis-cli[201] (container 0123456789ab) in c1, socket ESTABLISHED"; "" when
 * nothing is known. */
const char *describe_victim(const struct victim *victim, char *buf, size_t size);
/* Why the process of its socket is not known; "" where it is. */
const char *describe_unnamed(const struct victim *victim);
/* Why it may not be this one that is meant; "" for one that is. Returns buf. */
const char *describe_unsure(const struct victim *victim, char *buf, size_t size);

/* "nginx[7] had closed the connection, 1.20 s earlier"; "" where its end was not seen. */
const char *describe_end(const struct socket_end *ended, char *buf, size_t size);

/* "10.9.0.1/24 removed from up0 by ip[99]", "link up0 set down by ip[99]" */
const char *describe_change(const struct change *c, char *buf, size_t size);

/* The same with the doer first: "ip[99] removed 10.9.0.1/24 from up0" */
const char *describe_deed(const struct change *c, char *buf, size_t size);

/* "5 conntrack entries masqueraded to 10.9.0.1" */
const char *describe_entries(const struct flush *f, char *buf, size_t size);

/* "5 conntrack entries were removed by conntrack[99]: the table was flushed" */
const char *describe_flush(const struct flush *f, char *buf, size_t size);

/* "5 conntrack entries removed 3.70 s earlier by conntrack[99]: the table was flushed" */
const char *describe_flush_ago(const struct flush *f, uint64_t ago_ns, char *buf, size_t size);

/* "nft[812] removed the netfilter hooks of conntrack and NAT (IPv4)" */
const char *describe_ruleset(const struct ruleset_observation *r, char *buf, size_t size);

/* "the client sent first and its flow was re-translated from 10.9.0.1:40112 to
 * 10.9.0.1:1024, which the peer does not recognise"; or to which other endpoint */
const char *describe_retranslation(const struct reset_blame *b, char *buf, size_t size);

/* "the kernel counted 7 resets sent, rstblame saw 3" */
const char *describe_doubt(enum witness_of of, uint64_t counted, uint64_t seen, char *buf,
			   size_t size);

#endif
