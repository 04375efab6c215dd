# SPDX-License-Identifier: GPL-2.0-only
# Ports of the node whose listener does not get what comes in by the uplink: it is bound to
# loopback (7200), to another address (7201), to another device (7202), takes only the other
# family (7203), is bound to a VRF (7205), or is in no VRF while the uplink is in one (7206).
# Beside them: 7204, where somebody listens in the container only; 7300, which a NAT rule
# sends to 7200; 7207, whose listener does get what comes, while another on its port does not.

node_listens() { ss -tlnH "sport = :$1" | grep -qF "$2"; } # PORT WHAT

reach_setup() { # ADDRESS LOOPBACK OTHER_ADDRESS ANY ANY_OF_THE_OTHER_FAMILY
	modprobe vrf
	ip link add other0 type dummy
	ip link set other0 up
	ip link add mgmt type vrf table 10
	ip link set mgmt up
	node_server loopback 7200 "$2"
	node_server address 7201 "$3"
	node_server device 7202 "$4"
	sysctl -q -w net.ipv6.bindv6only=1
	node_server family 7203 "$5"
	sysctl -q -w net.ipv6.bindv6only=0
	spawn elsewhere ip netns exec c1 tcpend listen "$4" 7204
	node_server vrf 7205 "$4"
	node_server free 7206 "$4"
	node_server good 7207 "$1"
	node_server bad 7207 "$2"
	tell device bind other0
	tell vrf bind mgmt
	wait_for 'node_listens 7202 %other0 && node_listens 7205 %mgmt' 5 "the listeners to be bound"
	nft -f - <<-RULES
		table inet sent {
			chain pre {
				type nat hook prerouting priority -100;
				iifname "up0" tcp dport 7300 redirect to :7200
			}
		}
	RULES
}
reach_teardown() { ip link del other0; ip link del mgmt; nft delete table inet sent; }

reach_act() { # ADDRESS
	local node_address=$1
	local port due=0
	for port in 7200 7201 7202 7203 7204 7205 7300; do
		try_ports 1 $port $node_address
		try_ports 1 $port $node_address
		wait_for_rsts $((due += 2)) 15
	done
	node_clients heard 1 7207 $node_address

	# Or an IPv6 address would go with the interface's change of tables.
	sysctl -q -w net.ipv6.conf.up0.keep_addr_on_down=1
	ip link set up0 master mgmt
	try_ports 1 7206 $node_address
	wait_for_rsts $((due += 1)) 15
	sleep 1 # each is looked up while it is there
	# As it is advised.
	sysctl -q -w net.ipv4.tcp_l3mdev_accept=1
	node_clients taken 1 7206 $node_address
	sysctl -q -w net.ipv4.tcp_l3mdev_accept=0
	fact taken "$(log_count taken connected)"
}
