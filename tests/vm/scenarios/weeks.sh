# SPDX-License-Identifier: GPL-2.0-only
# Watching for weeks, in a minute: a line each period, a report when it is asked for, what a
# service manager is told, and a recording of whose parts one has the cause and another the
# reset: together they say what was said live.

RUNS=test-kernels
WINDOW=200
. /guest/ends.sh
LONG=/run/scenario/weeks

# Ends that say nothing by themselves: Redis' and its client's keepalives would, in a guest
# that is slow.
setup() {
	network_make
	node_address_add
	masquerade nft
	flows_start a 1 7001
	fact flow_orig "$(printf '{"src":"%s","sport":%d,"dst":"%s","dport":7001}' $CLIENT "$(log_ports a_client)" $SERVER)"
	flows_start idle 4 7002
	if [[ ! -x /usr/bin/rstblame ]]; then return; fi
	mkdir $LONG
	spawn manager notified @manager
	wait_for 'grep -q @manager /proc/net/unix' 10 "the manager to listen"
	spawn weeks env NOTIFY_SOCKET=@manager rstblame --utc -q --every 2s -C 4k -w $LONG/rec \
		-o $LONG/report --metrics $LONG/node.prom
	wait_for 'grep -q READY=1 "$STATE/manager.log"' 60 "the watch to be ready"
	# Not in the window of the rstblame beside it.
	wait_for '[[ ! $(cat /proc/$weeks_pid/task/*/children) ]]' 20 "its canary to end"
}

periods() { grep -c ' period  ' $LONG/report || true; }

act() {
	count_flows $NODE flows_before
	flap
	if [[ -x /usr/bin/rstblame ]]; then ask; fi
	tell a_server say hello
	wait_for_rsts 1 15
	wait_for '[[ -z $(sockets srv connected "sport = :7001") ]]' 15 "the server to drop the connection"
	fact client_established "$(socket_count c1 established "dport = :7001")"
	fact server_established "$(socket_count srv established "sport = :7001")"
	if [[ -x /usr/bin/rstblame ]]; then finish_weeks; fi
}

ask() {
	wait_for '(( $(periods) >= 2 )) && grep -q "^rstblame_flows_at_risk [1-9]" $LONG/node.prom' 20 "two periods, and the flows at risk"
	kill -USR1 $weeks_pid
	wait_for 'grep -q "so far" $LONG/report' 20 "the report that was asked for"
	fact asked "$(sed -n 's/^VERDICT *\([A-Z]*\):.*/"\1"/p' $LONG/report)"
	# Each replaces the file whole.
	fact metrics_status "$(sed -n 's/^rstblame_status //p' $LONG/node.prom)"
}

# part_of PATTERN: which of the parts has such a line
part_of() { grep -lE "$1" $LONG/rec* | sed 's/.*rec//; s/^$/0/' | head -n1; }
verdict() { tac "$1" | sed '/^VERDICT/q' | tac | grep -v '^COUNTS\|^LOST\|waited in the rings'; }

finish_weeks() {
	local part status=0
	wait_for 'grep -q "1 blamed on conntrack (1 entry-removed" $LONG/report' 20 "the period of the reset"
	kill -TERM $weeks_pid
	wait_for '! running $weeks_pid' 60 "it to end"
	cp $LONG/report "$OUT/$NAME.report.log"
	mkdir "$OUT/$NAME.parts"
	cp $LONG/rec* "$OUT/$NAME.parts"
	fact manager "$(jq -Rsc '[match("READY=1|STOPPING=1"; "g").string]' "$STATE/manager.log")"
	fact manager_status "$(grep -q 'STATUS=.*blamed on conntrack' "$STATE/manager.log" && echo true || echo false)"
	fact apart "$(($(part_of '"removal".*"dport":7001') < $(part_of '"reset".*"direction":"sent"')))"
	rstblame --utc -q $(printf ' -r %s' $LONG/rec*) >$STATE/again 2>$STATE/again.err || status=$?
	fact again_status $status
	fact again_said "$(jq -Rsc . $STATE/again.err)"
	fact again_differs "$({ diff <(verdict $LONG/report) <(verdict $STATE/again) || true; } | jq -Rsc 'split("\n") | map(select(. != ""))')"
	# Each by itself can be read, and is not said to be cut.
	for part in $LONG/rec*; do rstblame -q -r "$part" || true; done >/dev/null 2>$STATE/each.err
	fact each_cut "$(grep -c 'cut\|unreadable' $STATE/each.err || true)"
	fact each_goes_on "$(($(grep -c 'goes on in' $STATE/each.err) + 1 - $(ls $LONG/rec* | wc -l)))"
}
