// SPDX-License-Identifier: GPL-2.0-only
#include "report/filter.h"

#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "model/finding.h"

enum { EXPRESSION_BYTES = 4096, HOPS = 64 };

struct filter {
	struct bpf_program program;
	char text[EXPRESSION_BYTES];
};

/* The headers of a packet, as a pcap of raw IP has them: no link layer. */
struct packet {
	size_t len;
	uint8_t bytes[sizeof(struct ip6_hdr) + sizeof(struct tcphdr)];
};

static bool join_words(char *const *words, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (; *words; words++) {
		int added = snprintf(out + len, size - len, "%s%s", len ? " " : "", *words);

		if (added < 0 || (size_t)added >= size - len)
			return false;
		len += (size_t)added;
	}
	return true;
}

static bool compile(struct filter *filter, char *why, size_t why_bytes)
{
	pcap_t *raw = pcap_open_dead(DLT_RAW, UINT16_MAX);
	bool is_compiled;

	if (!raw) {
		snprintf(why, why_bytes, "out of memory");
		return false;
	}
	is_compiled = !pcap_compile(raw, &filter->program, filter->text, 1, PCAP_NETMASK_UNKNOWN);
	if (!is_compiled)
		snprintf(why, why_bytes,
			 "filter '%.80s': %.80s; see pcap-filter(7); a command goes after --",
			 filter->text, pcap_geterr(raw));
	pcap_close(raw);
	return is_compiled;
}

struct filter *filter_new(char *const *words, char *why, size_t why_bytes)
{
	struct filter *filter = calloc(1, sizeof(*filter));

	if (!filter)
		snprintf(why, why_bytes, "out of memory");
	else if (!join_words(words, filter->text, sizeof(filter->text)))
		snprintf(why, why_bytes, "the filter is longer than %d bytes; make it shorter",
			 EXPRESSION_BYTES - 1);
	else if (compile(filter, why, why_bytes))
		return filter;
	free(filter);
	return NULL;
}

void filter_free(struct filter *filter)
{
	if (!filter)
		return;
	pcap_freecode(&filter->program);
	free(filter);
}

const char *filter_text(const struct filter *filter)
{
	return filter->text;
}

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

/* `r`: the reset whose trigger's flags and numbers it carries; NULL: a plain ACK. */
static void build(struct packet *out, uint8_t family, const struct tuple *t,
		  const struct reset_observation *r)
{
	struct tcphdr tcp = { .doff = sizeof(tcp) / 4 };
	size_t len;

	tcp.source = htons(t->sport);
	tcp.dest = htons(t->dport);
	tcp.seq = htonl(r ? r->seq : 0);
	tcp.ack_seq = htonl(r ? r->ack : 0);
	memset(out, 0, sizeof(*out));
	len = family == AF_INET ? put_ip4(out->bytes, t, sizeof(tcp)) :
				  put_ip6(out->bytes, t, sizeof(tcp));
	memcpy(out->bytes + len, &tcp, sizeof(tcp));
	out->bytes[len + 13] = r ? r->flags : TH_ACK;
	out->len = len + sizeof(tcp);
}

static bool matches(const struct filter *filter, uint8_t family, const struct tuple *t,
		    const struct reset_observation *r)
{
	struct pcap_pkthdr header = { 0 };
	struct packet packet;

	build(&packet, family, t, r);
	header.caplen = header.len = (bpf_u_int32)packet.len;
	return pcap_offline_filter(&filter->program, &header, packet.bytes) != 0;
}

static bool matches_flow(const struct filter *filter, const struct flow *flow, bool is_one_sided,
			 const struct reset_observation *r)
{
	if (!flow->family)
		return false;
	return matches(filter, flow->family, &flow->orig, r) ||
	       (!is_one_sided && matches(filter, flow->family, &flow->reply, r));
}

bool filter_wants(const struct filter *filter, const struct finding *f)
{
	const struct reset_observation *r;

	if (f->type == FINDING_AT_RISK || f->type == FINDING_RISK_OVER ||
	    f->type == FINDING_UNFOLLOWED)
		return matches_flow(filter, &f->risk->flow, f->risk->is_one_sided, NULL);
	if (f->type != FINDING_RESET)
		return true;
	r = &f->seen->reset;
	return matches(filter, r->family, &r->packet, r) ||
	       matches_flow(filter, &f->reset->flow, f->reset->is_one_sided, r);
}
