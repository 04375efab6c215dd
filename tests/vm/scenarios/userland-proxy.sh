# SPDX-License-Identifier: GPL-2.0-only
# A port published by a proxy in user space (2 connections), beside one that is translated
# (2). The table is emptied: the proxy's connections live, those of the other are reset by
# the clients when the container speaks first. Then the proxy is stopped while data waits
# to be read: its resets are its own.

. /guest/service.sh
RUNS=test-kernels

setup() {
	network_make
	node_address_add
	service_rules $NODE $CLIENT 8080:80
	masquerade nft
	listen web80 c1 $CLIENT 80
	listen web81 c1 $CLIENT 81
	spawn proxy nc -ll -p 8081 -e nc $CLIENT 81
	wait_for '[[ $(ss -tlnH "sport = :8081") ]]' 10 "the proxy to listen"
	clients a srv 2 $NODE 8080
	clients b srv 2 $NODE 8081
	wait_for '[[ $(log_count web80 accepted) == 2 && $(log_count web81 accepted) == 2 ]]' 10 "the connections"
}

# One nc for each connection.
proxies() { ss -tnpH state established 'dport = :81' | grep -oE 'pid=[0-9]+' | cut -d= -f2 | sort -u; }
# Data that the proxies have not read.
waiting() { ss -tnH state established 'sport = :8081' | awk '$1 > 0' | wc -l; }

act() {
	conntrack -F >/dev/null 2>&1
	tell web81 read
	tell b say hello
	wait_for '[[ $(log_count web81 got) == 2 ]]' 15 "the proxy's to live"
	tell web80 say hello
	wait_for_srv_rsts 2
	kill -STOP $(proxies)
	tell b say again
	wait_for '[[ $(waiting) == 2 ]]' 15 "data to wait"
	kill -KILL $(proxies)
	wait_for_rsts 2 15
}
