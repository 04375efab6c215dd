# SPDX-License-Identifier: GPL-2.0-only
# Innocent beside listener-closed: a listener is closed over nobody. The peers of connections
# that died before anybody watched speak (2), and others knock at the port (2).

setup() {
	network_make
	node_address_add
	masquerade nft
	node_server server 7100
	node_clients peers 2 7100
	wait_for '[[ $(log_count server accepted) == 2 ]]' 10 "the connections"
	mute 7100
	ss -K -tn 'sport = :7100' >/dev/null
	wait_for '[[ -z $(ss -tanH state connected "sport = :7100") ]]' 15 "the sockets to be gone"
	unmute
}

act() {
	end KILL server
	tell peers say hello
	wait_for_rsts 2 15
	try_ports 1 7100
	try_ports 1 7100
	wait_for_rsts 4 15
}
