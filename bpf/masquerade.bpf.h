/* SPDX-License-Identifier: GPL-2.0-only */
/* What masquerade's work item for its deferred flush carries: which namespace, link and
 * address it is about. */
#ifndef RSTBLAME_MASQUERADE_BPF_H
#define RSTBLAME_MASQUERADE_BPF_H

#include "probes.bpf.h"

/* 5.10 has no module BTF: the layout that all kernels since 5.15 (and 5.10.74)
 * share, see nf_nat_masquerade.c there. */
struct masq_dev_work___fixed {
	__u8 work[32];
	struct net *net;
	__u8 addr[EVENT_ADDR_BYTES];
	int ifindex;
};

struct masquerade_request {
	const struct net *net;
	__u8 address[EVENT_ADDR_BYTES]; /* aligned: read as two words */
	int ifindex;
};

static __always_inline void read_masquerade_work(const void *work, struct masquerade_request *out)
{
	if (bpf_core_type_exists(struct masq_dev_work)) {
		const struct masq_dev_work *w = work;

		out->net = BPF_CORE_READ(w, net);
		out->ifindex = BPF_CORE_READ(w, ifindex);
		bpf_core_read(out->address, sizeof(out->address), &w->addr);
	} else {
		struct masq_dev_work___fixed w;

		bpf_probe_read_kernel(&w, sizeof(w), work);
		out->net = w.net;
		out->ifindex = w.ifindex;
		__builtin_memcpy(out->address, w.addr, sizeof(out->address));
	}
}

#endif
