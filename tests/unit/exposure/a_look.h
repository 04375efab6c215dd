/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Looks out of words. The cast: containers behind br0 talk to 10.9.0.2 through a node that
 * masquerades them to 10.9.0.1 on up0, an address that systemd-networkd has leased.
 */
#ifndef RSTBLAME_TESTS_A_LOOK_H
#define RSTBLAME_TESTS_A_LOOK_H

#include "cast/make.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "exposure/finding.h"

/* A node with up0 and its leased 10.9.0.1, a lease of an hour with half of it left, and
 * masquerade. */
static inline void look_make(struct look *look)
{
	struct look_link *link;
	struct look_address *address;

	memset(look, 0, sizeof(*look));
	look->is_live = true;
	look->systemd_version = 252;
	look->has_masquerade = true;
	look_set_value(look, "net.netfilter.nf_conntrack_tcp_timeout_established", 432000);
	link = look_add_link(look);
	link->ifindex = UP0;
	strcpy(link->ifname, "up0");
	link->manager = MANAGER_NETWORKD;
	strcpy(link->place.path, "/run/systemd/network/10-up0.network");
	link->keep = KEEP_NO;
	link->lease = (struct look_lease){ .is_known = true,
					   .family = AF_INET,
					   .address = make_ip("10.9.0.1"),
					   .server = "10.9.0.2",
					   .lifetime_s = 3600,
					   .renew_s = 1800,
					   .rebind_s = 3150,
					   .place = { "/run/systemd/netif/leases/3", 0 } };
	address = look_add_address(look);
	address->address = make_ip("10.9.0.1");
	address->family = AF_INET;
	address->prefix_bits = 24;
	address->ifindex = UP0;
	strcpy(address->ifname, "up0");
	address->valid_s = 1900;
}

/* One more established flow of that port, masqueraded to 10.9.0.1, idle for 100 s, with its
 * socket in `process` (0: none was found). */
static inline struct look_flow *look_flow_add(struct look *look, uint16_t port, uint32_t process)
{
	struct look_flow *flow = look_add_flow(look);
	struct look_socket *socket;

	flow->flow = masqueraded(port);
	flow->protocol = IPPROTO_TCP;
	flow->tcp_state = TRACKER_ESTABLISHED;
	flow->timeout_s = 431900;
	flow->status = 1 << 1 | 1 << 2; /* SEEN_REPLY, ASSURED */
	flow->masqueraded = NAT_YES;
	if (!process)
		return flow;
	socket = look_add_socket(look);
	socket->row = (struct socket_row){ .family = AF_INET,
					   .tuple = flow->flow.orig,
					   .state = SOCKET_ESTABLISHED,
					   .timer = SOCKET_TIMER_NONE };
	socket->process = process;
	flow->socket = (uint32_t)look->sockets_count;
	return flow;
}

/* Its number. */
static inline uint32_t look_process_add(struct look *look, uint32_t pid, const char *comm,
					const char *container)
{
	struct look_process *p = look_add_process(look);

	p->pid = pid;
	strcpy(p->comm, comm);
	strcpy(p->container, container);
	strcpy(p->container_name, container);
	return (uint32_t)look->processes_count;
}

static inline bool lines_have(const struct exposed_lines *lines, const char *words)
{
	for (size_t i = 0; i < lines->count; i++)
		if (strstr(lines->lines[i], words))
			return true;
	return false;
}

#endif
