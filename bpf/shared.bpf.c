// SPDX-License-Identifier: GPL-2.0-only
/* The one definition of what probes.bpf.h declares. */
#include "probes.bpf.h"

/* The loader sets the sizes before it loads: see ring_bytes() there. */
struct ring state_events SEC(".maps");
struct ring reset_events SEC(".maps");
struct tasks_in_reset tasks_in_reset SEC(".maps");

__u64 lost[EVENT_PROBES];
const volatile bool with_stacks = false;

char _license[] SEC("license") = "GPL";
