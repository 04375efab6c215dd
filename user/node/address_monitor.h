/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hears from rtnetlink which addresses are removed: in the own network namespace, and in
 * those that have an id in it, as both ends of a veth pair have. Announced is each removal
 * that the notifiers hear of, too, but for tentative IPv6 addresses.
 */
#ifndef RSTBLAME_NODE_ADDRESS_MONITOR_H
#define RSTBLAME_NODE_ADDRESS_MONITOR_H

#include <stdbool.h>
#include <stdint.h>

#include "model/flow.h"

struct mnl_socket;

/* Non-blocking. NULL and errno. The caller closes it with mnl_socket_close(). */
struct mnl_socket *address_monitor_open(void);

typedef void (*address_removed_fn)(void *ctx, uint8_t family, uint32_t ifindex,
				   const struct address *local);
/* Calls `take` for each removal that is there to be read. False: some were lost, since it
 * was not read in time. */
bool address_monitor_read(struct mnl_socket *nl, address_removed_fn take, void *ctx);

#endif
