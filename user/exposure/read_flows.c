// SPDX-License-Identifier: GPL-2.0-only
/* Conntrack's table as it is now, in one walk that changes nothing. */
#include <netinet/in.h> /* before the kernel's headers, which then leave out theirs */

#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <string.h>
#include <sys/socket.h>

#include "exposure/flow_line.h"
#include "exposure/read.h"
#include "node/built_in.h"
#include "node/conntrack_get.h"
#include "node/netlink.h"

/* 40 MB. */
enum { FLOWS_MAX = 400000, LINE_BYTES = 1024 };

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

/* ---- a bundle's ---- */

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
}

void read_flows(struct look *look, const struct node_files *files)
{
	if (!files->is_live) {
		read_bundle(look, files);
		return;
	}
	read_live(look, files);
}
