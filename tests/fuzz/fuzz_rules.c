// SPDX-License-Identifier: GPL-2.0-only
/* A ruleset as the kernel hands it out, of whoever has a namespace: nftables' chains and
 * rules by netlink, the nat table of xtables in one piece; and what it does with a packet.
 * The first byte says which. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "answers.h"
#include "node/filter_rules.h"
#include "node/nft_private.h"
/* To be handed a table that no getsockopt() gave. */
#include "node/nat_rules_xt.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct nat_question questions[] = {
	{ .family = AF_INET,
	  .tuple = { .src = { { 10, 88, 0, 2 } },
		     .dst = { { 10, 9, 0, 2 } },
		     .sport = 51710,
		     .dport = 6379 },
	  .iifname = "br0",
	  .oifname = "up0",
	  .iif = 2,
	  .oif = 3 },
	{ .family = AF_INET6,
	  .tuple = { .src = { { 0xfd, 0x88 } },
		     .dst = { { 0xfd, 9 } },
		     .sport = 51710,
		     .dport = 6379 },
	  .iifname = "br0",
	  .oifname = "up0" },
};

static void ask_nft(void)
{
	struct nft_rules *rules = nft_rules_read();

	for (size_t i = 0; rules && i < 2; i++)
		if (nft_rules_ask(rules, &questions[i]) > NAT_YES)
			abort();
	nft_rules_free(rules);
}

/* Each hook's filters, by the same answers: what may become of a packet is never nothing. */
static void ask_filters(struct nat_rules *all)
{
	struct filter_answer answer;
	struct filter_traits traits;
	struct filter_places places;

	for (size_t i = 0; i < 4; i++) {
		struct nat_question q = questions[i / 2];

		q.is_oif_unknown = true;
		q.ct_states = i % 2 ? NAT_STATE_NEW : NAT_STATE_INVALID;
		q.tcp_flags = 0x10;
		filter_rules_ask(all, i % 2 ? FILTER_TO_INPUT : FILTER_TO_FORWARD, &q, &answer);
		if (!answer.outcomes || answer.outcomes & ~(unsigned int)FILTER_ANYTHING)
			abort();
	}
	filter_rules_traits(all, &traits);
	filter_rules_places(all, &places);
}

static void ask_nft_filters(void)
{
	struct nat_rules all = { .nft = nft_rules_read() };

	if (all.nft)
		nft_sets_read(all.nft);
	ask_filters(&all);
	nft_rules_free(all.nft);
}

/* What the kernel answers to IPT_SO_GET_INFO, then the entries. */
static void ask_xt(const uint8_t *data, size_t size)
{
	struct xt_rules *rules = calloc(1, sizeof(*rules));

	if (size < sizeof(rules->info)) {
		free(rules);
		return;
	}
	memcpy(&rules->info, data, sizeof(rules->info));
	data += sizeof(rules->info);
	size -= sizeof(rules->info);
	rules->info.size = (unsigned int)size;
	/* Its own allocation: ASan watches its end. */
	rules->entries = calloc(1, sizeof(*rules->entries) + size);
	memcpy(rules->entries->entrytable, data, size);
	if (xt_rules_ask(rules, &questions[0], size % 2) > NAT_YES ||
	    xt_rules_kinds(rules) > (NAT_KIND_MASQUERADE | NAT_KIND_OTHER))
		abort();
	ask_filters(&(struct nat_rules){ .filters = { rules } });
	xt_rules_free(rules);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	if (data[0] % 2) {
		ask_xt(data + 1, size - 1);
		return 0;
	}
	answers_begin(data + 1, size - 1);
	ask_nft();
	answers_end();
	answers_begin(data + 1, size - 1);
	ask_nft_filters();
	answers_end();
	return 0;
}
