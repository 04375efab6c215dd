// SPDX-License-Identifier: GPL-2.0-only
/* Who listens on the port of a refused SYN, and what kept it from him. */
#include <stdio.h>
#include <sys/socket.h>

#include "base/utf8.h"
#include "summary/phrases.h"

bool is_listener_found(const struct victim *v)
{
	return v->role == VICTIM_LISTENER && v->look == LOOK_FOUND;
}

const char *describe_device(const struct victim *v, char *buf, size_t size)
{
	char name[80];

	if (v->bound_ifname[0])
		snprintf(buf, size, "device %s",
			 utf8_printable(v->bound_ifname, name, sizeof(name)));
	else
		snprintf(buf, size, "device number %u", v->bound_ifindex);
	return buf;
}

const char *describe_listening(const struct victim *v, uint16_t port, char *buf, size_t size)
{
	char who[DESCRIBE_BYTES / 2], address[ADDRESS_TEXT_BYTES], netns[80];

	describe_actor(&v->process, who, sizeof(who));
	address_format(&v->listens_on, v->listens_family, address, sizeof(address));
	utf8_printable(v->netns_name, netns, sizeof(netns));
	snprintf(buf, size, "%s%s%s listens on %s port %u", who, *netns ? " in " : "", netns,
		 address, port);
	return buf;
}

/* Why that did not serve the packet; to follow describe_listening(). */
static void describe_why(const struct reset_observation *reset, char *buf, size_t size)
{
	const struct victim *v = &reset->victim;
	char device[96], vrf[80], ifname[80], to[ADDRESS_TEXT_BYTES];

	utf8_printable(v->vrf, vrf, sizeof(vrf));
	utf8_printable(reset->ifname, ifname, sizeof(ifname));
	address_format(&reset->packet.dst, reset->family, to, sizeof(to));
	switch ((enum barrier)v->barrier) {
	case BARRIER_DEVICE:
		snprintf(buf, size, " of %s; the packet came in by %s",
			 describe_device(v, device, sizeof(device)), *ifname ? ifname : "another");
		return;
	case BARRIER_VRF:
		snprintf(
			buf, size,
			" in no VRF; the packet came in by VRF %s (net.ipv4.tcp_l3mdev_accept is 0)",
			vrf);
		return;
	case BARRIER_V6ONLY:
		snprintf(buf, size, " for IPv6 only (IPV6_V6ONLY); the packet is IPv4");
		return;
	case BARRIER_V4ONLY:
		snprintf(buf, size, " for IPv4 only; the packet is IPv6");
		return;
	case BARRIER_LOOPBACK:
		snprintf(buf, size, ", for this host itself only; the packet came to %s", to);
		return;
	case BARRIER_ADDRESS:
		snprintf(buf, size, "; the packet came to %s", to);
		return;
	case BARRIER_UNKNOWN:
		snprintf(buf, size, "; what it is bound to is not known");
		return;
	case BARRIER_NONE:
	case BARRIERS:
		break;
	}
	snprintf(buf, size, " by now, and did not when the packet came");
}

const char *describe_listener(const struct reset_observation *reset, char *buf, size_t size)
{
	char listening[DESCRIBE_BYTES / 2 + 128], why[192];

	buf[0] = '\0';
	if (!is_listener_found(&reset->victim))
		return buf;
	describe_listening(&reset->victim, reset->packet.dport, listening, sizeof(listening));
	describe_why(reset, why, sizeof(why));
	snprintf(buf, size, "%s%s", listening, why);
	return buf;
}
