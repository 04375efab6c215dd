# SPDX-License-Identifier: GPL-2.0-only
# Others trace the same functions, and stop: the kernel's function tracer is switched on and off,
# and a second rstblame attaches its own programs and goes. An address flaps under three connections
# while the tracer is on, and two of them are reset; the table is emptied under two others while both
# tracers are there; the third is reset when all is over. Nothing is lost and nothing lowers the
# verdict. Beside them: ports where nobody listens (2).

RUNS=test-kernels
WINDOW=180
TRACING=/sys/kernel/tracing

setup() {
	network_make
	node_address_add
	masquerade nft
	modprobe nf_conntrack_netlink
	flows_start a 2 7001
	flows_start c 1 7003
}

tracer_on() {
	local function
	for function in tcp_v4_send_reset tcp_send_active_reset tcp_reset nf_ct_delete __nf_conntrack_confirm \
		iterate_cleanup_work nf_ct_iterate_cleanup fib_inetaddr_event ctnetlink_del_conntrack; do
		echo "$function" 2>/dev/null >>$TRACING/set_ftrace_filter || true
	done
	fact functions_traced "$(grep -c . $TRACING/set_ftrace_filter)"
	echo function >$TRACING/current_tracer
}
tracer_off() {
	echo nop >$TRACING/current_tracer
	echo >$TRACING/set_ftrace_filter
}

act() {
	tracer_on
	try_ports 1 8001
	wait_for_rsts 1 15
	ip addr del $NODE/24 dev up0
	ip addr add $NODE/24 dev up0
	wait_for "[[ \$(entries_to $NODE) == 0 ]]" 15 "the flush"
	tell a_server say hello
	wait_for_rsts 3 15
	spawn other rstblame -d 120 -f json -o "$STATE/other.json.log"
	wait_for 'grep -qs "\"type\":\"start\"" $STATE/other.json.log' 40 "the other one to be attached"
	flows_start b 2 7002
	conntrack -F 2>/dev/null
	tell b_server say hello
	wait_for_rsts 5 15
	tracer_off
	tracer_on
	kill -INT "$other_pid"
	wait_for "! running $other_pid" 60 "the other one to go"
	tracer_off
	fact other_right "$(jq -sc '[.[] | select(.direction == "sent") | [.verdict, .cause, .confidence]] | unique == [["entry-removed", "user-flush", "proven"]]' "$STATE/other.json.log")"
	tell c_server say hello
	wait_for_rsts 6 15
	try_ports 1 8002
	wait_for_rsts 7 15
}

teardown() {
	fact kernel_warned "$(dmesg | grep -c 'WARNING: .*ftrace' || true)"
}
