# SPDX-License-Identifier: GPL-2.0-only
# The founding incident with its real parts: networkd loses the lease of up0 and
# wins it again at once; Redis's next keepalive then meets the host.

# The kernel probes a connection that was idle for 6 s, then each 2 s, and gives
# up after three probes: an outage of more than 6 s is survived, which leaves
# networkd time for its second DISCOVER (3 to 5 s) should the first be missed.
KEEPALIVE=6

incident_setup() { # MASQUERADE
	network_make
	# networkd counts the lease from its request, the kernel the life of the
	# address from when it was set. A slow server puts that long between them,
	# so that it is always networkd who removes the address.
	ip netns exec srv tc qdisc add dev eth0 root netem delay 150ms
	dhcp_server_start
	networkd_start
	masquerade "$1"
	redis_start redis srv $SERVER 6379 $KEEPALIVE
	idle_flows_start 4
	subscriber_start
	spawn monitor ip -o monitor address dev up0
}

address_was_removed() { grep -qE "^Deleted .* $NODE/" "$STATE/monitor.log"; }
address_came_back() { grep -E "^Deleted .* $NODE/" -A 9 "$STATE/monitor.log" | grep -qvE '^Deleted'; }

count_entries() {
	fact flows_before "$(entries_to $NODE)"
	fact flows_before_tcp "$(entries_to $NODE tcp)"
}

# The last count before the address goes is what its removal will flush. DHCP
# itself has entries too: a renewal is unicast over UDP.
count_until_address_goes() {
	local all tcp deadline=$(($(now_ms) + 20000))
	while all=$(entries_to $NODE); tcp=$(entries_to $NODE tcp); ! address_was_removed; do
		fact flows_before "$all"
		fact flows_before_tcp "$tcp"
		if (($(now_ms) > deadline)); then fail "networkd does not lose its lease"; fi
	done
}

incident_act() {
	local gone
	end TERM udhcpd
	ip netns exec srv tc qdisc del dev eth0 root

	# Its last try before the lease ends, 2 to 4 s later, is lost. A server that
	# comes back now answers the first DISCOVER after the loss.
	wait_for 'grep -q "REQUEST (rebinding)" $STATE/networkd.log' 20 "networkd to rebind"
	# Both ends' keepalive timers begin anew: redis-cli has one too, of 15 s,
	# and if the client speaks first, its packet makes the entry again.
	publish
	count_entries # a busy machine may find no time for it later
	dhcp_server_start
	count_until_address_goes
	gone=$(now_ms)
	wait_for address_came_back 10 "networkd to get its address back"
	fact outage_ms $(($(now_ms) - gone))
	wait_for_rsts 1 15
	fact loss_to_rst_ms $(($(now_ms) - gone))
	wait_for server_socket_gone 15 "redis to drop the connection"
	fact_sockets_after
}
