// SPDX-License-Identifier: GPL-2.0-only
#include "node/virtual_services.h"

#include <arpa/inet.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "node/netns.h"

#define LIST_PATH "/proc/thread-self/net/ip_vs" /* it is there while ip_vs is loaded */
#define FRESH_NS 1000000000ULL

/* "TCP  0A090001:1B5D rr", "TCP  [fd00:0000:…:0001]:1B5D rr" (ip_vs_info_seq_show()). */
bool virtual_service_parse(const char *line, struct virtual_service *out)
{
	unsigned int address, port;
	char text[INET6_ADDRSTRLEN];

	memset(out, 0, sizeof(*out));
	if (sscanf(line, "TCP %8x:%4x", &address, &port) == 2) {
		out->family = AF_INET;
		address = htonl(address);
		memcpy(out->address.bytes, &address, sizeof(address));
	} else if (sscanf(line, "TCP [%45[0-9a-fA-F:]]:%4x", text, &port) == 2) {
		out->family = AF_INET6;
		if (inet_pton(AF_INET6, text, out->address.bytes) != 1)
			return false;
	} else {
		return false;
	}
	out->port = (uint16_t)port;
	return true;
}

static void read_list(struct virtual_services *services)
{
	FILE *file = fopen(LIST_PATH, "re");
	char line[256];

	services->count = 0;
	while (file && services->count < VIRTUAL_SERVICES_MAX && fgets(line, sizeof(line), file))
		if (virtual_service_parse(line, &services->items[services->count]))
			services->count++;
	if (file)
		fclose(file);
}

/* No socket took it, and it is no new connection. */
static bool does_matter(const struct observation *seen)
{
	const struct reset_observation *r = &seen->reset;

	return seen->type == OBSERVATION_RESET && r->kind == RESET_ANSWER &&
	       r->socket == SOCKET_NONE && !(r->flags & PACKET_SYN);
}

void virtual_services_look(struct virtual_services *services, struct observation *reset)
{
	struct reset_observation *r = &reset->reset;
	uint64_t now_ns = clock_mono_ns();

	if (!does_matter(reset) || access(LIST_PATH, F_OK))
		return;
	if (!services->netns)
		services->netns = netns_own();
	if (reset->netns.inum != services->netns)
		return;
	if (!services->read_ns || now_ns - services->read_ns >= FRESH_NS) {
		services->read_ns = now_ns;
		read_list(services);
	}
	for (size_t i = 0; i < services->count && !r->is_virtual; i++) {
		const struct virtual_service *s = &services->items[i];

		r->is_virtual = s->family == r->family && s->port == r->packet.dport &&
				address_equal(&s->address, &r->packet.dst);
	}
}
