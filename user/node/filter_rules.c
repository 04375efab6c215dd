// SPDX-License-Identifier: GPL-2.0-only
#include "node/filter_rules.h"

#include <linux/netfilter.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "node/filter_private.h"
#include "node/nft_private.h"

/* NF_IP_PRI_… of linux/netfilter_ipv4.h. */
static const struct {
	const char *name;
	int32_t priority;
} tables[XT_FILTER_TABLES] = {
	{ "raw", -300 },
	{ "mangle", -150 },
	{ "filter", 0 },
	{ "security", 50 },
};

bool filter_walk_goes_on(struct filter_walk *walk)
{
	return walk->depth <= NAT_DEPTH_MAX && walk->rules++ < NAT_RULES_MAX;
}

void filter_stages_add(struct filter_stages *s, const struct filter_stage *stage)
{
	size_t at = s->count;

	if (s->count == FILTER_STAGES_MAX) {
		s->is_cut = true;
		return;
	}
	while (at && s->items[at - 1].priority > stage->priority)
		at--;
	memmove(&s->items[at + 1], &s->items[at], (s->count - at) * sizeof(s->items[0]));
	s->items[at] = *stage;
	s->count++;
}

static bool has_ipv6_tables(void)
{
	FILE *file = fopen("/proc/thread-self/net/ip6_tables_names", "re");
	char line[64];
	bool has_one = false;

	while (file && fgets(line, sizeof(line), file))
		has_one |= strcmp(line, "nat\n") != 0;
	if (file)
		fclose(file);
	return has_one;
}

void filter_rules_prepare(struct nat_rules *rules)
{
	if (rules->nft)
		nft_sets_read(rules->nft);
	for (size_t i = 0; i < XT_FILTER_TABLES; i++)
		if (!rules->filters[i])
			rules->filters[i] = xt_rules_read(tables[i].name);
	rules->has_ipv6_filters = has_ipv6_tables();
}

static void find_stages(const struct nat_rules *rules, uint32_t hook, uint8_t family,
			struct filter_stages *out)
{
	out->count = 0;
	out->is_cut = false;
	if (rules->nft)
		nft_filter_stages(rules->nft, hook, family, out);
	for (unsigned int i = 0; family == AF_INET && i < XT_FILTER_TABLES; i++)
		if (rules->filters[i] && xt_filter_has_hook(rules->filters[i], hook))
			filter_stages_add(out,
					  &(struct filter_stage){ .priority = tables[i].priority,
								  .table = i });
}

/* What passes one of them goes to the next. */
static void ask_hook(const struct nat_rules *rules, uint32_t hook, struct filter_walk *walk)
{
	struct filter_stages stages;

	find_stages(rules, hook, walk->q->family, &stages);
	for (size_t i = 0; i < stages.count && walk->answer->outcomes & FILTER_PASSES; i++) {
		const struct filter_stage *s = &stages.items[i];
		unsigned int got = s->chain ? nft_filter_ask(rules->nft, s->chain, walk) :
					      xt_filter_ask(rules->filters[s->table], hook, walk);

		walk->answer->outcomes &= ~(unsigned int)FILTER_PASSES;
		walk->answer->outcomes |= got;
	}
	if (stages.is_cut)
		walk->answer->outcomes = FILTER_ANYTHING;
}

void filter_rules_ask(const struct nat_rules *rules, enum filter_way way,
		      const struct nat_question *q, struct filter_answer *out)
{
	struct filter_walk walk = { .q = q, .answer = out };

	memset(out, 0, sizeof(*out));
	out->outcomes = FILTER_PASSES;
	ask_hook(rules, NF_INET_PRE_ROUTING, &walk);
	ask_hook(rules, way == FILTER_TO_INPUT ? NF_INET_LOCAL_IN : NF_INET_FORWARD, &walk);
	if (q->family == AF_INET6 && rules->has_ipv6_filters)
		out->outcomes = FILTER_ANYTHING;
}

void filter_rules_places(const struct nat_rules *rules, struct filter_places *out)
{
	memset(out, 0, sizeof(*out));
	if (rules->nft)
		nft_filter_places(rules->nft, out);
	for (size_t i = 0; i < XT_FILTER_TABLES; i++)
		out->has_iptables |= rules->filters[i] && xt_filter_has_rules(rules->filters[i]);
}

void filter_rules_traits(const struct nat_rules *rules, struct filter_traits *out)
{
	memset(out, 0, sizeof(*out));
	if (rules->nft)
		nft_filter_traits(rules->nft, out);
	for (size_t i = 0; i < XT_FILTER_TABLES; i++)
		if (!out->notrack[0] && rules->filters[i] &&
		    xt_filter_has_notrack(rules->filters[i]))
			snprintf(out->notrack, sizeof(out->notrack), "table %s of iptables-legacy",
				 tables[i].name);
}
