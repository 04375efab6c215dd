# SPDX-License-Identifier: GPL-2.0-only
# A published port, whose rule is the only one that needs conntrack.

last_rule_network() {
	network_make
	node_address_add
}
last_rule_connections() {
	spawn web ip netns exec c1 tcpend listen $CLIENT 80
	wait_for '[[ $(ss -N c1 -tlnH "sport = :80") ]]' 10 "the container to listen"
	spawn early ip netns exec srv tcpend connect $NODE 8080 2
	wait_for '[[ $(log_count web accepted) == 2 ]]' 10 "the connections"
}
# The hooks go when the kworker runs: until then what is said is translated.
last_rule_resets() { # LABEL of who speaks
	wait_for "tell $1 say hello; sleep 0.5; (( \$(node_rsts) >= 2 ))" 20 "both to be reset"
}
