// SPDX-License-Identifier: GPL-2.0-only
#include "exposure/read.h"

#include <stdio.h>

typedef void (*read_fn)(struct look *look, const struct node_files *files);

/* In this order: who manages an address is asked once it is known. Sockets come before the
 * table would be better for an audit; here a flow that is new has nothing at stake yet. */
static const read_fn readers[] = {
	read_host,           read_values,       read_addresses,  read_networkd, read_netplan,
	read_networkmanager, read_dhcp_clients, read_keepalived, read_flows,    read_rules,
	read_sockets,        read_containers,   read_filters,    read_counters, read_routes,
	read_flushers,       read_data_paths,
};

void look_read(struct look *look, const struct node_files *files, struct history *history)
{
	look->is_live = files->is_live;
	snprintf(look->root, sizeof(look->root), "%s", files->root);
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++)
		readers[i](look, files);
	history_end(history, look, files);
}
