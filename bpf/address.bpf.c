// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses that come and go, and links that go down.
 *
 * All of these run in the notifier chain, in the context of whoever asked:
 * `current` is the actor unless it is a kernel thread (lifetime expiry, namespace
 * exit) or, of IPv6 addresses, a softirq (a router advertisement). Rate: rare, or as an
 * unprivileged user likes in a namespace of his own: each has a budget. Missed: a flush
 * cannot be joined to its address, and the reset is at most `likely`.
 */
#include "budget.bpf.h"

#define NETDEV_UP 1
#define NETDEV_DOWN 2
#define NETDEV_UNREGISTER 6
#define NETDEV_CHANGENAME 11

#define IFA_F_PERMANENT 0x80

#define RTM_NEWADDR 20
#define RTM_DELADDR 21

static __always_inline void fill_device(const struct net_device *dev, __u32 *ifindex, char *ifname)
{
	*ifindex = BPF_CORE_READ(dev, ifindex);
	bpf_probe_read_kernel_str(ifname, EVENT_IFNAME_BYTES, dev->name);
}

/* Looked up, not compared: else the verifier goes through all that comes after once for
 * each outcome. */
static const __u8 address_ops[] = {
	[NETDEV_UP] = EVENT_ADDRESS_ADD,
	[NETDEV_DOWN] = EVENT_ADDRESS_REMOVE,
};
static const __u8 announced_ops[] = {
	[RTM_NEWADDR] = EVENT_ADDRESS_ADD,
	[RTM_DELADDR] = EVENT_ADDRESS_REMOVE,
};
static const __u8 link_ops[] = {
	[NETDEV_UP] = EVENT_LINK_UP,
	[NETDEV_DOWN] = EVENT_LINK_DOWN,
	[NETDEV_UNREGISTER] = EVENT_LINK_UNREGISTER,
	[NETDEV_CHANGENAME] = EVENT_LINK_RENAME,
};

static __always_inline __u8 address_op(unsigned long event)
{
	return event < sizeof(address_ops) ? *(volatile const __u8 *)&address_ops[event] : 0;
}

static __always_inline __u8 link_op(unsigned long event)
{
	return event < sizeof(link_ops) ? *(volatile const __u8 *)&link_ops[event] : 0;
}

/* fib_inetaddr_event() is on the inetaddr chain ahead of masquerade's notifier,
 * in vmlinux, and sees secondaries too. */
static __always_inline int on_address_v4(unsigned long event, const struct in_ifaddr *ifa)
{
	const struct in_device *in_dev = BPF_CORE_READ(ifa, ifa_dev);
	const struct net_device *dev = BPF_CORE_READ(in_dev, dev);
	const struct net *net = BPF_CORE_READ(dev, nd_net.net);
	struct event_address *e;
	__u8 op = address_op(event);
	__u32 netns = read_netns(net);
	bool foreign = is_foreign(net);

	if (!op || !has_state_budget(netns, EVENT_PROBE_ADDRESS_V4, foreign) ||
	    !RESERVE(&state_events, e, EVENT_ADDRESS, EVENT_PROBE_ADDRESS_V4))
		return 0;
	e->netns = netns;
	e->flags = foreign ? EVENT_ADDRESS_FOREIGN : 0;
	e->family = AF_INET;
	e->op = op;
	e->prefix_len = BPF_CORE_READ(ifa, ifa_prefixlen);
	if (BPF_CORE_READ(in_dev, dead))
		e->flags |= EVENT_ADDRESS_DEAD;
	bpf_core_read(e->local, 4, &ifa->ifa_local);
	bpf_core_read(e->address, 4, &ifa->ifa_address);
	e->valid_s = BPF_CORE_READ(ifa, ifa_valid_lft);
	if (BPF_CORE_READ(ifa, ifa_flags) & IFA_F_PERMANENT)
		e->flags |= EVENT_ADDRESS_PERMANENT;
	if (bpf_core_field_exists(ifa->ifa_proto))
		e->protocol = BPF_CORE_READ(ifa, ifa_proto);
	fill_device(dev, &e->ifindex, e->ifname);
	read_sleeping_task(&e->task);
	read_exe(&e->exe);
	bpf_ringbuf_submit(e, 0);
	return 0;
}

