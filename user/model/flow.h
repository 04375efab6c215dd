/* SPDX-License-Identifier: GPL-2.0-only */
/* Tuples and flows, as conntrack means them. Pure values: no ownership. */
#ifndef RSTBLAME_MODEL_FLOW_H
#define RSTBLAME_MODEL_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An address in network order; IPv4 in the first four bytes, the rest zero. */
struct address {
	uint8_t bytes[16];
};

/* One direction of a connection; ports in host order. */
struct tuple {
	struct address src;
	struct address dst;
	uint16_t sport;
	uint16_t dport;
};

/* A conntrack entry's two tuples. A family of 0 means that there is no flow. */
struct flow {
	uint8_t family; /* AF_INET or AF_INET6 */
	struct tuple orig;
	struct tuple reply;
};

enum { ADDRESS_TEXT_BYTES = 48, ENDPOINT_TEXT_BYTES = 64, TUPLE_TEXT_BYTES = 136 };

bool address_equal(const struct address *a, const struct address *b);
bool address_is_loopback(const struct address *a, uint8_t family); /* 127.0.0.0/8, ::1 */

bool tuple_equal(const struct tuple *a, const struct tuple *b);
struct tuple tuple_inverse(const struct tuple *t);

/* Whether NAT changed anything: the reply is not the plain inverse. Read off the
 * tuples, since IPS_SRC_NAT_DONE is set on every entry that met a NAT hook. */
bool flow_is_translated(const struct flow *f);

/* Both write at most `size` bytes with a terminating NUL and return `buf`. */
const char *address_format(const struct address *a, int family, char *buf, size_t size);
/* "10.9.0.2:6379" or "[fd00::1]:6379" */
const char *endpoint_format(const struct address *a, int family, uint16_t port, char *buf,
			    size_t size);
/* "10.9.0.2:6379 → 10.9.0.1:40112" */
const char *tuple_format(const struct tuple *t, int family, char *buf, size_t size);

/* Reads an address of either family. Returns the family, or 0 when it is none. */
int address_parse(const char *text, struct address *out);

#endif
