// SPDX-License-Identifier: GPL-2.0-only
/* The least that attaching can cost: empty programs on the functions that rstblame
 * probes where the bench measures it, in the same number. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define EMPTY(kind, function)                                                                      \
	SEC(#kind "/" #function) int kind##_##function(void *ctx)                                  \
	{                                                                                          \
		return 0;                                                                          \
	}

EMPTY(fentry, tcp_v4_send_reset)
EMPTY(fexit, tcp_v4_send_reset)
EMPTY(fentry, tcp_v6_send_reset)
EMPTY(fexit, tcp_v6_send_reset)
EMPTY(fentry, nf_ct_delete)
EMPTY(fentry, __nf_conntrack_confirm)
EMPTY(fentry, nf_conntrack_hash_check_insert)
EMPTY(fentry, iterate_cleanup_work)
EMPTY(fexit, iterate_cleanup_work)
EMPTY(fentry, nf_ct_iterate_cleanup)
EMPTY(fexit, nf_ct_iterate_cleanup)
EMPTY(fentry, fib_inetaddr_event)
EMPTY(fentry, inet6addr_notifier_call_chain)
EMPTY(fentry, fib_netdev_event)
EMPTY(fentry, tcp_send_active_reset)
EMPTY(fentry, tcp_reset)
EMPTY(fentry, nf_register_net_hooks)
EMPTY(fentry, nf_unregister_net_hooks)
EMPTY(kprobe, nf_ct_l4proto_log_invalid)

char _license[] SEC("license") = "GPL";
