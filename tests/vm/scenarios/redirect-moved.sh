# SPDX-License-Identifier: GPL-2.0-only
# A port of the node is redirected to a server of the node's own. The rule leads to another
# one by now, and the table is emptied: the clients' next words come to that one, which resets
# them, while their sockets at the first are open (3). The same where nobody listens any more
# (2). Innocent: connections of a redirect that did not change, whose sockets were destroyed
# (2), and of the one that did (2).

. /guest/service.sh
RUNS=test-kernels

redirects() { # PORT:PORT...
	local pair
	{
		echo "table ip moved"
		echo "delete table ip moved"
		echo "table ip moved { chain early { type nat hook prerouting priority -100;"
		for pair; do echo "tcp dport ${pair%:*} redirect to :${pair#*:};"; done
		echo "}; }"
	} | nft -f -
}

setup() {
	local port
	network_make
	node_address_add
	redirects 80:8080 81:8081 82:8082 83:8083
	for port in 8080 8081 8082 8083 8090 8093; do node_server at_$port $port; done
	node_clients a 3 80
	node_clients b 2 81
	node_clients same 2 82
	node_clients dead 2 83
}

act() {
	redirects 80:8090 81:8091 82:8082 83:8093
	mute 82-83
	ss -K -tn 'sport = :8082 or sport = :8083' >/dev/null
	wait_for_rsts 4 15
	unmute
	conntrack -F >/dev/null 2>&1
	tell a say hello
	tell b say hello
	tell same say hello
	tell dead say hello
	wait_for_rsts 13 15
	fact open "$(ss -tnH state established 'sport = :8080 or sport = :8081' | wc -l)"
}
