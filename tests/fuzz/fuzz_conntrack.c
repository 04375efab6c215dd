// SPDX-License-Identifier: GPL-2.0-only
/* Answers of ctnetlink: the whole table, a walk of it, one question, and a sample that is
 * looked for again. The first byte says which. */
#include <linux/netfilter/nfnetlink.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "answers.h"
#include "base/clock.h"
#include "node/conntrack_get.h"
#include "node/conntrack_here.h"
#include "node/conntrack_list.h"
#include "node/conntrack_table.h"
#include "node/entry_sample.h"
#include "node/netlink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* node/conntrack_here.c's: what asks it need not be on a node that tracks. */
uint64_t conntrack_here_count(void)
{
	return 1;
}

struct conntrack_here *conntrack_here_open(uint32_t netns, uint64_t until_ns)
{
	(void)netns, (void)until_ns;
	return NULL;
}

void conntrack_here_close(struct conntrack_here *here)
{
	(void)here;
}

enum lookup conntrack_here_ask(struct conntrack_here *here, uint8_t family,
			       const struct tuple *tuple, struct flow *entry)
{
	(void)here, (void)family, (void)tuple, (void)entry;
	return LOOKUP_NONE;
}

/* What was read is known, by either direction. */
static void read_table(void)
{
	struct conntrack_table table;

	if (!conntrack_table_read(&table) && table.count != table.entries * 2)
		abort();
	for (size_t i = 0; i < table.count; i++)
		if (!conntrack_table_knows(&table, table.rows[i].family, &table.rows[i].tuple))
			abort();
	conntrack_table_release(&table);
}

static void walk(void)
{
	struct mnl_socket *nl = netlink_open(NETLINK_NETFILTER, 0);
	struct conntrack_list list = { 0 };
	struct flow entry;

	conntrack_list_read(&list, nl, 1, AF_INET, clock_mono_ns() + NSEC_PER_SEC);
	for (size_t i = 0; i < list.rows_count; i++)
		if (conntrack_list_find(&list, 1, AF_INET, &list.rows[i].tuple, list.begun_ns,
					&entry) != LOOKUP_ALIVE)
			abort();
	conntrack_list_release(&list);
	mnl_socket_close(nl);
}

static void ask(void)
{
	const struct tuple tuple = { .sport = 51710, .dport = 6379 };
	struct mnl_socket *nl = netlink_open(NETLINK_NETFILTER, SOCK_NONBLOCK);
	struct flow entry;
	enum lookup answer = conntrack_ask(nl, 1, AF_INET, &tuple, &entry);

	if (answer != LOOKUP_ALIVE && answer != LOOKUP_ABSENT && answer != LOOKUP_NONE)
		abort();
	mnl_socket_close(nl);
}

static void sample(void)
{
	struct entry_sample sample = { 0 };

	entry_sample_take(&sample, 1);
	if (sample.count > ENTRY_SAMPLE_MAX)
		abort();
	entry_sample_release(&sample);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const kinds[])(void) = { read_table, walk, ask, sample };

	if (!size)
		return 0;
	answers_begin(data + 1, size - 1);
	kinds[data[0] % 4]();
	answers_end();
	return 0;
}
