# SPDX-License-Identifier: GPL-2.0-only
# The table is emptied. Beside three connections through the masquerade there are three
# that need no entry: to the node itself, to another container on the same bridge, and
# one of the node's own. An audit names the three that need it, and none before.

PORT=7000

holder_start() { # LABEL NAMESPACE SERVER COUNT
	local enter=()
	if [[ $2 != root ]]; then enter=(ip netns exec "$2"); fi
	spawn "$1" "${enter[@]}" bash -c '
		for ((i = 0; i < $2; i++)); do exec {fd}<>/dev/tcp/$1/'$PORT'; done
		exec sleep 1000000' "$1" "$3" "$4"
}

# The traffic of a bridge passes iptables on a container host, and conntrack with it.
bridge_netfilter() {
	modprobe -q br_netfilter && sysctl -q -w net.bridge.bridge-nf-call-iptables=1
}

setup() {
	network_make
	node_address_add
	masquerade "$(iptables_variant)"
	bridge_netfilter
	fact bridge_netfilter 1
	ip netns add c2
	ip link add c2-host type veth peer name eth0 netns c2
	ip link set c2-host master br0 up
	ip -n c2 addr add 10.88.0.3/24 dev eth0
	ip -n c2 link set eth0 up
	ip -n c2 route add default via 10.88.0.1
	redis_start sink srv $SERVER $PORT 0
	redis_start own root 10.88.0.1 $PORT 0
	redis_start neighbour c2 10.88.0.3 $PORT 0
	holder_start out c1 $SERVER 3
	holder_start to_node c1 10.88.0.1 1
	holder_start to_neighbour c1 10.88.0.3 1
	holder_start node root $SERVER 1
	wait_for "[[ \$(socket_count srv established 'sport = :$PORT') == 4 ]]" 10 "the connections out"
	wait_for "[[ \$(socket_count c1 established 'dport = :$PORT') == 5 ]]" 10 "the connections of c1"
	wait_for "resting c1 'dport = :$PORT'" 10 "them to rest"
}

lines_said() { grep -c "^{\"type\":\"$1\"" "$OUT/$NAME.json" || true; }

act() {
	audit before
	fact flows_before "$(conntrack -C)"
	fact flows_before_tcp "$(($(conntrack -L -f ipv4 -p tcp 2>/dev/null | wc -l) + $(conntrack -L -f ipv6 -p tcp 2>/dev/null | wc -l)))"
	conntrack -F 2>/dev/null
	audit after
	if [[ -e $OUT/$NAME.json ]]; then
		wait_for '(( $(lines_said at_risk) >= 3 ))' 10 "three flows to be found at risk"
	fi
	fact client_established "$(socket_count c1 established "dport = :$PORT")"
}

teardown() {
	if [[ -e /sys/class/net/c2-host ]]; then ip link del c2-host; fi
	modprobe -q -r br_netfilter || true
}
