# SPDX-License-Identifier: GPL-2.0-only
# Connections whose two ends do as they are told (tools/tcpend.c), packets made by
# hand (tools/rawtcp.c), and a peer that cannot be heard.

# flows_start LABEL COUNT PORT [SERVER]: connections from the container to a server
# that says nothing until it is told to; LABEL_client and LABEL_server are the ends.
flows_start() {
	local server=${4:-$SERVER}
	spawn "${1}_server" ip netns exec srv tcpend listen "$server" "$3"
	wait_for "[[ \$(ss -N srv -tlnH 'sport = :$3') ]]" 10 "$1's server to listen"
	spawn "${1}_client" ip netns exec c1 tcpend connect "$server" "$3" "$2" ${clients_from-}
	wait_for "[[ \$(log_count ${1}_server accepted) == $2 ]]" 10 "$2 flows of $1"
}

# flows_start_from PORT LABEL COUNT ...: the same, of clients with ports from PORT on
flows_start_from() {
	clients_from=$1 flows_start "${@:2}"
}

# tell LABEL COMMAND...: to a tcpend that spawn started
tell() { printf '%s\n' "${*:2}" >"$STATE/$1.stdin"; }
log_count() { grep -c "^$2" "$STATE/$1.log" || true; } # LABEL WORD
# The ports of its connections, as this end sees the client's.
log_ports() { awk '/^(accepted|connected)/ { print $2 }' "$STATE/$1.log"; }

# node_server LABEL PORT [ADDRESS]: and clients of it, on the other host
node_server() {
	spawn "$1" tcpend listen "${3:-$NODE}" "$2"
	wait_for "[[ \$(ss -tlnH 'sport = :$2') ]]" 10 "$1 to listen"
}
node_clients() { # LABEL COUNT PORT [ADDRESS]
	spawn "$1" ip netns exec srv tcpend connect "${4:-$NODE}" "$3" "$2"
	wait_for "[[ \$(log_count $1 connected) == $2 ]]" 10 "$2 connections of $1"
}

# try_ports COUNT FIRST [ADDRESS [NAMESPACE]]: one SYN for each, from the other host
try_ports() {
	local i
	for ((i = 0; i < $1; i++)); do
		# Refused, which is the point.
		ip netns exec "${4:-srv}" tcpend connect "${3:-$NODE}" $(($2 + i)) </dev/null >/dev/null
	done
}

# Nothing from or to the other host's ports 41000 to 41999 reaches its own TCP: they
# are rawtcp's, which reads the wire.
raw_ports_guard() {
	# The kernel must not choose one of them for a client of its own there.
	ip netns exec srv sysctl -q -w net.ipv4.ip_local_reserved_ports=41000-41999
	ip netns exec srv nft 'table inet guard {
		chain early {
			type filter hook prerouting priority -300;
			tcp dport 41000-41999 drop
		}
	}'
}
rawtcp_srv() { ip netns exec srv rawtcp "$@"; }

# stray ADDRESS PORT NODE-ADDRESS CLIENT-PORT SEGMENT...: once the client speaks, the
# server's side of the flow gets those segments, counted from what is expected of it.
# Far ahead in SEQ is INVALID on every kernel; far behind passes for a delayed
# duplicate since 6e250dcbff1d ("netfilter: conntrack: ignore overly delayed tcp
# packets", 6.2). What the segments acknowledge is far behind too, or the answer
# would be in the server's own window and end its connection.
stray() {
	spawn "stray_$4" ip netns exec srv rawtcp follow "$@"
	wait_for "[[ \$(log_count stray_$4 following) == 1 ]]" 5 "rawtcp to wait"
}

# mute PORT, unmute: what goes to or comes from that port is lost at the other host
mute() {
	ip netns exec srv nft "table inet mute {
		chain early {
			type filter hook prerouting priority -300;
			tcp dport $1 drop
			tcp sport $1 drop
		}
	}"
}
unmute() { ip netns exec srv nft delete table inet mute; }

# die_unheard LABEL NAMESPACE PORT: the client LABEL, and its sockets to that port; what
# they say of it is lost before any conntrack sees it, so that its entries stay. The sockets
# first: before bac76cf89816 ("tcp: fix forever orphan socket caused by tcp_abort", 6.11) an
# orphan could not be destroyed.
die_unheard() {
	ip netns exec "$2" nft "table inet dying {
		chain out {
			type filter hook output priority -300;
			tcp dport $3 drop
		}
	}"
	ip netns exec "$2" ss -K -tn "dport = :$3" >/dev/null
	wait_for "[[ -z \$(clients_to $2 connected $3) ]]" 15 "$1's sockets to be gone"
	end KILL "$1"
	ip netns exec "$2" nft delete table inet dying
}
clients_to() { ss -N "$1" -tanH state "$2" "dport = :$3"; } # NAMESPACE STATE PORT
