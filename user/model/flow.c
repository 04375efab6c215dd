// SPDX-License-Identifier: GPL-2.0-only
#include "model/flow.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

bool address_equal(const struct address *a, const struct address *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool address_is_loopback(const struct address *a, uint8_t family)
{
	static const struct address one = { .bytes[15] = 1 };

	return family == AF_INET ? a->bytes[0] == 127 : address_equal(a, &one);
}

bool tuple_equal(const struct tuple *a, const struct tuple *b)
{
	return a->sport == b->sport && a->dport == b->dport && address_equal(&a->src, &b->src) &&
	       address_equal(&a->dst, &b->dst);
}

struct tuple tuple_inverse(const struct tuple *t)
{
	return (struct tuple){ .src = t->dst, .dst = t->src, .sport = t->dport, .dport = t->sport };
}

bool flow_is_translated(const struct flow *f)
{
	struct tuple plain = tuple_inverse(&f->orig);

	return !tuple_equal(&plain, &f->reply);
}

const char *address_format(const struct address *a, int family, char *buf, size_t size)
{
	if (!inet_ntop(family, a->bytes, buf, (socklen_t)size))
		snprintf(buf, size, "?");
	return buf;
}

const char *endpoint_format(const struct address *a, int family, uint16_t port, char *buf,
			    size_t size)
{
	char text[ADDRESS_TEXT_BYTES];

	snprintf(buf, size, family == AF_INET6 ? "[%s]:%u" : "%s:%u",
		 address_format(a, family, text, sizeof(text)), port);
	return buf;
}

const char *tuple_format(const struct tuple *t, int family, char *buf, size_t size)
{
	char src[ENDPOINT_TEXT_BYTES], dst[ENDPOINT_TEXT_BYTES];

	snprintf(buf, size, "%s → %s", endpoint_format(&t->src, family, t->sport, src, sizeof(src)),
		 endpoint_format(&t->dst, family, t->dport, dst, sizeof(dst)));
	return buf;
}

int address_parse(const char *text, struct address *out)
{
	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, text, out->bytes) == 1)
		return AF_INET;
	if (inet_pton(AF_INET6, text, out->bytes) == 1)
		return AF_INET6;
	return 0;
}
