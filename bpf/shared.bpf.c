// SPDX-License-Identifier: GPL-2.0-only
/* The one definition of what probes.bpf.h declares. */
#include "probes.bpf.h"

/* The loader sets the sizes before it loads: see ring_bytes() there. */
struct ring state_events SEC(".maps");
struct ring reset_events SEC(".maps");
struct stacks stacks SEC(".maps");
struct tasks_in_reset tasks_in_reset SEC(".maps");

__u64 lost[EVENT_PROBES];
__u64 hits[EVENT_PROBES];

char _license[] SEC("license") = "GPL";
