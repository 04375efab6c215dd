# SPDX-License-Identifier: GPL-2.0-only
# Conntrack's collector (gc_worker), which takes what nobody looks up. It begins a second
# after the module came and then comes by how long the entries that it met have to live,
# once a minute if there are none (since 2cfadb761d3d ("netfilter: conntrack: revisit gc
# autotuning", 5.18); before that every two minutes, whatever it met).

. /guest/modules.sh

# Above those two minutes, since nothing makes it come sooner.
WINDOW=150
COLLECTOR_SECONDS=130

# After it, the collector comes every few seconds: many short-lived entries are always
# there, in a namespace of their own, so that the node's count (collector_count) is of
# what the scenario is about. UDP, which no reset is about.
collector_hurry() {
	ip netns add crowd
	ip -n crowd link set lo up
	modules_unload
	modprobe nf_conntrack
	ip netns exec crowd nft 'table ip crowd {
		chain output { type filter hook output priority 0; ct state new accept; }
	}'
	ip netns exec crowd sysctl -q -w net.netfilter.nf_conntrack_udp_timeout=1
	# Fifty in each 60 ms: a slow guest has other things to do as well.
	spawn crowd ip netns exec crowd bash -c 'exec 3<>"$1"
		for ((i = 0; ; i = (i + 1) % 20000)); do
			echo >/dev/udp/127.0.0.1/$((20000 + i))
			if ((i % 50 == 0)); then read -t 0.06 <&3; fi
		done' crowd "$STATE/crowd.stdin"
}

# Without looking them up, or listing them: both remove what has expired.
collector_count() { cat /proc/sys/net/netfilter/nf_conntrack_count; }
