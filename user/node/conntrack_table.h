/* SPDX-License-Identifier: GPL-2.0-only */
/* The TCP entries of the connection tracker, as they are now. */
#ifndef RSTBLAME_NODE_CONNTRACK_TABLE_H
#define RSTBLAME_NODE_CONNTRACK_TABLE_H

#include "model/flow.h"

struct conntrack_row {
	struct tuple tuple;
	uint8_t family;
};

struct conntrack_table {
	struct conntrack_row *rows; /* both tuples of each entry, sorted */
	size_t count, size;
	size_t entries;
	int err;
};

/* Reads those of the namespace that the calling thread is in, all zones. 0, or
 * -errno: -EOPNOTSUPP where it cannot be read without loading a module. A node that
 * tracks nothing has an empty table. */
int conntrack_table_read(struct conntrack_table *out);
void conntrack_table_release(struct conntrack_table *table);

/* Whether it knows that tuple, in either direction. */
bool conntrack_table_knows(const struct conntrack_table *table, uint8_t family,
			   const struct tuple *tuple);

/* Whether one of ctnetlink's entries is of TCP. */
struct nlmsghdr;
bool conntrack_is_tcp(const struct nlmsghdr *message);

/* One line of /proc/net/nf_conntrack. False for one that is no TCP entry. */
bool conntrack_parse_line(const char *line, struct flow *out);

#endif
