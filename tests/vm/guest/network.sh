# SPDX-License-Identifier: GPL-2.0-only
# The stage. The guest's root namespace is the node; namespace c1 is a
# container behind the bridge br0; namespace srv is another host at the far end
# of the uplink up0.
#
#   c1 10.88.0.2 -- br0 10.88.0.1 [node] up0 10.9.0.1 -- 10.9.0.2 srv

CLIENT=10.88.0.2
SERVER=10.9.0.2
NODE=10.9.0.1
CLIENT6=fd00:88::2
SERVER6=fd00:9::2
NODE6=fd00:9::1

# All but the node's own address on up0, which is what most scenarios are about.
network_make() {
	ip netns add c1
	ip netns add srv
	ip -n c1 link set lo up
	ip -n srv link set lo up

	ip link add br0 type bridge
	ip addr add 10.88.0.1/24 dev br0
	ip link set br0 up
	ip link add c1-host type veth peer name eth0 netns c1
	ip link set c1-host master br0 up
	ip -n c1 addr add $CLIENT/24 dev eth0
	ip -n c1 link set eth0 up
	ip -n c1 route add default via 10.88.0.1

	ip link add up0 address 02:00:0a:09:00:01 type veth peer name eth0 netns srv
	ip -n srv addr add $SERVER/24 dev eth0
	ip -n srv link set eth0 up
	ip link set up0 up
	# An upstream router still knows the node's hardware address while its IP
	# address is away. Pinned, so that ARP does not decide when packets arrive.
	ip -n srv neigh add $NODE lladdr 02:00:0a:09:00:01 dev eth0 nud permanent
	patient_ends -4
}

# A guest may be so slow that an ACK takes longer than the least retransmission
# time-out of 200 ms: the FIN sent again meets a closed socket, which answers with
# a RST that no scenario asked for.
patient_ends() { # -4 | -6
	local ns route
	for ns in c1 srv; do
		ip -n $ns "$1" route show dev eth0 | while read -r route; do
			if [[ $route == fe80:* || $route == *rto_min* ]]; then continue; fi
			ip -n $ns "$1" route change $route dev eth0 rto_min 2s
		done
	done
}

# Everything from here on, and what it sends, on one CPU. While a closed socket makes
# way for its TIME_WAIT on one CPU, a FIN that comes in on another finds neither and is
# answered with a RST: the lockless lookup begins before the one is put in, and arrives
# after the other was taken out (inet_twsk_hashdance() in net/ipv4/inet_timewait_sock.c).
one_cpu() { taskset -p 1 $BASHPID >/dev/null; }

node_address_add() { ip addr add $NODE/24 dev up0; }
node_has_address() { [[ $(ip -4 -o addr show dev up0) == *" $NODE/"* ]]; }

# nodad, or the addresses could not be used for a second or two.
network_make6() {
	ip addr add fd00:88::1/64 dev br0 nodad
	ip -n c1 addr add $CLIENT6/64 dev eth0 nodad
	ip -n c1 route add default via fd00:88::1
	ip addr add $NODE6/64 dev up0 nodad
	ip -n srv addr add $SERVER6/64 dev eth0 nodad
	ip -n srv neigh add $NODE6 lladdr 02:00:0a:09:00:01 dev eth0 nud permanent
	patient_ends -6
}

masquerade() { # nft | iptables-legacy | iptables-nft | ip6tables
	local variant
	case $1 in
	nft)
		nft -f - <<-'RULES'
			table ip nat {
				chain postrouting {
					type nat hook postrouting priority 100;
					oifname "up0" masquerade
				}
			}
		RULES
		;;
	ip6tables)
		variant=$(iptables_variant)
		"${variant/ip/ip6}" -t nat -A POSTROUTING -o up0 -j MASQUERADE
		;;
	iptables-*) "$1" -t nat -A POSTROUTING -o up0 -j MASQUERADE ;;
	esac
	fact masquerade "\"$1\""
}

# A second address of the uplink: what is translated to it goes out by a rule that
# names it, which the removal of an address does not flush.
NODE_FIXED=10.9.0.3
snat_fixed() { # PORT of the server; before masquerade, which takes the rest
	ip addr add $NODE_FIXED/32 dev up0
	ip -n srv neigh add $NODE_FIXED lladdr 02:00:0a:09:00:01 dev eth0 nud permanent
	nft -f - <<-RULES
		table ip fixed {
			chain postrouting {
				type nat hook postrouting priority 99;
				oifname "up0" tcp dport $1 snat to $NODE_FIXED
			}
		}
	RULES
}

flap() { # [ADDRESS]: away and back, and wait until the flush is done
	ip addr del "${1:-$NODE}/24" dev up0
	ip addr add "${1:-$NODE}/24" dev up0
	wait_for "[[ \$(entries_to ${1:-$NODE}) == 0 ]]" 15 "the flush"
}

