// SPDX-License-Identifier: GPL-2.0-only
/*
 * Resets that the TCP stack sends in answer to a packet.
 *
 * Context: softirq for the most part; process context where the packet waited
 * in a socket's backlog. Rate: rare, but a port scan makes storms. Missed: the
 * reset is not reported; the loss is counted.
 */
#include "connection.bpf.h"
#include "flight.bpf.h"
#include "syns.bpf.h"

#define RTN_LOCAL 2
#define RTF_LOCAL 0x80000000

/* Of an fentry program's argument the verifier knows the type: see ENTRY_READ. */
#define SKB_READ(is_typed, skb, field) ((is_typed) ? (skb)->field : BPF_CORE_READ(skb, field))

/* The kernel's own early returns, for a packet that no socket took: it answers
 * only what was addressed to this host. tcp_v4_send_reset() reads the route's
 * type, tcp_v6_send_reset() asks ipv6_unicast_destination(). */
static __always_inline bool is_for_this_host(unsigned long refdst, __u8 family)
{
	unsigned long dst = refdst & SKB_DST_PTR_MASK;

	if (family == AF_INET)
		return BPF_CORE_READ((struct rtable *)dst, rt_type) == RTN_LOCAL;
	return BPF_CORE_READ((struct rt6_info *)dst, rt6i_flags) & RTF_LOCAL;
}

/* There were more hooks than we walk. */
#define HOOKS_UNKNOWN 0x80

/* Whether a hook of that priority is registered: `hook`, HOOKS_UNKNOWN, or 0. `at`: a struct
 * nf_hook_entries *. The priorities are in the nf_hook_ops pointers that follow the entries
 * (nf_hook_entries_get_hook_ops(), 960632ece694 ("netfilter: convert hook list to an array",
 * 4.14)).
 *
 * A function of numbers that is not static: the verifier goes through it once, by itself, and not
 * for each call. */
__noinline __u32 find_hook(__u64 at, __u32 priority, __u32 hook)
{
	const struct nf_hook_entries *entries = (void *)at;
	const struct nf_hook_ops **ops;
	const struct nf_hook_ops *op;
	__u16 count;

	if (!entries)
		return 0;
	count = BPF_CORE_READ(entries, num_hook_entries);
	ops = (void *)entries + bpf_core_field_offset(struct nf_hook_entries, hooks) +
	      count * bpf_core_type_size(struct nf_hook_entry);
	for (int i = 0; i < EVENT_HOOK_WALK_MAX; i++) {
		int its = 0;

		if (i >= count)
			return 0;
		if (bpf_probe_read_kernel(&op, sizeof(op), &ops[i]) ||
		    bpf_probe_read_kernel(&its, sizeof(its), &op->priority))
			return HOOKS_UNKNOWN;
		if ((__u32)its == priority)
			return hook;
	}
	return count > EVENT_HOOK_WALK_MAX ? HOOKS_UNKNOWN : 0;
}

/* Could this namespace have translated the flow at all? A forgotten flow and a
 * socket that is long gone look alike otherwise. */
static __always_inline void read_hooks(const struct net *net, __u8 family, __u8 *hooks)
{
	const struct nf_hook_entries *pre, *post;

	if (family == AF_INET) {
		pre = BPF_CORE_READ(net, nf.hooks_ipv4[NF_PRE_ROUTING]);
		post = BPF_CORE_READ(net, nf.hooks_ipv4[NF_POST_ROUTING]);
	} else {
		pre = BPF_CORE_READ(net, nf.hooks_ipv6[NF_PRE_ROUTING]);
		post = BPF_CORE_READ(net, nf.hooks_ipv6[NF_POST_ROUTING]);
	}
	*hooks = find_hook((unsigned long)pre, NF_IP_PRI_CONNTRACK, EVENT_HOOK_CONNTRACK) |
		 find_hook((unsigned long)post, NF_IP_PRI_NAT_SRC, EVENT_HOOK_NAT) |
		 EVENT_HOOK_KNOWN;
	if (*hooks & HOOKS_UNKNOWN)
		*hooks = 0;
}

/* What a veth keeps of itself follows its struct net_device: first its peer (struct
 * veth_priv). From 6.10 on there is a field for it (netdev_priv()). */
struct rtnl_link_ops___kind {
	const char *kind;
} __attribute__((preserve_access_index));
struct net_device___private {
	const struct rtnl_link_ops___kind *rtnl_link_ops;
	__u8 priv[];
} __attribute__((preserve_access_index));
#define NETDEV_ALIGN 32
/* The first four letters, little-endian as all that we run on. */
#define KIND_VETH 0x68746576
#define KIND_BRIDGE 0x64697262

