# SPDX-License-Identifier: GPL-2.0-only
# What ifconfig does to an address, by ioctl: another one in its place (SIOCSIFADDR: a's
# flows, 3), and another netmask, for which the kernel takes the address away and puts it
# back in one go (SIOCSIFNETMASK: b's, 5). Beside them, innocent: the same address and
# netmask once more, which changes nothing (c, 2), and a closed port (2).

RUNS=test-kernels

setup() {
	network_make
	network_b_make
	ip addr add $NODE/24 dev up0 label up0
	ip addr add $NODE_B/24 dev up0 label up0:1
	ip addr add 10.9.2.1/24 dev up0 label up0:2
	ip -n srv addr add 10.9.2.2/24 dev eth0
	ip -n srv neigh add 10.9.2.1 lladdr 02:00:0a:09:00:01 dev eth0 nud permanent
	patient_ends -4
	masquerade nft
	flows_start a 3 7001
	flows_start b 5 7002 $SERVER_B
	flows_start c 2 7003 10.9.2.2
}

act() {
	ifconfig up0:2 10.9.2.1 netmask 255.255.255.0
	fact unchanged "$(entries_to 10.9.2.1 tcp)"
	ifconfig up0 10.9.0.7 netmask 255.255.255.0
	wait_for "[[ \$(entries_to $NODE) == 0 ]]" 15 "the flush"
	ifconfig up0:1 netmask 255.255.255.128
	wait_for "[[ \$(entries_to $NODE_B) == 0 ]]" 15 "the flush of the other"
	fact b_mask "\"$(ip -4 -o addr show dev up0 label up0:1 | awk '{ print $4 }')\""
	ifconfig up0 $NODE netmask 255.255.255.0
	tell a_server say hello
	tell b_server say hello
	tell c_server say hello
	wait_for_rsts 8 15
	wait_for '[[ $(ss -N c1 -tnH "dport = :7003" | awk "\$2 > 0" | wc -l) == 2 ]]' 5 "the others' words to arrive"
	try_ports 2 8001
	wait_for_rsts 10 15
}
