/* SPDX-License-Identifier: GPL-2.0-only */
/* Virtual routing domains: what comes in by an interface that is in one is for the sockets
 * of that VRF, and others do not get it (inet_sk_bound_dev_eq(), include/net/inet_sock.h;
 * net.ipv4.tcp_l3mdev_accept). */
#ifndef RSTBLAME_NODE_VRF_H
#define RSTBLAME_NODE_VRF_H

#include <stdbool.h>

enum { VRF_NAME_BYTES = 16 };

/* The VRF that the interface is, or is in, in the calling thread's namespace. False: in
 * none, or it could not be asked. */
bool vrf_of(const char *ifname, char out[VRF_NAME_BYTES]);

#endif
