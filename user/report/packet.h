/* SPDX-License-Identifier: GPL-2.0-only */
/* The headers of a packet again, from what is known of it: IP and TCP, no link layer, no
 * options, no payload, no checksums. For filters and for -f pcapng. Pure. */
#ifndef RSTBLAME_REPORT_PACKET_H
#define RSTBLAME_REPORT_PACKET_H

#include <netinet/ip6.h>
#include <netinet/tcp.h>

#include "model/observation.h"

struct packet {
	size_t len;
	uint8_t bytes[sizeof(struct ip6_hdr) + sizeof(struct tcphdr)];
};

/* What TCP's header has besides the ports. */
struct packet_tcp {
	uint32_t seq, ack;
	uint32_t payload_bytes; /* for IP's length only */
	uint8_t flags;          /* enum packet_flag */
};

/* `family`: AF_INET or AF_INET6. */
void packet_build(struct packet *out, uint8_t family, const struct tuple *t,
		  const struct packet_tcp *tcp);

#endif
