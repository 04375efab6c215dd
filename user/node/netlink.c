// SPDX-License-Identifier: GPL-2.0-only
#include "node/netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

/* What a dump asks the kernel for at a time: fewer calls than with the least. */
enum { ANSWER_BYTES = 64 * 1024 };

struct mnl_socket *netlink_open(int bus, int flags)
{
	struct mnl_socket *nl = mnl_socket_open2(bus, SOCK_CLOEXEC | flags);

	if (nl && mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID)) {
		int err = errno;

		mnl_socket_close(nl);
		nl = NULL;
		errno = err;
	}
	return nl;
}

struct nlmsghdr *netlink_netfilter(void *buf, unsigned int subsystem, unsigned int type,
				   unsigned int flags, uint8_t family)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	struct nfgenmsg *nf;

	h->nlmsg_type = (uint16_t)(subsystem << 8 | type);
	h->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	nf = mnl_nlmsg_put_extra_header(h, sizeof(*nf));
	*nf = (struct nfgenmsg){ .nfgen_family = family, .version = NFNETLINK_V0 };
	return h;
}

int netlink_ask(struct mnl_socket *nl, const struct nlmsghdr *request, mnl_cb_t take, void *data)
{
	/* Too large for a thread's stack. */
	static _Thread_local _Alignas(8) char buf[ANSWER_BYTES];
	const unsigned int seq = request->nlmsg_seq;
	int got = MNL_CB_OK;

	if (mnl_socket_sendto(nl, request, request->nlmsg_len) < 0)
		return -errno;
	while (got > MNL_CB_STOP) {
		ssize_t len = mnl_socket_recvfrom(nl, buf, sizeof(buf));

		got = len < 0 ? -1 : mnl_cb_run(buf, (size_t)len, seq, 0, take, data);
		if (got < 0)
			return -errno;
	}
	return 0;
}

const struct nlattr *netlink_find(const struct nlmsghdr *message, size_t header_bytes,
				  uint16_t type)
{
	const struct nlattr *attr;

	netlink_for_each(attr, mnl_nlmsg_get_payload_offset(message, header_bytes),
			 mnl_nlmsg_get_payload_tail(message))
	{
		if (mnl_attr_get_type(attr) == type)
			return attr;
	}
	return NULL;
}

const struct nlattr *netlink_find_in(const struct nlattr *nest, uint16_t type)
{
	const struct nlattr *attr;

	if (!nest)
		return NULL;
	netlink_for_each_in(attr, nest)
	{
		if (mnl_attr_get_type(attr) == type)
			return attr;
	}
	return NULL;
}

static bool get(const struct nlattr *attr, void *out, size_t size)
{
	if (!attr || mnl_attr_get_payload_len(attr) < size)
		return false;
	memcpy(out, mnl_attr_get_payload(attr), size);
	return true;
}

uint8_t netlink_u8(const struct nlattr *attr, uint8_t fallback)
{
	uint8_t value;

	return get(attr, &value, sizeof(value)) ? value : fallback;
}

uint16_t netlink_be16(const struct nlattr *attr, uint16_t fallback)
{
	uint16_t value;

	return get(attr, &value, sizeof(value)) ? ntohs(value) : fallback;
}

uint32_t netlink_u32(const struct nlattr *attr, uint32_t fallback)
{
	uint32_t value;

	return get(attr, &value, sizeof(value)) ? value : fallback;
}

uint32_t netlink_be32(const struct nlattr *attr, uint32_t fallback)
{
	uint32_t value;

	return get(attr, &value, sizeof(value)) ? ntohl(value) : fallback;
}

const char *netlink_text(const struct nlattr *attr)
{
	if (!attr || !memchr(mnl_attr_get_payload(attr), '\0', mnl_attr_get_payload_len(attr)))
		return "";
	return mnl_attr_get_payload(attr);
}

uint8_t netlink_netfilter_family(const struct nlmsghdr *message)
{
	const struct nfgenmsg *nf = mnl_nlmsg_get_payload(message);

	return mnl_nlmsg_get_payload_len(message) < sizeof(*nf) ? AF_UNSPEC : nf->nfgen_family;
}
