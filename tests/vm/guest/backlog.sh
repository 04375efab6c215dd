# SPDX-License-Identifier: GPL-2.0-only
# A server whose accept queue has room for five, and that accepts nothing.

backlog_setup() {
	network_make
	node_address_add
	masquerade nft
	sysctl -q -w net.core.somaxconn=4 net.ipv4.tcp_syncookies=0
}
backlog_teardown() {
	sysctl -q -w net.core.somaxconn=4096 net.ipv4.tcp_syncookies=1 \
		net.ipv4.tcp_synack_retries=5 net.ipv4.tcp_abort_on_overflow=0
}

# node_server_stopped LABEL PORT ADDRESS
node_server_stopped() {
	node_server "$@"
	kill -STOP "$(pid_of $1)"
}
pid_of() { local name=${1}_pid; echo "${!name}"; }

requests() { ss -tnH state syn-recv "sport = :$1" | wc -l; } # PORT

# handshakes LABEL COUNT PORT ADDRESS: requests whose last ACK is lost until
# handshakes_go; the clients believe that they are connected.
handshakes() {
	local i
	ip netns exec srv nft "table inet late_$3 {
		chain out {
			type filter hook output priority 0;
			tcp dport $3 tcp flags & (syn | ack | psh) == ack drop
		}
	}"
	for ((i = 1; i <= $2; i++)); do
		spawn "$1$i" ip netns exec srv tcpend connect "$4" "$3"
	done
	wait_for "[[ \$(requests $3) == $2 ]]" 15 "$2 handshakes"
	wait_for "[[ \$(cat $STATE/$1?.log | grep -c connected) == $2 ]]" 15 "$2 clients that believe"
}
handshakes_go() { ip netns exec srv nft delete table inet late_$1; } # PORT
