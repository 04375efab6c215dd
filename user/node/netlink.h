/* SPDX-License-Identifier: GPL-2.0-only */
/* Questions to the kernel over netlink. */
#ifndef RSTBLAME_NODE_NETLINK_H
#define RSTBLAME_NODE_NETLINK_H

#include <libmnl/libmnl.h>
#include <stdint.h>

/* A socket of that bus (NETLINK_ROUTE, …) in the calling thread's namespace, where it
 * stays and which it keeps alive; `flags` as SOCK_NONBLOCK. NULL and errno. The caller
 * closes it with mnl_socket_close(). */
struct mnl_socket *netlink_open(int bus, int flags);

/* Begins a request of nfnetlink in `buf`: `type` is a message of that subsystem, `flags`
 * goes with NLM_F_REQUEST. */
struct nlmsghdr *netlink_netfilter(void *buf, unsigned int subsystem, unsigned int type,
				   unsigned int flags, uint8_t family);

/* Sends `request` and hands each message of the answer to `take`, until the list (or the
 * acknowledgement) ends or `take` returns MNL_CB_STOP; NULL takes none. 0, or -errno: of the
 * socket, or what the kernel answered. */
int netlink_ask(struct mnl_socket *nl, const struct nlmsghdr *request, mnl_cb_t take, void *data);

/* The first attribute of that type behind a message's own header, or in another attribute.
 * NULL when there is none, or `nest` is NULL. */
const struct nlattr *netlink_find(const struct nlmsghdr *message, size_t header_bytes,
				  uint16_t type);
const struct nlattr *netlink_find_in(const struct nlattr *nest, uint16_t type);

/* What an attribute holds: a number in this machine's order, or (be) in the network's; a text
 * that ends within it. `fallback`, or "", where it is NULL or shorter: libmnl's own getters
 * do not look. */
uint8_t netlink_u8(const struct nlattr *attr, uint8_t fallback);
uint16_t netlink_be16(const struct nlattr *attr, uint16_t fallback);
uint32_t netlink_u32(const struct nlattr *attr, uint32_t fallback);
uint32_t netlink_be32(const struct nlattr *attr, uint32_t fallback);
const char *netlink_text(const struct nlattr *attr);

/* The family of one of nfnetlink's messages; AF_UNSPEC of one that is too short. */
uint8_t netlink_netfilter_family(const struct nlmsghdr *message);

/* libmnl's own loop narrows a length without saying so. */
#define netlink_for_each(attr, begin, end)                                                         \
	for ((attr) = (begin);                                                                     \
	     mnl_attr_ok((attr), (int)((const char *)(end) - (const char *)(attr)));               \
	     (attr) = mnl_attr_next(attr))
#define netlink_for_each_in(attr, nest)                                                            \
	netlink_for_each(attr, mnl_attr_get_payload(nest),                                         \
			 (const char *)mnl_attr_get_payload(nest) +                                \
				 mnl_attr_get_payload_len(nest))

#endif
