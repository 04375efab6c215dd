// SPDX-License-Identifier: GPL-2.0-only
/* Conntrack's table as it is now, in one walk that changes nothing, and which of the flows in it
 * are masqueraded to an address of the node. */
#include <netinet/in.h> /* before the kernel's headers, which then leave out theirs */

#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "exposure/flow_line.h"
#include "exposure/read.h"
#include "node/built_in.h"
#include "node/conntrack_get.h"
#include "node/netlink.h"
#include "node/routes.h"

/* 40 MB. */
enum { FLOWS_MAX = 400000, LINE_BYTES = 1024 };
/* For asking the rules, where they have both masquerade and SNAT. */
#define ASK_NS (300 * NSEC_PER_MSEC)

static bool is_full(struct look *look)
{
	if (look->flows_count < FLOWS_MAX)
		return false;
	look_lacks(look, LOOK_FLOWS, "conntrack has more than %d entries, which are all it takes",
		   FLOWS_MAX);
	return true;
}

/* ---- this machine's ---- */

static int take_entry(const struct nlmsghdr *h, void *data)
{
	const size_t header = sizeof(struct nfgenmsg);
	const struct nlattr *proto =
		netlink_find_in(netlink_find(h, header, CTA_TUPLE_ORIG), CTA_TUPLE_PROTO);
	const struct nlattr *info =
		netlink_find_in(netlink_find(h, header, CTA_PROTOINFO), CTA_PROTOINFO_TCP);
	struct look *look = data;
	struct look_flow *flow = is_full(look) ? NULL : look_add_flow(look);

	if (!flow)
		return MNL_CB_STOP;
	conntrack_get_parse(h, &flow->flow);
	flow->protocol = netlink_u8(netlink_find_in(proto, CTA_PROTO_NUM), 0);
	flow->tcp_state = netlink_u8(netlink_find_in(info, CTA_PROTOINFO_TCP_STATE), 0);
	flow->status = netlink_be32(netlink_find(h, header, CTA_STATUS), 0);
	flow->timeout_s = netlink_be32(netlink_find(h, header, CTA_TIMEOUT), 0);
	return MNL_CB_OK;
}

static void read_netlink(struct look *look)
{
	struct mnl_socket *nl = netlink_open(NETLINK_NETFILTER, 0);
	_Alignas(8) char buf[64];
	int err = -errno;

	if (nl) {
		err = netlink_ask(nl,
				  netlink_netfilter(buf, NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET,
						    NLM_F_DUMP, AF_UNSPEC),
				  take_entry, look);
		mnl_socket_close(nl);
	}
	if (err)
		look_lacks(look, LOOK_FLOWS, "cannot read conntrack's table: %s%s", strerror(-err),
			   err == -EPERM ? "; run it as root" : "");
}

static void read_lines(struct look *look, FILE *file)
{
	char line[LINE_BYTES];
	struct look_flow flow, *kept;

	while (fgets(line, sizeof(line), file)) {
		if (!flow_parse_line(line, &flow))
			continue;
		kept = is_full(look) ? NULL : look_add_flow(look);
		if (!kept)
			return;
		*kept = flow;
	}
}

static void read_live(struct look *look, const struct node_files *files)
{
	FILE *file;

	if (conntrack_get_is_there()) {
		read_netlink(look);
		return;
	}
	file = node_file_open(files, "/proc/thread-self/net/nf_conntrack");
	if (file) {
		read_lines(look, file);
		fclose(file);
	} else if (node_file_exists(files, "/proc/sys/net/netfilter/nf_conntrack_max")) {
		look_lacks(look, LOOK_FLOWS, "%s",
			   module_can_be_loaded("nf_conntrack_netlink") ?
				   "nf_conntrack_netlink is not loaded, and rstblame never loads "
				   "modules; run modprobe nf_conntrack_netlink first" :
				   "this kernel was built without CONFIG_NF_CT_NETLINK");
	} /* else nothing is tracked */
}

/* ---- masquerade ---- */

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

struct asking {
	const struct nat_rules *rules;
	struct routes *routes;
	uint64_t until_ns;
	bool is_late;
};

