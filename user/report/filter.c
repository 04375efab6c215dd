// SPDX-License-Identifier: GPL-2.0-only
#include "report/filter.h"

#include <netinet/tcp.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "model/finding.h"
#include "report/packet.h"

enum { EXPRESSION_BYTES = 4096 };

struct filter {
	struct bpf_program program;
	char text[EXPRESSION_BYTES];
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

/* Both may have anything in them. */
static void refuse(const char *text, const char *error, char *why, size_t why_bytes)
{
	char line[256];

	snprintf(line, sizeof(line),
		 "filter '%.80s': %.80s; see pcap-filter(7); a command goes after --", text, error);
	utf8_printable(line, why, why_bytes);
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
		refuse(filter->text, pcap_geterr(raw), why, why_bytes);
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

/* `r`: the reset whose trigger's flags and numbers it carries; NULL: a plain ACK. */
static void build(struct packet *out, uint8_t family, const struct tuple *t,
		  const struct reset_observation *r)
{
	struct packet_tcp tcp = { .flags = TH_ACK };

	if (r)
		tcp = (struct packet_tcp){ .seq = r->seq, .ack = r->ack, .flags = r->flags };
	packet_build(out, family, t, &tcp);
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
