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

# fill LABEL PORT ADDRESS: the queue, by connections whose last ACK is not lost
fill() {
	spawn "$1" ip netns exec c1 tcpend connect "$3" "$2" 5
	wait_for "[[ \$(log_count $1 connected) == 5 ]]" 15 "the queue of $2 to fill"
}

# accept_queue NODE-ADDRESS: reset at the last ACK, with tcp_abort_on_overflow (2); and at
# the first data, after the request was given up (3).
accept_queue() {
	sysctl -q -w net.ipv4.tcp_abort_on_overflow=1
	handshakes rush 2 7100 "$1"
	fill full 7100 "$1"
	handshakes_go 7100
	wait_for_rsts 2 15
	sysctl -q -w net.ipv4.tcp_abort_on_overflow=0 net.ipv4.tcp_synack_retries=1
	handshakes late 3 7101 "$1"
	fill full2 7101 "$1"
	handshakes_go 7101
	wait_for '[[ $(requests 7101) == 0 ]]' 30 "the requests to be given up"
	for i in 1 2 3; do tell late$i say hello; done
	wait_for_rsts 5 20
	fact waiting "$(ss -tlnH 'sport = :7100' | awk '{ print $2 }')"
}