static enum nat_answer ask(struct asking *a, const struct look_flow *flow,
			   const struct look_address *to)
{
	struct nat_question q = { .family = flow->flow.family, .tuple = flow->flow.orig };
	struct route in;

	a->is_late |= clock_mono_ns() >= a->until_ns;
	/* The rules see what DNAT has made of the destination. */
	q.tuple.dst = flow->flow.reply.src;
	q.tuple.dport = flow->flow.reply.sport;
	if (a->is_late || !a->routes || routes_ask(a->routes, q.family, &q.tuple.src, NULL, 0, &in))
		return NAT_MAYBE;
	q.iif = in.oif;
	q.oif = to->ifindex;
	if (!if_indextoname(q.iif, q.iifname))
		return NAT_MAYBE;
	snprintf(q.oifname, sizeof(q.oifname), "%s", to->ifname);
	return nat_rules_ask_masquerade(a->rules, &q);
}

/* That they were translated is known; by which kind of rule is asked only where there are
 * both. Without any that is readable it was neither's, maybe. */
static void judge_all(struct look *look, unsigned int kinds, struct asking *asking)
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
			flow->masqueraded =
				(uint8_t)(kinds && asking ? ask(asking, flow, to) : NAT_MAYBE);
	}
}

static void read_rules(struct look *look)
{
	struct asking asking = { .rules = nat_rules_read(), .until_ns = clock_mono_ns() + ASK_NS };
	unsigned int kinds = 0;

	if (!asking.rules) {
		look_lacks(look, LOOK_RULES, "cannot read the ruleset: %s%s", strerror(errno),
			   errno == EPERM ? "; run it as root" : "");
	} else {
		kinds = nat_rules_kinds(asking.rules);
		asking.routes = routes_open();
	}
	look->has_masquerade = kinds & NAT_KIND_MASQUERADE;
	snprintf(look->masquerade.text, sizeof(look->masquerade.text), "%s",
		 look->has_masquerade ? "a rule of the NAT tables masquerades" : "");
	judge_all(look, kinds, &asking);
	routes_close(asking.routes);
	nat_rules_free((struct nat_rules *)asking.rules);
}

/* ---- a bundle's ---- */

static void take_rules(struct look *look, FILE *file, struct look_place *place, unsigned int *kinds)
{
	char line[LINE_BYTES];

	while (fgets(line, sizeof(line), file)) {
		bool is_masquerade = strcasestr(line, "masquerade") != NULL;

		place->line++;
		if (strstr(line, " snat to ") || strstr(line, " SNAT ") || strstr(line, " NETMAP "))
			*kinds |= NAT_KIND_OTHER;
		if (!is_masquerade || line[strspn(line, " \t")] == '#')
			continue;
		*kinds |= NAT_KIND_MASQUERADE;
		look->masquerade.place = *place;
		line[strcspn(line, "\n")] = '\0';
		snprintf(look->masquerade.text, sizeof(look->masquerade.text), "%.150s",
			 line + strspn(line, " \t"));
	}
}

static void read_bundles_rules(struct look *look, const struct node_files *files)
{
	static const char *const commands[][2] = {
		{ "firewall_tables/nft_*list_ruleset", NULL },
		{ "firewall_tables/iptables_-t_nat_*", NULL },
		{ "firewall_tables/ip6tables_-t_nat_*", NULL },
	};
	unsigned int kinds = 0;
	size_t read = 0;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		struct look_place place;
		FILE *file = node_command_open(files, commands[i], &place);

		if (!file)
			continue;
		read++;
		take_rules(look, file, &place, &kinds);
		fclose(file);
	}
	if (!read)
		look_lacks(look, LOOK_RULES,
			   "the bundle has no sos_commands/firewall_tables/nft_list_ruleset");
	look->has_masquerade = kinds & NAT_KIND_MASQUERADE;
	judge_all(look, kinds, NULL);
}

static void read_bundle(struct look *look, const struct node_files *files)
{
	static const char *const commands[] = { "conntrack/conntrack_-L*",
						"networking/conntrack_-L*", NULL };
	struct look_place place;
	FILE *file = node_command_open(files, commands, &place);

	if (!file)
		file = node_file_open(files, "/proc/net/nf_conntrack");
	if (file)
		read_lines(look, file);
	else
		look_lacks(look, LOOK_FLOWS,
			   "the bundle has no sos_commands/conntrack/conntrack_-L_-o_extended");
	if (file)
		fclose(file);
	read_bundles_rules(look, files);
}

void read_flows(struct look *look, const struct node_files *files)
{
	if (!files->is_live) {
		read_bundle(look, files);
		return;
	}
	read_live(look, files);
	read_rules(look);
}
