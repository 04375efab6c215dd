// SPDX-License-Identifier: GPL-2.0-only
#include "node/bridge_netfilter.h"

#include <net/if.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "node/netns.h"

#define MODULE_DIR "/proc/sys/net/bridge" /* in each namespace, while br_netfilter is loaded */
#define FRESH_NS (10 * NSEC_PER_MSEC)

/* -1: it cannot be read. */
static int read_switch(const char *path)
{
	FILE *file = fopen(path, "re");
	int value = -1;

	if (file && fscanf(file, "%d", &value) != 1)
		value = -1;
	if (file)
		fclose(file);
	return value;
}

/* Each of the two suffices: br_nf_pre_routing(), net/bridge/br_netfilter_hooks.c. */
static enum bridge_netfilter read_own(uint8_t family, uint32_t ifindex)
{
	const char *tables = family == AF_INET6 ? "ip6tables" : "iptables";
	char path[128], ifname[IF_NAMESIZE];
	int of_all, of_one;

	snprintf(path, sizeof(path), MODULE_DIR "/bridge-nf-call-%s", tables);
	of_all = read_switch(path);
	if (of_all > 0)
		return BRIDGE_NETFILTER_ON;
	if (of_all < 0 || !if_indextoname(ifindex, ifname))
		return BRIDGE_NETFILTER_UNKNOWN;
	snprintf(path, sizeof(path), "/sys/class/net/%s/bridge/nf_call_%s", ifname, tables);
	of_one = read_switch(path);
	return of_one > 0  ? BRIDGE_NETFILTER_ON :
	       of_one == 0 ? BRIDGE_NETFILTER_OFF :
			     BRIDGE_NETFILTER_UNKNOWN;
}

/* /proc/sys shows the reader's own namespace only; that the module is not there holds for all. */
static enum bridge_netfilter read_state(const struct bridge_netfilter_reader *reader)
{
	if (access("/proc/sys/net", F_OK))
		return BRIDGE_NETFILTER_UNKNOWN;
	if (access(MODULE_DIR, F_OK))
		return BRIDGE_NETFILTER_OFF;
	return reader->netns == reader->own_netns ? read_own(reader->family, reader->ifindex) :
						    BRIDGE_NETFILTER_UNKNOWN;
}

static bool is_answered(const struct bridge_netfilter_reader *reader,
			const struct reset_observation *r, uint64_t now_ns)
{
	return reader->read_ns && now_ns - reader->read_ns < FRESH_NS &&
	       reader->netns == r->bridge_netns && reader->ifindex == r->bridge_ifindex &&
	       reader->family == r->family;
}

void bridge_netfilter_look(struct bridge_netfilter_reader *reader, struct observation *reset)
{
	struct reset_observation *r = &reset->reset;
	uint64_t now_ns = clock_mono_ns();

	if (reset->type != OBSERVATION_RESET || !r->bridge_netns)
		return;
	if (!reader->own_netns)
		reader->own_netns = netns_own();
	if (!is_answered(reader, r, now_ns)) {
		reader->read_ns = now_ns;
		reader->netns = r->bridge_netns;
		reader->ifindex = r->bridge_ifindex;
		reader->family = r->family;
		reader->answer = (uint8_t)read_state(reader);
	}
	r->bridge_netfilter = reader->answer;
}
