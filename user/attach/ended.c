// SPDX-License-Identifier: GPL-2.0-only
/* Which connections were seen to end (bpf/state.bpf.c), where a socket is looked for that is not
 * there any more. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attach/private.h"
#include "model/flow.h"

struct ends {
	struct event_connection *keys;
	struct event_socket_end *values;
	__u32 count;
};

static bool read_all(int fd, struct ends *e)
{
	__u32 next;

	/* ENOENT: that was the last of them. */
	return e->keys && e->values &&
	       (!bpf_map_lookup_batch(fd, NULL, &next, e->keys, e->values, &e->count, NULL) ||
		errno == ENOENT);
}

static bool is_of(const struct event_connection *key, const struct event_connection *wanted)
{
	return key->family == wanted->family &&
	       !memcmp(&key->packet, &wanted->packet, sizeof(key->packet));
}

bool loader_ended_since(const struct loader *loader, uint8_t family, const struct tuple *packet,
			uint64_t since_ns)
{
	const struct bpf_map *map = loader->skel->maps.ended_connections;
	struct ends e = { .count = bpf_map__max_entries(map) };
	struct event_connection wanted = { .family = family };
	bool has_ended = false;

	memcpy(wanted.packet.src, packet->src.bytes, sizeof(wanted.packet.src));
	memcpy(wanted.packet.dst, packet->dst.bytes, sizeof(wanted.packet.dst));
	wanted.packet.sport = htons(packet->sport);
	wanted.packet.dport = htons(packet->dport);
	e.keys = calloc(e.count, sizeof(*e.keys));
	e.values = calloc(e.count, sizeof(*e.values));
	if (read_all(bpf_map__fd(map), &e))
		for (__u32 i = 0; i < e.count && !has_ended; i++)
			has_ended = e.values[i].ts_ns > since_ns && is_of(&e.keys[i], &wanted);
	free(e.keys);
	free(e.values);
	return has_ended;
}
