# SPDX-License-Identifier: GPL-2.0-only
# Conntrack's collector (gc_worker), which takes what nobody looks up. It comes once a
# minute, or more often where many entries have little time left (since 2cfadb761d3d
# ("netfilter: conntrack: revisit gc autotuning", 5.18); before, every two minutes). No one
# can call it; and a crowd of entries to hasten it keeps it from what it is wanted for,
# since it gives up for the moment after some hundred that it removed.

# Above those two minutes.
WINDOW=150
COLLECTOR_SECONDS=130

# Without looking them up, or listing them: both remove what has expired. Others may be
# among them, of no flow of the scenario's: what matters is by how many they become fewer.
collector_count() { cat /proc/sys/net/netfilter/nf_conntrack_count; }
