# SPDX-License-Identifier: GPL-2.0-only
# An address flap whose flush the kernel dropped / one that flushed. Masquerade lets no
# more than 16 flushes wait (MAX_MASQ_WORKER_COUNT): of 30 addresses that go while no
# kworker gets to run, the first one's flows (3) lose their entries; the last one's (2)
# keep theirs, and live on when the address is back.

OTHER_SERVER=10.9.5.2 OTHER_NODE=10.9.5.1

setup() {
	local i
	network_make
	node_address_add
	ip -n srv addr add $OTHER_SERVER/24 dev eth0
	ip addr add $OTHER_NODE/24 dev up0
	ip -n srv neigh add $OTHER_NODE lladdr 02:00:0a:09:00:01 dev eth0 nud permanent
	masquerade nft
	flows_start a 3 7001 $OTHER_SERVER
	flows_start b 2 7002
	echo "addr del $OTHER_NODE/24 dev up0" >"$STATE/batch"
	for ((i = 1; i <= 28; i++)); do
		ip addr add 10.9.7.$i/32 dev up0
		echo "addr del 10.9.7.$i/32 dev up0" >>"$STATE/batch"
	done
	echo "addr del $NODE/24 dev up0" >>"$STATE/batch"
}

act() {
	# A work runs on the CPU that queued it, or (unbound) where that mask says; a
	# real-time task on that CPU lets no kworker in.
	save unbound "$(</sys/devices/virtual/workqueue/cpumask)"
	save rt_runtime "$(sysctl -n kernel.sched_rt_runtime_us)"
	echo 1 >/sys/devices/virtual/workqueue/cpumask
	sysctl -q -w kernel.sched_rt_runtime_us=-1
	taskset 1 chrt -f 50 ip -batch "$STATE/batch"
	ip addr add $OTHER_NODE/24 dev up0
	node_address_add
	wait_for "[[ \$(entries_to $OTHER_NODE) == 0 ]]" 5 "the first flush"
	fact kept "$(entries_to $NODE tcp)"
	tell a_server say hello
	tell b_server say hello
	wait_for_rsts 3 5
	wait_for '[[ $(ss -N c1 -tnH "dport = :7002" | awk "\$2 > 0" | wc -l) == 2 ]]' 5 "the others' words to arrive"
}

teardown() {
	echo $unbound >/sys/devices/virtual/workqueue/cpumask
	sysctl -q -w kernel.sched_rt_runtime_us=$rt_runtime
}
