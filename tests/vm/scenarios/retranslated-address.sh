# SPDX-License-Identifier: GPL-2.0-only
# The rules translate to another address by now, and the entries of flows are deleted: the
# clients' next words leave from the other address and the same port, and the server resets
# what it does not know (3).

. /guest/service.sh
RUNS=test-kernels

translate_to() { # ADDRESS
	nft -f - <<-RULES
		table ip nat
		delete table ip nat
		table ip nat {
			chain postrouting {
				type nat hook postrouting priority 100;
				oifname "up0" snat to $1
			}
		}
	RULES
}

setup() {
	network_make
	node_address_add
	ip addr add $NODE_FIXED/32 dev up0
	ip -n srv neigh add $NODE_FIXED lladdr 02:00:0a:09:00:01 dev eth0 nud permanent
	translate_to $NODE
	flows_start a 3 7001
}

act() {
	translate_to $NODE_FIXED
	conntrack -D -p tcp --dport 7001 >/dev/null 2>&1
	tell a_client read
	tell a_client say hello
	wait_for '[[ $(log_count a_client reset) == 3 ]]' 15 "the clients to be hung up on"
}
