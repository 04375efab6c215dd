# SPDX-License-Identifier: GPL-2.0-only
# rstblame may not look into other processes. Of the client in a namespace that has a name
# the socket is found and nobody is named; of the one in a namespace without, not even
# that. It says what it lacks, and an audit does not say that nothing is at risk.

LESS="/usr/bin/setpriv --bounding-set=-sys_ptrace" # not busybox's
RSTBLAME_UNDER=$LESS

setup() {
	network_make
	node_address_add
	masquerade nft
	redis_start redis srv $SERVER 6379 60
	spawn nameless unshare -n sleep 1000000
	wait_for '[[ $(readlink /proc/$nameless_pid/ns/net) != $(readlink /proc/self/ns/net) ]]' 5 "the namespace"
	ip link add c2-host type veth peer name eth0 netns "$nameless_pid"
	ip link set c2-host master br0 up
	nsenter_c2 "ip addr add 10.88.0.3/24 dev eth0; ip link set eth0 up; ip route add default via 10.88.0.1"
	spawn c2 nsenter -t "$nameless_pid" -n redis-cli -h $SERVER subscribe ch
	wait_for 'grep -q "^1" $STATE/c2.log' 10 "the nameless one's client to be connected"
	subscriber_start
	wait_for "[[ \$(socket_count srv established 'sport = :6379') == 2 ]]" 5 "both"
}

nsenter_c2() { nsenter -t "$nameless_pid" -n bash -c "$1"; }

act() {
	local status=0
	if [[ -x /usr/bin/rstblame ]]; then
		$LESS rstblame --audit -f json -o "$STATE/audit" 2>"$STATE/audit.log" || status=$?
		fact audit_status $status
		fact audit_said "$(grep -c 'missing CAP_SYS_PTRACE: .*run it as root' "$STATE/audit.log")"
		fact audit_found "$(jq -sc '.[-1].at_risk' "$STATE/audit")"
	fi
	# Begin anew, or a slow guest's clients probe first (subscriber_refresh does for one).
	publish
	wait_for 'grep -q hello $STATE/c2.log && grep -q hello $STATE/subscriber.log' 15 "both to be told"
	wait_for 'resting c1 "dport = :6379"' 10 "the connection to rest"
	count_flows $NODE flows_before
	flap
	publish
	wait_for_rsts 2 15
	wait_for server_socket_gone 15 "redis to drop the connections"
}

teardown() {
	if [[ -e $OUT/$NAME.stderr ]]; then
		fact said "$(grep -c 'missing CAP_SYS_PTRACE: .*run it as root' "$OUT/$NAME.stderr")"
		fact unseen "$(jq -sc '.[-1].sockets_unseen > 0' "$OUT/$NAME.json")"
	fi
	if [[ -e /sys/class/net/c2-host ]]; then ip link del c2-host; fi
}
