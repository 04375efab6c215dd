// SPDX-License-Identifier: GPL-2.0-only
#include "node/routes.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "node/netlink.h"

struct question {
	struct address dst, src;
	uint32_t iif;
	uint32_t family; /* 0: none was asked yet */
};

/* A thousand connections of a pod to its database are one question. */
enum { ANSWERS = 256 };

struct routes {
	struct mnl_socket *nl;
	struct answer {
		struct question question;
		struct route route;
		int err;
	} answers[ANSWERS]; /* direct-mapped */
};

struct routes *routes_open(void)
{
	struct routes *routes = calloc(1, sizeof(*routes));

	if (!routes)
		return NULL;
	routes->nl = netlink_open(NETLINK_ROUTE, 0);
	if (routes->nl)
		return routes;
	free(routes);
	return NULL;
}

void routes_close(struct routes *routes)
{
	if (!routes)
		return;
	mnl_socket_close(routes->nl);
	free(routes);
}

static void take_gateway(const struct nlattr *attr, uint8_t family, struct route *out)
{
	size_t len = mnl_attr_get_payload_len(attr);
	const uint8_t *data = mnl_attr_get_payload(attr);

	/* RTA_VIA: an IPv6 gateway of an IPv4 route, its family in front. */
	if (mnl_attr_get_type(attr) == RTA_VIA && len > sizeof(uint16_t)) {
		memcpy(&out->gateway_family, data, 1);
		data += sizeof(uint16_t);
		len -= sizeof(uint16_t);
	} else {
		out->gateway_family = family;
	}
	out->has_gateway = true;
	memcpy(out->gateway.bytes, data,
	       len < sizeof(out->gateway.bytes) ? len : sizeof(out->gateway.bytes));
}

static void take_route(const struct nlmsghdr *h, struct route *out)
{
	const struct rtmsg *m = mnl_nlmsg_get_payload(h);
	const struct nlattr *oif = netlink_find(h, sizeof(*m), RTA_OIF);
	const struct nlattr *gateway = netlink_find(h, sizeof(*m), RTA_GATEWAY);

	memset(out, 0, sizeof(*out));
	out->type = m->rtm_type;
	out->oif = netlink_u32(oif, 0);
	if (!gateway)
		gateway = netlink_find(h, sizeof(*m), RTA_VIA);
	if (gateway)
		take_gateway(gateway, m->rtm_family, out);
}

static int read_answer(const struct nlmsghdr *h, ssize_t len, struct route *out)
{
	const size_t payload = mnl_nlmsg_ok(h, (int)len) ? mnl_nlmsg_get_payload_len(h) : 0;
	int err = 0;

	if (payload >= sizeof(struct rtmsg) && h->nlmsg_type == RTM_NEWROUTE) {
		take_route(h, out);
		return 0;
	}
	if (payload >= sizeof(err) && h->nlmsg_type == NLMSG_ERROR)
		memcpy(&err, mnl_nlmsg_get_payload(h), sizeof(err));
	return err < 0 ? err : -EBADMSG;
}

static int ask(struct mnl_socket *nl, const struct question *q, struct route *out)
{
	size_t size = q->family == AF_INET ? 4 : 16;
	_Alignas(8) char buf[8192];
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	struct rtmsg *m;
	ssize_t len;

	h->nlmsg_type = RTM_GETROUTE;
	h->nlmsg_flags = NLM_F_REQUEST;
	m = mnl_nlmsg_put_extra_header(h, sizeof(*m));
	m->rtm_family = (uint8_t)q->family;
	m->rtm_dst_len = (uint8_t)(size * 8);
	mnl_attr_put(h, RTA_DST, size, q->dst.bytes);
	if (q->iif) {
		m->rtm_src_len = (uint8_t)(size * 8);
		mnl_attr_put(h, RTA_SRC, size, q->src.bytes);
		mnl_attr_put_u32(h, RTA_IIF, q->iif);
	}
	if (mnl_socket_sendto(nl, h, h->nlmsg_len) < 0 ||
	    (len = mnl_socket_recvfrom(nl, buf, sizeof(buf))) < 0)
		return -errno;
	return read_answer((const void *)buf, len, out);
}

static struct answer *place_of(struct routes *routes, const struct question *q)
{
	const uint8_t *bytes = (const uint8_t *)q;
	uint32_t hash = 2166136261U; /* FNV-1a */

	for (size_t i = 0; i < sizeof(*q); i++)
		hash = (hash ^ bytes[i]) * 16777619U;
	return &routes->answers[(hash >> 16 ^ hash) % ANSWERS];
}

int routes_ask(struct routes *routes, uint8_t family, const struct address *dst,
	       const struct address *src, uint32_t iif, struct route *out)
{
	struct question q = { .dst = *dst, .iif = iif, .family = family };
	struct answer *answer;

	if (iif)
		q.src = *src;
	answer = place_of(routes, &q);
	if (memcmp(&answer->question, &q, sizeof(q)) != 0) {
		answer->question = q;
		answer->route = (struct route){ 0 };
		answer->err = ask(routes->nl, &q, &answer->route);
	}
	*out = answer->route;
	return answer->err;
}
