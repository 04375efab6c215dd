# SPDX-License-Identifier: GPL-2.0-only
# What silences attached probes without an error: kernel.ftrace_enabled=0, before and during
# the window, and disarmed kprobes. Each time flows are flushed and reset (2), and "nothing
# was seen" must not be told as "nothing was there". In the window that counts for the
# scenario all is on again, and all is proven. Where the kernel does not take the 0 there is
# nothing to be silent about.

RUNS=test-kernels
FTRACE=/proc/sys/kernel/ftrace_enabled
WINDOW=120

setup() {
	network_make
	node_address_add
	masquerade nft
	modprobe nf_conntrack_netlink
	if [[ -x /usr/bin/rstblame ]]; then
		disarmed
		before
		part during 2 7001
		part again 1 7002
		part ended 2 7003
	fi
	flows_start last 2 7005
}

# debugfs is mounted while it is turned only: rstblame finds its own way there.
KPROBES=/sys/kernel/debug/kprobes/enabled
arm() {
	mount -t debugfs none /sys/kernel/debug
	echo "$1" >$KPROBES
	umount /sys/kernel/debug
}
disarmed() {
	arm 0
	part disarmed 2 7004
	arm 1
}

turn() { echo "$1" 2>/dev/null >$FTRACE; }

# One line with the cure, status 3, and nothing attached, which would break 6.1.
before() {
	local status=0
	if ! turn 0; then
		fact before_right true
		return
	fi
	rstblame -d 1 >/dev/null 2>"$STATE/before.err" || status=$?
	turn 1
	fact before_right "$([[ $status == 3 && $(wc -l <"$STATE/before.err") == 1 ]] &&
		grep -q 'sysctl kernel.ftrace_enabled=1' "$STATE/before.err" && echo true || echo false)"
}

# part NAME COUNT PORT: a window of its own, with so many flows and act_NAME in it; its lines
# as NAME.json.log.
part() {
	local status=0
	flows_start "$@"
	PART=$1 rstblame -d 60 -f json -o "$STATE/$1.json.log" -w "$STATE/$1.rec.log" -- /guest/act 2>"$STATE/$1.err.log" || status=$?
	fact "$1_status" "$status"
	"judge_$1" "$STATE/$1.json.log"
	rstblame -f json -r "$STATE/$1.rec.log" >"$STATE/$1.again" || status=$((status - $?))
	fact "$1_replay" "$status"
}
has_line() { grep -qs "$1" "$STATE/$PART.json.log"; }
right() { fact "${1}_right" "$(jq -sc "$2" "$STATE/$1.json.log")"; } # PART JQ

flush_and_reset() { # LABEL COUNT
	flap
	tell "$1_server" say hello
	wait_for_rsts "$2" 15
}

act() { "act_${PART:-last}"; }

act_during() {
	if turn 0; then save refused ""; else save refused 1; fi
	flush_and_reset during 2
	[[ $refused ]] || wait_for "has_line '\"probe\":\"ftrace\"'" 20 "the loss to be told"
	turn 1
	[[ $refused ]] || wait_for "has_line '\"name\":\"ftrace\"'" 20 "its end to be told"
}
judge_during() {
	. "$STATE/vars"
	if [[ $refused ]]; then
		right during '[.[] | select(.direction == "sent" and .confidence == "proven")] | length == 2'
	else
		right during '.[-1] | .status == 3 and .lost.ftrace == 1 and .resets == {} and (.headline | test("kernel.ftrace_enabled was 0"))'
	fi
}

# What is seen afterwards counts, and is not proven any more.
act_again() {
	if turn 0; then save refused ""; else save refused 1; fi
	[[ $refused ]] || wait_for "has_line '\"probe\":\"ftrace\"'" 20 "the loss to be told"
	turn 1
	flush_and_reset again 1
}
judge_again() {
	. "$STATE/vars"
	if [[ $refused ]]; then
		right again '.[-1].status == 2'
	else
		right again '[.[] | select(.direction == "sent") | [.verdict, .cause, .confidence]] == [["entry-removed", "address-removed", "likely"]]
			and .[-1].status == 1 and (.[-1].headline | test("entry was gone.*kernel.ftrace_enabled was 0"))'
	fi
}

# The window ends while it is off. Detaching then broke ftrace on 6.1, so it waits: until
# someone turns it on, which here the end of the report does.
act_ended() {
	if turn 0; then save refused ""; else save refused 1; fi
	flush_and_reset ended 2
	[[ $refused ]] || spawn turner bash -c "until grep -q '\"summary\"' $STATE/ended.json.log; do sleep 0.1; done; echo 1 >$FTRACE"
}
judge_ended() {
	. "$STATE/vars"
	turn 1
	fact ended_said "$([[ $refused ]] || grep -q 'waiting 10 s for sysctl' "$STATE/ended.err.log" && echo true || echo false)"
	if [[ $refused ]]; then
		right ended '.[-1].status == 2'
	else
		right ended '.[-1] | .status == 3 and .lost.ftrace == 1 and .resets == {}'
	fi
	fact kernel_warned "$(dmesg | grep -c 'WARNING: .*ftrace' || true)"
}

# It depends on the kernel which probes are by kprobe: masquerade's flush on all, so nothing
# is proven; on 5.10 and 7.2 removals, too, and none may be told to have been before the
# window.
act_disarmed() { flush_and_reset disarmed 2; }
judge_disarmed() {
	fact disarmed_symbols "$(jq -sc '[.[] | select(.type == "start") | .probes[] | select(.why // "" | test("disarmed")) | .name] | sort' "$STATE/disarmed.json.log")"
	right disarmed '[.[] | select(.type == "reset" and .direction == "sent")]
		| length == 2 and all(.[]; .confidence == "likely" and (.inferred | index("removal-before-window") | not))'
	fact disarmed_told "$(jq -sc '.[-1] | .lost.kprobes == 1 and (.headline | test("kprobes/enabled was 0"))' "$STATE/disarmed.json.log")"
}
act_last() {
	count_flows $NODE flows_before
	flush_and_reset last 2
}
teardown() { dmesg | tail -n 80 >"$STATE/dmesg.log"; }