# A second network on the uplink, 10.9.1.1/24 on the node's side and 10.9.1.2 on the
# other host's: what goes there is masqueraded to that address.
NODE_B=10.9.1.1
SERVER_B=10.9.1.2
network_b_make() {
	ip -n srv addr add $SERVER_B/24 dev eth0
	ip -n srv neigh add $NODE_B lladdr 02:00:0a:09:00:01 dev eth0 nud permanent
	patient_ends -4
}

# A port of its own for each new entry, whether or not the client's is free.
masquerade_random() {
	nft 'table ip nat {
		chain postrouting {
			type nat hook postrouting priority 100;
			oifname "up0" masquerade random
		}
	}'
}

masquerade6() {
	nft -f - <<-'RULES'
		table ip6 nat {
			chain postrouting {
				type nat hook postrouting priority 100;
				oifname "up0" masquerade
			}
		}
	RULES
}

# Where a table of the legacy iptables can be had, that is the other code path.
iptables_variant() {
	if iptables-legacy -t nat -S >/dev/null 2>&1; then
		echo iptables-legacy
	else
		echo iptables-nft
	fi
}

network_remove() {
	local ns link
	# Links first: what is left in a namespace dies with it, but some time later.
	for link in up0 up1 c1-host br0 other0 mgmt; do
		if [[ -e /sys/class/net/$link ]]; then ip link del "$link"; fi
	done
	for ns in $(ip netns list | cut -d' ' -f1); do
		# A socket that still waits for the answer to its FIN keeps the namespace.
		ip netns exec "$ns" sysctl -q -w net.ipv4.tcp_orphan_retries=1
		ip netns del "$ns"
	done
	nft flush ruleset
	if grep -qs '^nat$' /proc/net/ip6_tables_names; then
		ip6tables-legacy -t nat -F
		modprobe -q -r ip6table_nat || true
	fi
	if grep -qs '^nat$' /proc/net/ip_tables_names; then
		iptables-legacy -t nat -F
		# The table keeps its hooks until the module goes.
		modprobe -q -r iptable_nat || true
	fi
	conntrack -F >/dev/null 2>&1 || true
}

# Sockets that were closed and wait for the answer to their FIN, in all namespaces, also
# in those that only such sockets keep.
orphans() { awk '$1 == "TCP:" { print $5 }' /proc/net/sockstat; }

# The next scenario must not inherit anything.
assert_clean() {
	local left
	left=$(ip -o addr show | grep -vE ' lo +inet6? (127|::1)' || true)
	left+=$(ip netns list)
	left+=$(nft list ruleset)
	left+=$(conntrack -L 2>/dev/null || true)
	[[ -z $left ]] || fail "not clean afterwards: $left"
}

# --- what the kernel says ---

out_rsts() { # NAMESPACE or root: RSTs it has sent, TcpOutRsts
	local line
	if [[ $1 == root ]]; then line=$(</proc/net/snmp); else line=$(ip netns exec "$1" cat /proc/net/snmp); fi
	awk '$1 == "Tcp:" && !head { for (i = 1; i <= NF; i++) if ($i == "OutRsts") col = i; head = 1; next }
	     $1 == "Tcp:" { print $col }' <<<"$line"
}

# Of all the namespaces, since rstblame sees all of them.
count_rsts() { # KEY
	local ns
	for ns in root c1 srv; do save "rsts_$1_$ns" "$(out_rsts $ns)"; done
}

# RSTs that the node has sent since the window began: since count_rsts before.
node_rsts() { echo $(($(out_rsts root) - rsts_before_root)); }
# wait_for_rsts N SECONDS: and not more than N.
wait_for_rsts() {
	wait_for "(( \$(node_rsts) >= $1 ))" "$2" "$1 RST from the node"
}

# Entries whose packets come back to ADDRESS: what a removal of it flushes.
entries_to() { # ADDRESS [PROTOCOL]
	local family=ipv4
	if [[ $1 == *:* ]]; then family=ipv6; fi
	{ conntrack -L -f $family ${2:+-p "$2"} --reply-dst "$1" 2>/dev/null || true; } | wc -l
}

# count_flows ADDRESS KEY: facts KEY (all protocols) and KEY_tcp.
count_flows() {
	fact "$2" "$(entries_to "$1")"
	fact "$2_tcp" "$(entries_to "$1" tcp)"
}

# sockets NAMESPACE STATE FILTER: as "recv-q send-q local peer" lines
sockets() { ss -N "$1" -tnH state "$2" "$3"; }
socket_count() { sockets "$@" | wc -l; }

# No data for a second and nothing unacknowledged: an ACK still in flight would
# make the conntrack entry again and hide the flush.
resting() { # NAMESPACE FILTER
	ss -N "$1" -tinHO state established "$2" | awk '
		function ms(key) { return match($0, key ":[0-9]+") ? substr($0, RSTART + length(key) + 1, RLENGTH - length(key) - 1) + 0 : 0 }
		{ n++; if (/unacked/ || ms("lastsnd") < 1000 || ms("lastrcv") < 1000) busy = 1 }
		END { exit !(n && !busy) }'
}
