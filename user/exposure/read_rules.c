// SPDX-License-Identifier: GPL-2.0-only
/* The NAT rules, and which of the flows that are translated to an own address are masqueraded:
 * only these go with it. */
#include <errno.h>
#include <net/if.h>
#include <string.h>

#include "base/clock.h"
#include "exposure/read.h"
#include "exposure/rule_line.h"
#include "node/routes.h"

/* For asking the rules, where they have both masquerade and SNAT. */
#define ASK_NS (500 * NSEC_PER_MSEC)

enum { LINE_BYTES = 1024 };

static bool is_translated(const struct look *look, const struct look_flow *flow,
			  const struct look_address **to)
{
	const struct flow *f = &flow->flow;

	*to = NULL;
	/* Its own reply goes to another address than it came from. */
	if (address_equal(&f->orig.src, &f->reply.dst))
		return false;
	*to = look_address_find(look, f->family, &f->reply.dst);
	return *to != NULL;
}

typedef enum nat_answer (*ask_fn)(void *ctx, const struct look_flow *flow,
				  const struct look_address *to);

/* That they were translated is known; by which kind of rule is asked only where there are
 * both. Without any that is readable it was neither's, maybe. */
static void judge_all(struct look *look, unsigned int kinds, ask_fn ask, void *ctx)
{
	const struct look_address *to;

	for (size_t i = 0; i < look->flows_count; i++) {
		struct look_flow *flow = &look->flows[i];

		if (!is_translated(look, flow, &to))
			continue;
		if (kinds == NAT_KIND_MASQUERADE)
			flow->masqueraded = NAT_YES;
		else if (kinds == NAT_KIND_OTHER)
			flow->masqueraded = NAT_NO;
		else
			flow->masqueraded = (uint8_t)(kinds ? ask(ctx, flow, to) : NAT_MAYBE);
	}
}

/* ---- this machine's ---- */

struct asking {
	const struct nat_rules *rules;
	struct routes *routes;
	uint64_t until_ns;
	bool is_late;
	/* The last way in: many flows are of one container. */
	uint8_t family;
	struct address src;
	struct route in;
	char iifname[NAT_IFNAME_BYTES];
};

/* By which interface packets of that source come in. */
static bool find_way_in(struct asking *a, uint8_t family, const struct address *src)
{
	if (a->family == family && address_equal(&a->src, src))
		return true;
	a->family = 0;
	if (!a->routes || routes_ask(a->routes, family, src, NULL, 0, &a->in) ||
	    !if_indextoname(a->in.oif, a->iifname))
		return false;
	a->family = family;
	a->src = *src;
	return true;
}

static enum nat_answer ask(void *ctx, const struct look_flow *flow, const struct look_address *to)
{
	struct asking *a = ctx;
	struct nat_question q = { .family = flow->flow.family, .tuple = flow->flow.orig };

	a->is_late |= clock_mono_ns() >= a->until_ns;
	/* The rules see what DNAT has made of the destination. */
	q.tuple.dst = flow->flow.reply.src;
	q.tuple.dport = flow->flow.reply.sport;
	if (a->is_late || !find_way_in(a, q.family, &q.tuple.src))
		return NAT_MAYBE;
	q.iif = a->in.oif;
	q.oif = to->ifindex;
	snprintf(q.iifname, sizeof(q.iifname), "%s", a->iifname);
	snprintf(q.oifname, sizeof(q.oifname), "%s", to->ifname);
	return nat_rules_ask_masquerade(a->rules, &q);
}

static void read_live(struct look *look)
{
	struct asking asking = { .rules = nat_rules_read() };
	unsigned int kinds = 0;

	if (!asking.rules) {
		look_lacks(look, LOOK_RULES, "cannot read the ruleset: %s%s", strerror(errno),
			   errno == EPERM ? "; run it as root" : "");
	} else {
		kinds = nat_rules_kinds(asking.rules);
		asking.routes = routes_open();
		asking.until_ns = clock_mono_ns() + ASK_NS; /* reading them may take long */
	}
	look->has_masquerade = kinds & NAT_KIND_MASQUERADE;
	snprintf(look->masquerade.text, sizeof(look->masquerade.text), "%s",
		 look->has_masquerade ? "a rule of the NAT tables masquerades" : "");
	judge_all(look, kinds, ask, &asking);
	routes_close(asking.routes);
	nat_rules_free((struct nat_rules *)asking.rules);
}

/* ---- a bundle's ---- */

static enum nat_answer ask_lines(void *ctx, const struct look_flow *flow,
				 const struct look_address *to)
{
	(void)to;
	return rule_lines_ask(ctx, flow->flow.family, &flow->flow.reply.dst);
}

static void take_rules(struct look *look, FILE *file, struct look_place *place,
		       struct rule_lines *lines)
{
	char line[LINE_BYTES];

	while (fgets(line, sizeof(line), file)) {
		place->line++;
		line[strcspn(line, "\n")] = '\0';
		if (rule_lines_take(lines, line) != NAT_KIND_MASQUERADE)
			continue;
		look->masquerade.place = *place;
		snprintf(look->masquerade.text, sizeof(look->masquerade.text), "%.150s",
			 line + strspn(line, " \t"));
	}
}

static void read_bundle(struct look *look, const struct node_files *files)
{
	static const char *const commands[][2] = {
		{ "firewall_tables/nft_*list_ruleset", NULL },
		{ "firewall_tables/iptables_-t_nat_*", NULL },
		{ "firewall_tables/ip6tables_-t_nat_*", NULL },
	};
	struct rule_lines lines = { .kinds = 0 };
	size_t read = 0;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		struct look_place place;
		FILE *file = node_command_open(files, commands[i], &place);

		if (!file)
			continue;
		read++;
		take_rules(look, file, &place, &lines);
		fclose(file);
	}
	if (!read)
		look_lacks(look, LOOK_RULES,
			   "the bundle has no sos_commands/firewall_tables/nft_list_ruleset");
	look->has_masquerade = lines.kinds & NAT_KIND_MASQUERADE;
	judge_all(look, lines.kinds, ask_lines, &lines);
}

void read_rules(struct look *look, const struct node_files *files)
{
	if (files->is_live)
		read_live(look);
	else
		read_bundle(look, files);
}
