# SPDX-License-Identifier: GPL-2.0-only
# conntrack is asked in another namespace than rstblame's own: no socket of rstblame
# stays there, which would keep the namespace alive after its end.

setup() {
	network_make
	node_address_add
	modprobe nf_conntrack_netlink
}

# Of protocol 12, NETLINK_NETFILTER; the kernel's own has port 0.
netfilter_sockets() { ip netns exec srv cat /proc/net/netlink | awk '$2 == 12 && $3 != 0' | wc -l; }

act() {
	# A stray segment, to a port of the other host that nobody listens on.
	rawtcp send $NODE 41901 $SERVER 7999 A,1000,2000
	wait_for "grep -q '\"lookup\":\"absent\"' $OUT/$NAME.rec.jsonl" 10 "conntrack to be asked"
	fact sockets_left "$(netfilter_sockets)"
}
