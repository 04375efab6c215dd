# SPDX-License-Identifier: GPL-2.0-only
# The kernel has skipped the program that sees a flush begin, as it does while that one is
# preempted on the same CPU: here always, in the build that is blind on purpose. An address
# that goes (a, 3) and a link that is set down (b, 2) are told all the same, and apart; and
# a user's flush (c, 5) is no address's.

# Where the compiler has split nf_ct_delete(), that build sees no removal: then as usual.
if [[ -x /usr/bin/rstblame-blind ]] && ! grep -q ' nf_ct_delete\.part\.' /proc/kallsyms; then
	RSTBLAME_PROGRAM=rstblame-blind
fi

setup() {
	network_make
	network_b_make
	node_address_add
	ip addr add $NODE_B/24 dev up0
	masquerade nft
	flows_start a 3 7001 $SERVER_B
	flows_start b 2 7002
}

act() {
	flap $NODE_B
	tell a_server say hello
	wait_for_rsts 3 15
	ip link set up0 down
	wait_for "[[ \$(entries_to $NODE) == 0 ]]" 15 "the flush"
	ip link set up0 up
	wait_for '[[ $(ip -n srv -o link show dev eth0) == *LOWER_UP* ]]' 5 "the link"
	tell b_server say hello
	wait_for_rsts 5 15
	flows_start c 5 7003
	conntrack -F >/dev/null 2>&1
	tell c_server say hello
	wait_for_rsts 10 15
	try_ports 2 8001
	wait_for_rsts 12 15
}
