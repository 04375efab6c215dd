/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which of conntrack's timeouts had run out of a TCP entry. The last packet chose it, by what
 * the entry still has (nf_conntrack_tcp_packet(), 5.10 to 7.3, in this order): that of
 * retransmissions or of data that nobody acknowledged where that is the shorter one, else that
 * of the state. Rare: not of what ended cleanly.
 */
#ifndef RSTBLAME_EXPIRY_BPF_H
#define RSTBLAME_EXPIRY_BPF_H

#include "probes.bpf.h"

/* enum tcp_conntrack and IP_CT_TCP_FLAG_DATA_UNACKNOWLEDGED of the kernel's uapi. */
enum {
	EXPIRY_STATES = 10,
	EXPIRY_AT_RETRANS = 12,
	EXPIRY_AT_UNACK = 13,
	EXPIRY_FLAG_UNACKED = 0x10
};

/* A timeout policy takes the place of all sysctls (nf_ct_timeout_lookup()). */
static __always_inline bool has_timeout_policy(const struct nf_conn *ct)
{
	const void *ext = BPF_CORE_READ(ct, ext);
	const void *policy = NULL;
	__u8 offset = 0;

	if (!ext || !bpf_core_enum_value_exists(enum nf_ct_ext_id, NF_CT_EXT_TIMEOUT))
		return false;
	bpf_probe_read_kernel(&offset, sizeof(offset),
			      ext + bpf_core_field_offset(((struct nf_ct_ext *)0)->offset) +
				      bpf_core_enum_value(enum nf_ct_ext_id, NF_CT_EXT_TIMEOUT));
	if (offset)
		bpf_probe_read_kernel(&policy, sizeof(policy), ext + offset);
	return policy != NULL;
}

static __always_inline __u32 timeout_at(const struct nf_tcp_net *tcp, __u32 at)
{
	__u32 timeout = 0;

	bpf_probe_read_kernel(&timeout, sizeof(timeout),
			      (const void *)tcp +
				      bpf_core_field_offset(((struct nf_tcp_net *)0)->timeouts) +
				      at * sizeof(timeout));
	return timeout;
}

static __noinline __u32 expiry_of(const struct nf_conn *ct)
{
	const struct net *net = BPF_CORE_READ(ct, ct_net.net);
	const struct nf_tcp_net *tcp = __builtin_preserve_access_index(&net->ct.nf_ct_proto.tcp);
	__u8 state = BPF_CORE_READ(ct, proto.tcp.state);
	__u32 of_state;

	if (has_timeout_policy(ct))
		return EVENT_EXPIRY_POLICY;
	if (state >= EXPIRY_STATES)
		return EVENT_EXPIRY_UNKNOWN;
	/* As flow_offload_fixup_tcp() leaves it; the next packet of either side sets it. */
	if (!BPF_CORE_READ(ct, proto.tcp.seen[0].td_maxwin) &&
	    !BPF_CORE_READ(ct, proto.tcp.seen[1].td_maxwin))
		return EVENT_EXPIRY_FLOWTABLE;
	of_state = timeout_at(tcp, state);
	/* An int before 5.12: its first byte is all of it. */
	if ((BPF_CORE_READ(ct, proto.tcp.retrans) >= BPF_CORE_READ(tcp, tcp_max_retrans) ||
	     !BPF_CORE_READ(ct, proto.tcp.last_win)) &&
	    of_state > timeout_at(tcp, EXPIRY_AT_RETRANS))
		return EVENT_EXPIRY_RETRANS;
	if (((BPF_CORE_READ(ct, proto.tcp.seen[0].flags) |
	      BPF_CORE_READ(ct, proto.tcp.seen[1].flags)) &
	     EXPIRY_FLAG_UNACKED) &&
	    of_state > timeout_at(tcp, EXPIRY_AT_UNACK))
		return EVENT_EXPIRY_UNACKED;
	return EVENT_EXPIRY_STATE;
}

#endif
