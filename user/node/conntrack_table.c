// SPDX-License-Identifier: GPL-2.0-only
#include "node/conntrack_table.h"

#include <netinet/in.h> /* before the kernel's headers, which then leave out theirs */

#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/array.h"
#include "node/conntrack_get.h"
#include "node/netlink.h"

enum { LINE_BYTES = 1024 };

void conntrack_table_release(struct conntrack_table *t)
{
	free(t->rows);
	memset(t, 0, sizeof(*t));
}

static void add(struct conntrack_table *t, const struct flow *flow)
{
	if (!array_reserve(&t->rows, &t->size, t->count + 2, sizeof(*t->rows))) {
		t->err = -ENOMEM;
		return;
	}
	/* Zeroed: compared as bytes. */
	memset(&t->rows[t->count], 0, 2 * sizeof(*t->rows));
	t->rows[t->count].family = t->rows[t->count + 1].family = flow->family;
	t->rows[t->count++].tuple = flow->orig;
	t->rows[t->count++].tuple = flow->reply;
	t->entries++;
}

static int compare(const void *a, const void *b)
{
	const struct conntrack_row *x = a, *y = b;

	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	return memcmp(&x->tuple, &y->tuple, sizeof(x->tuple));
}

bool conntrack_table_knows(const struct conntrack_table *t, uint8_t family,
			   const struct tuple *tuple)
{
	const struct conntrack_row key = { .tuple = *tuple, .family = family };

	return t->count && bsearch(&key, t->rows, t->count, sizeof(key), compare);
}

/* ---- ctnetlink ---- */

bool conntrack_is_tcp(const struct nlmsghdr *h)
{
	const struct nlattr *orig = netlink_find(h, sizeof(struct nfgenmsg), CTA_TUPLE_ORIG);
	const struct nlattr *proto = netlink_find_in(orig, CTA_TUPLE_PROTO);

	return netlink_u8(netlink_find_in(proto, CTA_PROTO_NUM), 0) == IPPROTO_TCP;
}

static int take_entry(const struct nlmsghdr *h, void *data)
{
	struct conntrack_table *t = data;
	struct flow flow;

	if (conntrack_is_tcp(h)) {
		conntrack_get_parse(h, &flow);
		add(t, &flow);
	}
	return t->err ? MNL_CB_STOP : MNL_CB_OK;
}

static int read_by_netlink(struct conntrack_table *t)
{
	struct mnl_socket *nl = netlink_open(NETLINK_NETFILTER, 0);
	_Alignas(8) char buf[64];
	int err;

	if (!nl)
		return -errno;
	err = netlink_ask(nl,
			  netlink_netfilter(buf, NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET,
					    NLM_F_DUMP, AF_UNSPEC),
			  take_entry, t);
	mnl_socket_close(nl);
	return t->err ? t->err : err;
}

/* ---- /proc ---- */

static const char *take_tuple(const char *text, struct tuple *out, uint8_t *family)
{
	static const char *const keys[] = { "src=", "dst=", "sport=", "dport=" };
	char word[64];

	for (size_t i = 0; i < 4; i++) {
		const char *at = strstr(text, keys[i]);

		if (!at || sscanf(at + strlen(keys[i]), "%63s", word) != 1)
			return NULL;
		if (i < 2)
			*family = (uint8_t)address_parse(word, i ? &out->dst : &out->src);
		else
			*(i == 2 ? &out->sport : &out->dport) = (uint16_t)atoi(word);
		text = at + strlen(keys[i]);
	}
	return text;
}

bool conntrack_parse_line(const char *line, struct flow *out)
{
	char l3[16], l4[16];

	memset(out, 0, sizeof(*out));
	if (sscanf(line, "%15s %*s %15s", l3, l4) != 2 || strcmp(l4, "tcp") != 0)
		return false;
	line = take_tuple(line, &out->orig, &out->family);
	return line && take_tuple(line, &out->reply, &out->family) && out->family;
}

static int read_proc(struct conntrack_table *t)
{
	FILE *file = fopen("/proc/thread-self/net/nf_conntrack", "re");
	char line[LINE_BYTES];
	struct flow flow;

	if (!file) /* nothing tracks, or it is not told here */
		return access("/proc/sys/net/netfilter/nf_conntrack_max", F_OK) ? 0 : -EOPNOTSUPP;
	while (!t->err && fgets(line, sizeof(line), file))
		if (conntrack_parse_line(line, &flow))
			add(t, &flow);
	fclose(file);
	return t->err;
}

int conntrack_table_read(struct conntrack_table *t)
{
	int err;

	memset(t, 0, sizeof(*t));
	err = conntrack_get_is_there() ? read_by_netlink(t) : read_proc(t);
	if (t->count)
		qsort(t->rows, t->count, sizeof(*t->rows), compare);
	return err;
}
