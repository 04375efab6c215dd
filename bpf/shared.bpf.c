// SPDX-License-Identifier: GPL-2.0-only
/* The one definition of what probes.bpf.h declares. */
#include "budget.bpf.h"
#include "connection.bpf.h"

/* The loader sets the sizes before it loads: see ring_bytes() there. */
struct ring state_events SEC(".maps");
struct ring reset_events SEC(".maps");
struct tasks_in_reset tasks_in_reset SEC(".maps");
struct reset_cpus reset_cpus SEC(".maps");
struct invalid_packets invalid_packets SEC(".maps");
struct ended_connections ended_connections SEC(".maps");
struct closers closers SEC(".maps");
struct state_budgets state_budgets SEC(".maps");
struct state_losses state_losses SEC(".maps");

__u64 lost[EVENT_PROBES];
__u64 epoch;
__u64 state_over_budget;
__u8 sees_drops;
const volatile bool with_stacks = false;
const volatile __u64 preempt_count_offset = 0;
const volatile __u64 pcpu_hot_offset = 0;
const volatile __u64 per_cpu_offsets_address = 0;
const volatile __u64 queue_handler_address = 0;
const volatile __u32 made_counter = ~0U;
const volatile __u32 sent_counter = ~0U;

char _license[] SEC("license") = "GPL";
