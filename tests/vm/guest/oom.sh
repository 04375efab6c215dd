# SPDX-License-Identifier: GPL-2.0-only
# A server in a control group with a limit of memory. Two clients have sent what it has not
# read, three have not.

SHOP=/sys/fs/cgroup/system.slice/shop.service

shop_open() {
	network_make
	node_address_add
	masquerade nft
	mkdir -p $SHOP
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control || true
	echo +memory >/sys/fs/cgroup/system.slice/cgroup.subtree_control || true
	shop_spawn shop tcpend listen $NODE 7100
	wait_for "[[ \$(ss -tlnH 'sport = :7100') ]]" 30 "the shop to listen"
	node_clients talkers 2 7100
	node_clients silent 3 7100
	wait_for '[[ $(log_count shop accepted) == 5 ]]' 15 "five clients to be accepted"
	tell talkers say order
	wait_for "(( \$(ss -tnH 'sport = :7100' | awk '\$2 > 0' | wc -l) == 2 ))" 10 "unread orders"
}
shop_spawn() { # LABEL COMMAND...
	spawn "$1" bash -c 'echo $$ >"$0/cgroup.procs"; echo 40M >"$0/memory.max"; exec "$@"' $SHOP "${@:2}"
}

# What is unread is reset at once; the others are told by a FIN, and are reset when they
# say more.
shop_resets() {
	wait_for_rsts 2 15
	wait_for "[[ \$(socket_count srv close-wait 'dport = :7100') == 3 ]]" 10 "three FINs"
	tell silent say order
	wait_for_rsts 5 15
	fact oom_kills "$(awk '$1 == "oom_kill" { print $2 }' $SHOP/memory.events)"
}

shop_close() {
	(end_everything)
	rmdir $SHOP 2>/dev/null || true
	echo -memory >/sys/fs/cgroup/system.slice/cgroup.subtree_control 2>/dev/null || true
	rmdir /sys/fs/cgroup/system.slice 2>/dev/null || true
	echo -memory >/sys/fs/cgroup/cgroup.subtree_control 2>/dev/null || true
}
