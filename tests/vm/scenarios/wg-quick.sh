# SPDX-License-Identifier: GPL-2.0-only
# Clients go out through a WireGuard tunnel that is restarted. With the same address: the
# server speaks first, and the node resets it (3). With another: two clients speak first, are
# translated to the new address, and the server resets them.

. /guest/managers.sh
NEEDS=extra
RUNS=test-kernels
WINDOW=90
FAR=10.66.0.1

tunnel_write() { # ADDRESS
	cat >/etc/wireguard/wg0.conf <<-CONF
		[Interface]
		PrivateKey = $(<"$STATE/node.key")
		Address = $1/32
		[Peer]
		PublicKey = $(<"$STATE/srv.pub")
		AllowedIPs = 10.66.0.0/24
		Endpoint = $SERVER:51820
	CONF
	chmod 600 /etc/wireguard/wg0.conf
}
tunnel() { wg-quick "$1" wg0 2>>"$STATE/wg.log"; }

setup() {
	local end
	network_make
	node_address_add
	mkdir -p /etc/wireguard
	for end in node srv; do
		(umask 077; wg genkey >"$STATE/$end.key")
		wg pubkey <"$STATE/$end.key" >"$STATE/$end.pub"
	done
	ip -n srv link add wg0 type wireguard
	ip netns exec srv wg set wg0 listen-port 51820 private-key "$STATE/srv.key" \
		peer "$(<"$STATE/node.pub")" allowed-ips 10.66.0.2/32,10.66.0.3/32
	ip -n srv addr add $FAR/24 dev wg0
	ip -n srv link set wg0 up
	tunnel_write 10.66.0.2
	tunnel up
	nft 'table ip nat {
		chain postrouting {
			type nat hook postrouting priority 100;
			oifname "wg0" masquerade
		}
	}'
	flows_start a 3 7001 $FAR
	flows_start b 2 7002 $FAR
}

act() {
	tunnel down
	tunnel up
	# The node speaks first, or the peer has no session to send through.
	ping -c 1 -W 3 $FAR >/dev/null || true
	tell a_server say hello
	wait_for_rsts 3 15
	tunnel down
	tunnel_write 10.66.0.3
	tunnel up
	tell b_client read
	tell b_client say hello
	wait_for "[[ \$(log_count b_client reset) == 2 ]]" 15 "two clients to be hung up on"
}

teardown() {
	tunnel down
	ip -n srv link del wg0
	rm -f /etc/wireguard/wg0.conf
}
