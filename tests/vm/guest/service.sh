# SPDX-License-Identifier: GPL-2.0-only
# A service address: the translation is the node's, the sockets are those of a pod (c1) and
# of its endpoints on the other host, which know the pod by its own address.

CLUSTER=10.96.0.10
CLUSTER6=fd00:96::10

# Another pod of c1's bridge.
OTHER_POD=10.88.0.3
pod_add() { # NAMESPACE ADDRESS
	ip netns add $1
	ip -n $1 link set lo up
	ip link add $1-host type veth peer name eth0 netns $1
	ip link set $1-host master br0 up
	ip -n $1 addr add $2/24 dev eth0
	ip -n $1 link set eth0 up
	ip -n $1 route add default via 10.88.0.1
}

# What the pods (c1) and the other host sent of resets since the window began.
pod_rsts() { echo $(($(out_rsts c1) - rsts_before_c1)); }
srv_rsts() { echo $(($(out_rsts srv) - rsts_before_srv)); }
wait_for_pod_rsts() { wait_for "(( \$(pod_rsts) >= $1 ))" 15 "$1 RST from the pod"; }
wait_for_srv_rsts() { wait_for "(( \$(srv_rsts) >= $1 ))" 15 "$1 RST from the other host"; }

service_network() {
	network_make
	node_address_add
	ip -n srv route add 10.88.0.0/24 via $NODE
	patient_ends -4
}
service_network6() {
	network_make
	node_address_add
	network_make6
	ip -n srv route add fd00:88::/64 via $NODE6
	patient_ends -6
}

# service_rules CLUSTER-ADDRESS ENDPOINT [PORT:PORT...]: in one transaction, so that the
# hooks of NAT do not go.
service_rules() {
	local family=ip cluster=$1 endpoint=$2 pair
	if [[ $1 == *:* ]]; then family=ip6 endpoint="[$2]"; fi
	{
		echo "table $family kube"
		echo "delete table $family kube"
		echo "table $family kube { chain services { type nat hook prerouting priority -100;"
		for pair in "${@:3}"; do
			echo "$family daddr $cluster tcp dport ${pair%:*} dnat to $endpoint:${pair#*:};"
		done
		echo "}; }"
	} | nft -f -
}

# listen LABEL NAMESPACE ADDRESS PORT: an end that takes connections and says nothing
listen() {
	local address=$3
	if [[ $3 == *:* ]]; then address="[$3]"; fi
	spawn "$1" ip netns exec "$2" tcpend listen "$3" "$4"
	wait_for "[[ \$(ss -N $2 -tlnH 'sport = :$4 and src $address') ]]" 10 "$1 to listen"
}
# clients LABEL NAMESPACE COUNT ADDRESS PORT
clients() {
	spawn "$1" ip netns exec "$2" tcpend connect "$4" "$5" "$3"
	wait_for "[[ \$(log_count $1 connected) == $3 ]]" 10 "$3 connections of $1"
}
family_of() { if [[ $1 == *:* ]]; then echo ipv6; else echo ipv4; fi; } # ADDRESS
entries_of() { # SERVICE-ADDRESS: what conntrack has of it
	{ conntrack -L -f "$(family_of $1)" -p tcp --orig-dst "$1" 2>/dev/null || true; } | wc -l
}
entries_delete() { # SERVICE-ADDRESS [MORE...]
	conntrack -D -f "$(family_of $1)" -p tcp --orig-dst "$@" >/dev/null 2>&1
}

# two_services CLUSTER-ADDRESS ENDPOINT: of ports 80 (a, 3 connections of the pod, served by one)
# and 81 (b, 2, by two)
two_services() {
	service_network
	service_rules $1 $2 80:7001 81:7002
	listen one srv $2 7001
	listen two srv $2 7002
	clients a c1 3 $1 80
	clients b c1 2 $1 81
}

# What rstblame has written by now: its lines of one type.
lines_said() { grep -c "^{\"type\":\"$1\"" "$OUT/$NAME.json" || true; }
wait_for_resets_said() { # COUNT
	if [[ -e $OUT/$NAME.json ]]; then
		wait_for "(( \$(lines_said reset) >= $1 ))" 15 "$1 resets to be told"
	fi
}
wait_for_risks() { # COUNT
	if [[ -e $OUT/$NAME.json ]]; then
		wait_for "(( \$(lines_said at_risk) >= $1 ))" 15 "$1 flows to be found at risk"
	fi
}
