# SPDX-License-Identifier: GPL-2.0-only
# Innocent: seven ports of the node that nobody listens on are tried, once each.

setup() {
	network_make
	node_address_add
	masquerade nft
}

act() {
	local port
	for port in {8001..8007}; do
		# Refused, which is the point.
		ip netns exec srv bash -c "exec 3<>/dev/tcp/$NODE/$port" 2>/dev/null || true
	done
	wait_for_rsts 7 15
}
