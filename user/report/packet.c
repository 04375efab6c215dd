// SPDX-License-Identifier: GPL-2.0-only
#include "report/packet.h"

#include <arpa/inet.h>
#include <netinet/ip.h>
#include <string.h>
#include <sys/socket.h>

enum { HOPS = 64 };

static size_t put_ip4(uint8_t *out, const struct tuple *t, size_t payload)
{
	struct iphdr ip = {
		.version = 4,
		.ihl = sizeof(ip) / 4,
		.tot_len = htons((uint16_t)(sizeof(ip) + payload)),
		.ttl = HOPS,
		.protocol = IPPROTO_TCP,
	};

	memcpy(&ip.saddr, t->src.bytes, sizeof(ip.saddr));
	memcpy(&ip.daddr, t->dst.bytes, sizeof(ip.daddr));
	memcpy(out, &ip, sizeof(ip));
	return sizeof(ip);
}

static size_t put_ip6(uint8_t *out, const struct tuple *t, size_t payload)
{
	struct ip6_hdr ip = { 0 };

	ip.ip6_flow = htonl(6u << 28);
	ip.ip6_plen = htons((uint16_t)payload);
	ip.ip6_nxt = IPPROTO_TCP;
	ip.ip6_hops = HOPS;
	memcpy(&ip.ip6_src, t->src.bytes, sizeof(ip.ip6_src));
	memcpy(&ip.ip6_dst, t->dst.bytes, sizeof(ip.ip6_dst));
	memcpy(out, &ip, sizeof(ip));
	return sizeof(ip);
}

void packet_build(struct packet *out, uint8_t family, const struct tuple *t,
		  const struct packet_tcp *known)
{
	struct tcphdr tcp = { .doff = sizeof(tcp) / 4 };
	size_t len, payload = sizeof(tcp);

	/* More than one packet holds: segments that were merged on their way in. */
	if (known->payload_bytes < UINT16_MAX - sizeof(struct iphdr) - sizeof(tcp))
		payload += known->payload_bytes;
	tcp.source = htons(t->sport);
	tcp.dest = htons(t->dport);
	tcp.seq = htonl(known->seq);
	tcp.ack_seq = htonl(known->ack);
	/* Not known. Of 0, which a RST has, a reader would say that the other may not send. */
	tcp.window = known->flags & PACKET_RST ? 0 : UINT16_MAX;
	memset(out, 0, sizeof(*out));
	len = family == AF_INET ? put_ip4(out->bytes, t, payload) : put_ip6(out->bytes, t, payload);
	memcpy(out->bytes + len, &tcp, sizeof(tcp));
	out->bytes[len + 13] = known->flags;
	out->len = len + sizeof(tcp);
}
