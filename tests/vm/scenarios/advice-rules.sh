# SPDX-License-Identifier: GPL-2.0-only
# What is advised where no address is lost: the ruleset is loaded again with the flush inside
# the file, one address is put in another's place by `ip addr replace`, entries are deleted by
# protocol and address, and a WireGuard tunnel gets a peer by `wg syncconf`. Three flows each
# through the uplink and the tunnel: none is reset. Beside them: two ports that nobody listens
# on.

. /guest/managers.sh
NEEDS=extra
RUNS=test-kernels
WINDOW=60
FAR=10.66.0.1

setup() {
	network_make
	node_address_add
	tunnel_make
	nft 'table ip nat {
		chain postrouting {
			type nat hook postrouting priority 100;
			oifname { "up0", "wg0" } masquerade
		}
	}'
	flows_start a 3 7001
	flows_start b 3 7002 $FAR
}

act() {
	address_watch
	{ echo 'flush ruleset'; nft list ruleset; } >"$STATE/rules.nft"
	nft -f "$STATE/rules.nft"
	ip addr replace $NODE/24 dev up0 valid_lft 3600 preferred_lft 3600
	conntrack -D -p udp -d $SERVER >/dev/null 2>&1 || true
	wg genkey | wg pubkey | sed 's/^/[Peer]\nPublicKey = /; s/$/\nAllowedIPs = 10.67.0.0\/24/' >>/etc/wireguard/wg0.conf
	wg syncconf wg0 <(wg-quick strip wg0)
	[[ $(wg show wg0 peers | wc -l) == 2 ]]
	flows_serve a 3
	flows_serve b 3
	try_ports 2 8001
	wait_for_rsts 2 15
	fact_removals $NODE
}

teardown() { tunnel_remove; }