static __always_inline bool is_of_kind(const struct net_device *dev, __u32 kind)
{
	const struct net_device___private *device = (const void *)dev;
	__u32 found = 0;

	bpf_probe_read_kernel(&found, sizeof(found), BPF_CORE_READ(device, rtnl_link_ops, kind));
	return found == kind;
}

/* The far end of the veth pair that the packet came in by; NULL: none. */
static __noinline const struct net_device *far_end(const struct net_device *dev)
{
	const struct net_device___private *device = (const void *)dev;
	const struct net_device *peer = NULL;
	__u64 at = (bpf_core_type_size(struct net_device) + NETDEV_ALIGN - 1) &
		   ~(NETDEV_ALIGN - 1ULL);

	if (!dev || !is_of_kind(dev, KIND_VETH))
		return NULL;
	if (bpf_core_field_exists(device->priv))
		at = bpf_core_field_offset(struct net_device___private, priv);
	bpf_probe_read_kernel(&peer, sizeof(peer), (const void *)dev + at);
	return peer;
}

/* net/core/dev.c's own: a link to the device above. */
struct netdev_adjacent___upper {
	const struct net_device *dev;
	struct list_head list;
} __attribute__((preserve_access_index));

/* The bridge that `port` belongs to; NULL: none. A port has no other device above it. */
static __noinline const struct net_device *bridge_of(const struct net_device *port)
{
	const struct netdev_adjacent___upper *link;
	const struct net_device *upper;

	if (!bpf_core_type_exists(struct netdev_adjacent___upper))
		return NULL;
	link = (const void *)BPF_CORE_READ(port, adj_list.upper.next) -
	       bpf_core_field_offset(struct netdev_adjacent___upper, list);
	/* A list without an element leads back into `port`, which is no pointer to a bridge. */
	upper = BPF_CORE_READ(link, dev);
	return upper && is_of_kind(upper, KIND_BRIDGE) ? upper : NULL;
}

#define MAC_BYTES 6

/* What the bridge itself sends has its own hardware address: the node routed it. A frame
 * with another sender's came in by another port, and only br_netfilter would have shown it
 * to conntrack. */
static __noinline void note_bridge(const struct net_device *port, const struct sk_buff *skb,
				   __u32 *ifindex)
{
	const struct net_device *bridge = bridge_of(port);
	const void *frame = BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, mac_header);
	__u64 sender = 0, own = 0;

	if (!bridge || bpf_probe_read_kernel(&sender, MAC_BYTES, frame + MAC_BYTES) ||
	    bpf_probe_read_kernel(&own, MAC_BYTES, BPF_CORE_READ(bridge, dev_addr)))
		return;
	if (sender && sender != own)
		*ifindex = BPF_CORE_READ(bridge, ifindex);
}

/* A packet keeps its struct sk_buff over a veth pair: it may have met conntrack on the
 * node, and be reset in a container, whose hooks say nothing of the node's entry. Which
 * the container's own conntrack may have made one of, is the lesser story. Where it met
 * none, the node may have an entry all the same, and no hooks. */
static __always_inline void read_judged(const struct net *net, const struct net_device *dev,
					const struct sk_buff *skb, struct event_reset *e)
{
	const struct net_device *port;
	const struct net *home;

	if (e->conntrack == EVENT_CONNTRACK_UNTRACKED ||
	    (e->conntrack == EVENT_CONNTRACK_ENTRY && !is_fresh_entry(e)))
		return;
	home = read_invalid(skb, net, e);
	if (!home && (e->tcp_flags & (TCPHDR_SYN | TCPHDR_ACK)) != TCPHDR_SYN) {
		port = far_end(dev);
		if (!port)
			return;
		home = BPF_CORE_READ(port, nd_net.net);
		note_bridge(port, skb, &e->bridge_ifindex);
	}
	if (!home || home == net)
		return;
	e->entry_netns = read_netns(home);
	read_hooks(home, e->family, &e->entry_hooks);
}

static __always_inline const struct net *packet_net(const struct sock *sk,
						    const struct net_device *dev)
{
	/* On socket paths skb->dev is NULL; without a socket it is set. */
	return sk ? BPF_CORE_READ(sk, __sk_common.skc_net.net) : BPF_CORE_READ(dev, nd_net.net);
}

