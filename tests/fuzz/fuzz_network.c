// SPDX-License-Identifier: GPL-2.0-only
/* Answers of sock_diag and rtnetlink, and lines of IPVS: sockets, a route, an interface's
 * VRF, addresses that are removed, virtual services. The first byte says which. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "answers.h"
#include "node/address_monitor.h"
#include "node/netlink.h"
#include "node/routes.h"
#include "node/sockets.h"
#include "node/virtual_services.h"
#include "node/vrf.h"
#include "victims/standing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void list_sockets(void)
{
	struct sockets sockets = { 0 };

	sockets_list(&sockets, 1, SOCKETS_OPEN);
	for (size_t i = 0; i < sockets.count; i++)
		sockets.rows[i].tag = (uint32_t)i / 2;
	standing_choose(&sockets, NULL);
	for (size_t i = 1; i < sockets.count; i++)
		if (sockets.rows[i - 1].tag == sockets.rows[i].tag)
			abort();
	sockets_release(&sockets);
}

/* A socket that is found is the one that was asked for. */
static void look_up_sockets(void)
{
	struct socket_row rows[] = {
		{ .family = AF_INET, .tuple = { .sport = 51710, .dport = 6379 } },
		{ .family = AF_INET6, .tuple = { .sport = 51710, .dport = 6379 } },
	};

	sockets_look_up_all(rows, 2);
	sockets_find_bound(rows, 2);
	for (size_t i = 0; i < 2; i++)
		if (rows[i].tuple.sport != 51710 || rows[i].tuple.dport != 6379 ||
		    (rows[i].state == SOCKET_NONE && rows[i].inode))
			abort();
}

static void ask_route(void)
{
	const struct address dst = { { 10, 9, 0, 2 } }, src = { { 10, 88, 0, 2 } };
	struct routes *routes = routes_open();
	struct route route;

	if (routes_ask(routes, AF_INET, &dst, &src, 2, &route) > 0)
		abort();
	routes_close(routes);
}

static void ask_vrf(void)
{
	char name[VRF_NAME_BYTES];

	if (vrf_of("eth0", name) && !memchr(name, '\0', sizeof(name)))
		abort();
}

static void take_address(void *ctx, uint8_t family, uint32_t ifindex, const struct address *local)
{
	unsigned int *sum = ctx;

	*sum += family + ifindex;
	for (size_t i = 0; i < sizeof(local->bytes); i++)
		*sum += local->bytes[i];
}

static void read_addresses(void)
{
	unsigned int sum = 0;

	address_monitor_read(address_monitor_open(), take_address, &sum);
}

static void read_services(const uint8_t *data, size_t size)
{
	char *line = strndup((const char *)data, size); /* ASan watches its end */
	struct virtual_service service;

	if (virtual_service_parse(line, &service) && service.family != AF_INET &&
	    service.family != AF_INET6)
		abort();
	free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const kinds[])(void) = { list_sockets, look_up_sockets, ask_route, ask_vrf,
					       read_addresses };

	if (!size)
		return 0;
	answers_begin(data + 1, size - 1);
	if (data[0] % 6 == 5)
		read_services(data + 1, size - 1);
	else
		kinds[data[0] % 6]();
	answers_end();
	return 0;
}