static __always_inline int note_address_v6(__u8 op, const struct inet6_ifaddr *ifa)
{
	const struct inet6_dev *idev = BPF_CORE_READ(ifa, idev);
	const struct net_device *dev = BPF_CORE_READ(idev, dev);
	const struct net *net = BPF_CORE_READ(dev, nd_net.net);
	struct event_address *e;
	__u32 netns = read_netns(net);
	bool foreign = is_foreign(net);

	if (!op || !has_state_budget(netns, EVENT_PROBE_ADDRESS_V6, foreign) ||
	    !RESERVE(&state_events, e, EVENT_ADDRESS, EVENT_PROBE_ADDRESS_V6))
		return 0;
	e->netns = netns;
	e->flags = foreign ? EVENT_ADDRESS_FOREIGN : 0;
	e->family = AF_INET6;
	e->op = op;
	e->prefix_len = BPF_CORE_READ(ifa, prefix_len);
	if (BPF_CORE_READ(idev, dead))
		e->flags |= EVENT_ADDRESS_DEAD;
	bpf_core_read(e->local, EVENT_ADDR_BYTES, &ifa->addr);
	bpf_core_read(e->address, EVENT_ADDR_BYTES, &ifa->addr);
	e->valid_s = BPF_CORE_READ(ifa, valid_lft);
	if (BPF_CORE_READ(ifa, flags) & IFA_F_PERMANENT)
		e->flags |= EVENT_ADDRESS_PERMANENT;
	if (bpf_core_field_exists(ifa->ifa_proto))
		e->protocol = BPF_CORE_READ(ifa, ifa_proto);
	fill_device(dev, &e->ifindex, e->ifname);
	read_task(&e->task);
	read_exe(&e->exe);
	bpf_ringbuf_submit(e, 0);
	return 0;
}

static __always_inline int on_address_v6(unsigned long event, const struct inet6_ifaddr *ifa)
{
	return note_address_v6(address_op(event), ifa);
}

/* What announces an address by netlink, ahead of the chain, where the chain's own function is
 * inlined: an address is there once nobody else was found to have it. 0 is a change of its
 * lifetime, or of its flags. */
static __always_inline int on_address_v6_announced(unsigned long event,
						   const struct inet6_ifaddr *ifa)
{
	__u32 message = event;

	return note_address_v6(message < sizeof(announced_ops) ?
				       *(volatile const __u8 *)&announced_ops[message] :
				       0,
			       ifa);
}

static __always_inline int on_link(unsigned long event, const struct netdev_notifier_info *info)
{
	const struct net_device *dev = BPF_CORE_READ(info, dev);
	const struct net *net = BPF_CORE_READ(dev, nd_net.net);
	struct event_link *e;
	__u8 op = link_op(event);
	__u32 netns = read_netns(net);
	bool foreign = is_foreign(net);

	if (!op || !has_state_budget(netns, EVENT_PROBE_LINK, foreign) ||
	    !RESERVE(&state_events, e, EVENT_LINK, EVENT_PROBE_LINK))
		return 0;
	e->op = op;
	e->netns = netns;
	e->flags = foreign ? EVENT_LINK_FOREIGN : 0;
	fill_device(dev, &e->ifindex, e->ifname);
	read_sleeping_task(&e->task);
	read_exe(&e->exe);
	bpf_ringbuf_submit(e, 0);
	return 0;
}

/* Each takes (…, unsigned long event, void *object): the position differs. */
#define NOTIFIER_PROGRAMS(name, symbol, type, event_at, object_at)                                 \
	SEC("?fentry/" symbol)                                                                     \
	int on_##name##_fentry(__u64 *ctx)                                                         \
	{                                                                                          \
		return on_##name(ctx[event_at], (const type *)ctx[object_at]);                     \
	}                                                                                          \
	SEC("?kprobe/" symbol)                                                                     \
	int on_##name##_kprobe(struct pt_regs *ctx)                                                \
	{                                                                                          \
		unsigned long args[] = { PT_REGS_PARM1(ctx), PT_REGS_PARM2(ctx),                   \
					 PT_REGS_PARM3(ctx) };                                     \
		return on_##name(args[event_at], (const type *)args[object_at]);                   \
	}

NOTIFIER_PROGRAMS(address_v4, "fib_inetaddr_event", struct in_ifaddr, 1, 2)
NOTIFIER_PROGRAMS(address_v6, "inet6addr_notifier_call_chain", struct inet6_ifaddr, 0, 1)
NOTIFIER_PROGRAMS(address_v6_announced, "__ipv6_ifa_notify", struct inet6_ifaddr, 0, 1)
NOTIFIER_PROGRAMS(link, "fib_netdev_event", struct netdev_notifier_info, 1, 2)
