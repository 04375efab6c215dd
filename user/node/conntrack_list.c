// SPDX-License-Identifier: GPL-2.0-only
#include "node/conntrack_list.h"

#include <netinet/in.h> /* before the kernel's headers, which then leave out theirs */

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "node/conntrack_get.h"
#include "node/conntrack_table.h"
#include "node/netlink.h"

/* 8 MB; and how often the clock is looked at. */
enum { FLOWS_MAX = 32768, FLOWS_A_LOOK = 64, LINE_BYTES = 1024 };
#define GOOD_NS NSEC_PER_SEC

void conntrack_list_release(struct conntrack_list *list)
{
	free(list->flows);
	free(list->rows);
	memset(list, 0, sizeof(*list));
}

void conntrack_list_begin(struct conntrack_list *list, uint32_t netns, uint8_t family,
			  uint64_t begun_ns)
{
	list->netns = netns;
	list->family = family;
	list->begun_ns = begun_ns;
	list->flows_count = list->rows_count = 0;
	list->is_whole = false;
}

bool conntrack_list_add(struct conntrack_list *list, const struct flow *flow)
{
	const struct tuple *tuples[] = { &flow->orig, &flow->reply };

	if (list->flows_count == FLOWS_MAX ||
	    !array_reserve(&list->flows, &list->flows_size, list->flows_count + 1,
			   sizeof(*list->flows)) ||
	    !array_reserve(&list->rows, &list->rows_size, list->rows_count + 2,
			   sizeof(*list->rows)))
		return false;
	for (size_t i = 0; i < 2; i++)
		list->rows[list->rows_count++] =
			(struct conntrack_list_row){ .tuple = *tuples[i],
						     .flow = (uint32_t)list->flows_count };
	list->flows[list->flows_count++] = *flow;
	return true;
}

static int compare(const void *a, const void *b)
{
	const struct conntrack_list_row *x = a, *y = b;

	return memcmp(&x->tuple, &y->tuple, sizeof(x->tuple));
}

void conntrack_list_end(struct conntrack_list *list, bool is_whole)
{
	list->is_whole = is_whole;
	if (list->rows_count)
		qsort(list->rows, list->rows_count, sizeof(*list->rows), compare);
}

enum lookup conntrack_list_find(const struct conntrack_list *list, uint32_t netns, uint8_t family,
				const struct tuple *tuple, uint64_t seen_ns, struct flow *entry)
{
	const struct conntrack_list_row key = { .tuple = *tuple }, *row = NULL;

	if (!list->begun_ns || list->netns != netns || list->family != family ||
	    list->begun_ns + GOOD_NS < seen_ns)
		return LOOKUP_NONE;
	if (list->rows_count)
		row = bsearch(&key, list->rows, list->rows_count, sizeof(key), compare);
	if (!row)
		return list->is_whole && list->begun_ns >= seen_ns ? LOOKUP_ABSENT : LOOKUP_NONE;
	*entry = list->flows[row->flow];
	return LOOKUP_ALIVE;
}

/* ---- ctnetlink ---- */

struct reading {
	struct conntrack_list *list;
	uint64_t until_ns;
	size_t seen;
	bool is_cut;
};

static bool is_over(struct reading *r)
{
	if (!(r->seen++ % FLOWS_A_LOOK) && clock_mono_ns() >= r->until_ns)
		r->is_cut = true;
	return r->is_cut;
}

static int take_entry(const struct nlmsghdr *h, void *data)
{
	struct reading *r = data;
	struct flow flow;

	if (!is_over(r) && conntrack_is_tcp(h) && !conntrack_is_in_zone(h)) {
		conntrack_get_parse(h, &flow);
		r->is_cut = !conntrack_list_add(r->list, &flow);
	}
	return r->is_cut ? MNL_CB_STOP : MNL_CB_OK;
}

void conntrack_list_read(struct conntrack_list *list, struct mnl_socket *nl, uint32_t netns,
			 uint8_t family, uint64_t until_ns)
{
	struct reading reading = { .list = list, .until_ns = until_ns };
	_Alignas(8) char buf[64];
	int err;

	conntrack_list_begin(list, netns, family, clock_mono_ns());
	err = netlink_ask(nl,
			  netlink_netfilter(buf, NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET,
					    NLM_F_DUMP, family),
			  take_entry, &reading);
	conntrack_list_end(list, !err && !reading.is_cut);
}

/* ---- /proc ---- */

/* False: it cannot be read. Where nothing tracks there is none, and no sysctl either. */
static bool read_lines(struct reading *r)
{
	FILE *file = fopen("/proc/thread-self/net/nf_conntrack", "re");
	char line[LINE_BYTES];
	struct flow flow;

	if (!file)
		return access("/proc/sys/net/netfilter/nf_conntrack_max", F_OK) != 0;
	while (!is_over(r) && fgets(line, sizeof(line), file))
		if (conntrack_parse_line(line, &flow) && flow.family == r->list->family &&
		    !strstr(line, "zone"))
			r->is_cut = !conntrack_list_add(r->list, &flow);
	fclose(file);
	return true;
}

void conntrack_list_read_proc(struct conntrack_list *list, uint32_t netns, uint8_t family,
			      uint64_t until_ns)
{
	struct reading reading = { .list = list, .until_ns = until_ns };
	bool is_read;

	conntrack_list_begin(list, netns, family, clock_mono_ns());
	is_read = read_lines(&reading);
	conntrack_list_end(list, is_read && !reading.is_cut);
}
