// SPDX-License-Identifier: GPL-2.0-only
/* The least that a probe can cost: an empty program at each place that bench
 * measures. Their run time is what the kernel's own statistics cost. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

SEC("fentry/nf_ct_delete")
int empty_removal(void *ctx)
{
	return 0;
}

SEC("fentry/tcp_v4_send_reset")
int empty_reset(void *ctx)
{
	return 0;
}

SEC("fentry/__nf_conntrack_confirm")
int empty_entry(void *ctx)
{
	return 0;
}

char _license[] SEC("license") = "GPL";
