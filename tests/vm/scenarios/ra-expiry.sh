# SPDX-License-Identifier: GPL-2.0-only
# The node's IPv6 address comes from router advertisements. The router (networkd, on the
# other host) is away for longer than its prefix's lifetime, and comes back: three flows are
# reset. Beside them: two flows of a static address, which live, and two ports that nobody
# listens on.

RUNS=test-kernels

WINDOW=90
AUTO6=fd00:5::aff:fe09:1 # of the prefix and up0's hardware address

router_start() {
	spawn router ip netns exec srv sh -c 'mount -o remount,bind,ro /sys; exec /lib/systemd/systemd-networkd'
}
node_has_auto() { ip -6 -o addr show dev up0 | grep -F " $AUTO6/" | grep -qv tentative; }

setup() {
	network_make
	network_make6
	sysctl -q -w net.ipv6.conf.up0.accept_ra=2 net.ipv6.conf.up0.autoconf=1 net.ipv6.conf.up0.accept_dad=0
	mkdir -p /run/systemd/network /run/systemd/netif/{links,leases}
	chown -R systemd-network: /run/systemd/netif
	cat >/run/systemd/network/10-eth0.network <<-CONF
		[Match]
		Name=eth0
		[Network]
		Address=$SERVER/24
		Address=$SERVER6/64
		Address=fd00:5::1/64
		IPv6SendRA=yes
		IPv6AcceptRA=no
		IPv6DuplicateAddressDetection=0
		[IPv6SendRA]
		RouterLifetimeSec=0
		[IPv6Prefix]
		Prefix=fd00:5::/64
		ValidLifetimeSec=12
		PreferredLifetimeSec=12
	CONF
	router_start
	wait_for node_has_auto 40 "the node to have an address from the router"
	masquerade6
	flows_start a 3 7001 fd00:5::1
	flows_start b 2 7002 $SERVER6
}

act() {
	end KILL router
	wait_for "! node_has_auto" 40 "the lifetime to end"
	router_start
	wait_for node_has_auto 40 "the address to be back"
	tell b_client read
	tell b_server say hello
	wait_for '[[ $(log_count b_client got) == 2 ]]' 15 "the others to live"
	tell a_server say hello
	wait_for_rsts 3 15
	try_ports 2 8001 $NODE6
	wait_for_rsts 5 15
}

teardown() { rm -f /run/systemd/network/10-eth0.network; }
