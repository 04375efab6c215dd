# SPDX-License-Identifier: GPL-2.0-only
# Published ports (DNAT in, masquerade out), and the table is emptied. Where the container
# speaks first, its words leave as a new connection, from port 80 instead of 8080: the
# clients reset what they do not know (3). Where the clients speak first, they live (2).

. /guest/service.sh

published_setup() { # NODE-ADDRESS CONTAINER-ADDRESS
	service_rules $1 $2 8080:80 8081:81
	listen web80 c1 $2 80
	listen web81 c1 $2 81
	clients a srv 3 $1 8080
	clients b srv 2 $1 8081
	wait_for '[[ $(log_count web80 accepted) == 3 && $(log_count web81 accepted) == 2 ]]' 10 "the connections"
}

published_act() {
	conntrack -F >/dev/null 2>&1
	tell web81 read
	tell b say hello
	wait_for '[[ $(log_count web81 got) == 2 ]]' 15 "the others to live"
	tell web80 read
	tell web80 say hello
	wait_for_srv_rsts 3
	wait_for '[[ $(log_count web80 reset) == 3 ]]' 15 "the server to be reset"
	fact clients_established "$(socket_count srv established 'dport = :8080')"
	fact others_established "$(socket_count srv established 'dport = :8081')"
}