static __always_inline void fill_reset(struct event_reset *e, void *ctx, bool is_kprobe,
				       const struct sock *sk, const struct sk_buff *skb,
				       const struct tcphdr *tcp, __u64 reason, bool is_softirq)
{
	const struct net_device *dev = BPF_CORE_READ(skb, dev);
	const struct net *net = packet_net(sk, dev);

	e->netns = read_netns(net);
	e->ifindex = BPF_CORE_READ(skb, skb_iif);
	if (!sk && dev)
		bpf_probe_read_kernel_str(e->ifname, sizeof(e->ifname), dev->name);
	if (sk)
		e->socket = BPF_CORE_READ(sk, __sk_common.skc_state);
	read_packet(skb, tcp, e);
	read_conntrack(skb, e);
	read_judged(net, dev, skb, e);
	if ((e->tcp_flags & (TCPHDR_SYN | TCPHDR_ACK)) != TCPHDR_SYN)
		read_hooks(net, e->family, &e->hooks);
	if (e->socket == TCP_LISTEN)
		read_listening(sk, &e->listener);
	if (reason & REASON_PRESENT) {
		e->reason = (__u32)reason;
		e->flags |= EVENT_RESET_HAS_REASON;
	}
	read_task_in(&e->task, is_softirq);
	if (is_softirq)
		e->flags |= EVENT_RESET_SOFTIRQ;
	/* A listener stands in for a request that refused the packet: only the stack tells. */
	if (with_stacks || e->socket == TCP_LISTEN)
		read_stack(ctx, is_kprobe, e->stack);
}

static __always_inline bool may_count(const struct sock *sk, __u8 tcp_flags)
{
	return counts_syns && !sk && is_lone_syn(tcp_flags);
}

static __always_inline bool count_answer(const struct sk_buff *skb, __u16 port, __u8 family,
					 __u64 now_ns, bool is_typed)
{
	const struct net_device *dev = SKB_READ(is_typed, skb, dev);

	return count_syn(is_typed ? dev->nd_net.net->ns.inum : read_dev_netns(dev), family, port,
			 now_ns);
}

/* Past the budget of samples the answer is counted. The entry that the SYN made is killed
 * by its reset as any other's is: the mark for that (see is_own_reset()) is a store in
 * place of an update of a map. */
static __always_inline bool is_only_counted(const struct sk_buff *skb, const struct syn_header *syn,
					    __u8 family, bool is_typed)
{
	struct reset_cpu *cpu = this_reset_cpu();
	__u64 now_ns = bpf_ktime_get_ns();

	if (!cpu || !syn_is_over_budget(cpu, now_ns) ||
	    !count_answer(skb, syn->dport, family, now_ns, is_typed))
		return false;
	cpu->task = bpf_get_current_task();
	cpu->flight.task = 0; /* it counts as made, too */
	return true;
}

/* With the last that the budget allows it is said that there may be counts to look at.
 * Read off the record, where the verifier does not follow values: see note_hook(). */
static __always_inline void note_sample(struct event_reset *e)
{
	struct reset_cpu *cpu;

	if (!counts_syns || e->socket != EVENT_SOCKET_NONE || !is_lone_syn(e->tcp_flags))
		return;
	cpu = this_reset_cpu();
	if (cpu && ++cpu->samples == EVENT_SYN_SAMPLES)
		e->flags |= EVENT_RESET_LAST_SAMPLE;
}

/* No room in the ring: what can be counted is not lost. */
static __always_inline void lose_reset(const struct sock *sk, const struct sk_buff *skb,
				       const struct syn_header *start, __u8 family)
{
	if (!may_count(sk, *(volatile const __u8 *)&start->flags) ||
	    !count_answer(skb, start->dport, family, bpf_ktime_get_ns(), false))
		count_loss(family == AF_INET ? EVENT_PROBE_RESET_V4 : EVENT_PROBE_RESET_V6);
}

/* The newest connection of that tuple may be another than the one that ended. */
static __always_inline bool has_living_socket(const struct event_reset *e)
{
	return e->socket == TCP_ESTABLISHED || e->socket == TCP_SYN_SENT ||
	       e->socket == TCP_SYN_RECV || e->socket == TCP_CLOSE_WAIT;
}

static __always_inline void fill_reset_socket(struct event_reset_socket *e,
					      const struct event_socket_end *end, __u64 reset_ns)
{
	struct closer_key key = { end->start_boottime_ns, end->pid };
	const struct closer *closer = bpf_map_lookup_elem(&closers, &key);

	e->reset_ns = reset_ns;
	e->end = *end;
	if (!closer)
		return;
	e->task = closer->task;
	e->exe = closer->exe;
}

/* What became of the connection, if it was this host's and was seen to end. */
static __noinline void tell_socket_end(const struct event_connection *connection, __u64 reset_ns)
{
	const struct event_socket_end *end = bpf_map_lookup_elem(&ended_connections, connection);
	struct event_reset_socket *e;

	if (!end || !RESERVE(&reset_events, e, EVENT_RESET_SOCKET, EVENT_PROBE_SOCKET_STATE))
		return;
	fill_reset_socket(e, end, reset_ns);
	bpf_ringbuf_submit(e, 0);
}

