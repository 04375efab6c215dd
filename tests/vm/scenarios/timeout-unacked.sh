# SPDX-License-Identifier: GPL-2.0-only
# Two connections whose entries live five days in ESTABLISHED, and time out in seconds all the
# same: data of one was not acknowledged, and the other's was sent again three times. The
# server's next words are answered by resets. Beside them: one that is acknowledged, and lives.

RUNS=test-kernels

limit() { # unacknowledged | max_retrans
	sysctl -q -w "net.netfilter.nf_conntrack_tcp_timeout_$1=$2"
}

# What the server gets of it is dropped, and counted; what the container sends, once told so.
setup() {
	network_make
	node_address_add
	masquerade nft
	flows_start a 1 7001
	flows_start b 1 7002
	flows_start c 1 7003
	ip netns exec srv nft 'table inet deaf {
		counter a { }
		counter b { }
		chain in {
			type filter hook input priority 0;
			tcp dport 7001 counter name a drop
			tcp dport 7002 counter name b drop
		}
	}'
	ip netns exec c1 nft 'table inet mute {
		set ports { type inet_service; }
		chain out {
			type filter hook output priority 0;
			tcp dport @ports drop
		}
	}'
}

came() { ip netns exec srv nft list counter inet deaf "$1" | awk '/packets/ { print $2 }'; }
silence() { ip netns exec c1 nft "add element inet mute ports { $1 }"; }
gone() { ! conntrack -L -p tcp --dport "$1" 2>/dev/null | grep -q .; }

act() {
	# The timeout is that of the packet that comes next.
	limit max_retrans 3
	tell b_client say hello
	wait_for '(($(came b) >= 4))' 90 "the data of b to be sent again"
	silence 7002
	limit max_retrans 300

	limit unacknowledged 3
	tell a_client say hello
	tell c_client say hello
	wait_for '(($(came a) >= 1))' 15 "the data of a"
	silence 7001
	limit unacknowledged 300
	wait_for 'gone 7001 && gone 7002' 30 "the entries to expire"
	ip netns exec srv nft delete table inet deaf
	tell a_server say hello
	wait_for_rsts 1 15
	tell b_server say hello
	wait_for_rsts 2 15
	tell c_client read
	tell c_server say hello
	wait_for '[[ $(log_count c_client got) == 1 ]]' 15 "the third to live"
}

teardown() { limit max_retrans 300; limit unacknowledged 300; }
