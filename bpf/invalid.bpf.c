// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets that conntrack finds an entry for and judges INVALID all the same: they
 * are not translated, and reach this host instead of the socket behind it.
 *
 * Context: softirq for the most part. Rate: rare on a healthy network; one hash
 * update for each. Missed: a reset of such a packet is at most `likely`
 * entry-invalid, by asking conntrack for the entry afterwards.
 */
#include "packet.bpf.h"

/* nf_ct_l4proto_log_invalid() is called for each such packet, whether or not it
 * logs. It is variadic: fentry refuses it, and no compiler inlines or clones it.
 * Its first arguments are the same since fe50543c194e ("netfilter: nf_conntrack:
 * handle the case of ct being invalid", 4.16). */
SEC("?kprobe/nf_ct_l4proto_log_invalid")
int on_invalid_kprobe(struct pt_regs *ctx)
{
	__u64 skb = PT_REGS_PARM1(ctx), ct = PT_REGS_PARM2(ctx);

	if (skb && ct && bpf_map_update_elem(&invalid_packets, &skb, &ct, BPF_ANY))
		count_loss(EVENT_PROBE_INVALID);
	return 0;
}