static __always_inline int send_reset(void *ctx, bool is_kprobe, const struct sock *sk,
				      const struct sk_buff *skb, const struct syn_header *start,
				      __u64 reason, __u8 family)
{
	const struct net *net = packet_net(sk, BPF_CORE_READ(skb, dev));
	__u64 task = bpf_get_current_task();
	struct event_connection connection = {};
	struct event_tuple ports = { .sport = start->sport, .dport = start->dport };
	bool is_softirq = in_softirq();
	struct event_reset *e;
	__u64 reset_ns;
	__u8 one = 1;

	bpf_map_update_elem(&tasks_in_reset, &task, &one, BPF_ANY);
	if (!TRY_RESERVE(&reset_events, e, EVENT_RESET)) {
		lose_reset(sk, skb, start, family);
		return 0;
	}
	e->family = family;
	e->tcp_flags = start->flags;
	e->flags = EVENT_RESET_FATE_FOLLOWS;
	fill_reset(e, ctx, is_kprobe, sk, skb, tcp_header(skb), reason, is_softirq);
	note_sample(e);
	reset_ns = e->header.ts_ns;
	if (!is_lone_syn(e->tcp_flags) && !has_living_socket(e)) {
		connection.netns = e->netns;
		connection.family = family;
		connection.packet = e->packet;
	}
	bpf_ringbuf_submit(e, 0);
	if (connection.family)
		tell_socket_end(&connection, reset_ns);
	begin_flight(&ports, net, family, reset_ns, is_softirq);
	return 0;
}

static __always_inline int on_reset(void *ctx, bool is_kprobe, const struct sock *sk,
				    const struct sk_buff *skb, __u64 reason, __u8 family)
{
	unsigned long head = (unsigned long)SKB_READ(!is_kprobe, skb, head);
	struct syn_header start = {};

	bpf_probe_read_kernel(&start, SYN_HEADER_BYTES,
			      (void *)(head + SKB_READ(!is_kprobe, skb, transport_header)));
	if (start.flags & TCPHDR_RST) /* never a reset in answer to a reset */
		return 0;
	if (!sk && !is_for_this_host(SKB_READ(!is_kprobe, skb, _skb_refdst), family))
		return 0;
	if (may_count(sk, start.flags) && is_only_counted(skb, &start, family, !is_kprobe))
		return 0;
	return send_reset(ctx, is_kprobe, sk, skb, &start, reason, family);
}

static __always_inline int on_reset_done(void)
{
	__u64 task = bpf_get_current_task();
	struct reset_cpu *cpu = this_reset_cpu();

	if (!cpu)
		return 0;
	if (cpu->task == task) {
		cpu->task = 0;
		return 0;
	}
	bpf_map_delete_elem(&tasks_in_reset, &task);
	end_flight(cpu, task, in_softirq());
	return 0;
}

static __always_inline __u64 reason_argument(__u64 argument)
{
	return kernel_gives_reason() ? REASON_PRESENT | (__u32)argument : 0;
}

/* The reason is the third argument where there is one; fentry refuses to load a
 * read past the last argument, so it is read in a branch that CO-RE removes. */
#define RESET_PROGRAMS(v, family)                                                                  \
	SEC("?fentry/tcp_v" #v "_send_reset")                                                      \
	int on_reset_v##v##_fentry(__u64 *ctx)                                                     \
	{                                                                                          \
		__u64 reason = kernel_gives_reason() ? reason_argument(ctx[2]) : 0;                \
		return on_reset(ctx, false, (void *)ctx[0], (void *)ctx[1], reason, family);       \
	}                                                                                          \
	SEC("?fexit/tcp_v" #v "_send_reset")                                                       \
	int on_reset_v##v##_fexit(__u64 *ctx)                                                      \
	{                                                                                          \
		return on_reset_done();                                                            \
	}                                                                                          \
	SEC("?kprobe/tcp_v" #v "_send_reset")                                                      \
	int on_reset_v##v##_kprobe(struct pt_regs *ctx)                                            \
	{                                                                                          \
		return on_reset(ctx, true, (void *)PT_REGS_PARM1(ctx), (void *)PT_REGS_PARM2(ctx), \
				reason_argument(PT_REGS_PARM3(ctx)), family);                      \
	}                                                                                          \
	SEC("?kretprobe/tcp_v" #v "_send_reset")                                                   \
	int on_reset_v##v##_kretprobe(struct pt_regs *ctx)                                         \
	{                                                                                          \
		return on_reset_done();                                                            \
	}

RESET_PROGRAMS(4, AF_INET)
RESET_PROGRAMS(6, AF_INET6)
