# SPDX-License-Identifier: GPL-2.0-only
# Functions that a compiler inlined away: each time some are hidden from a window of its own
# (HIDE, tests/vm/blindfold.c). Where there is another that sees the same, all is proven as
# before: an IPv6 address, a received reset, a user's flush by the stack alone. Where a function
# is needed that has no other, --check and the window's start and summary say so, with what
# cannot be concluded without it, and the verdict is likely. The window that counts for the
# scenario has all of them.
RUNS=test-kernels
WINDOW=300

setup() {
	network_make
	network_make6
	node_address_add
	masquerade nft
	masquerade6
	modprobe nf_conntrack_netlink
	if [[ ! -x /usr/bin/rstblame ]]; then return; fi
	command -v rstblame-blindfold >/dev/null || fail "no rstblame-blindfold (RSTBLAME_BLINDFOLD)"
	part others 7006 "inet6addr_notifier_call_chain tcp_reset" $SERVER6
	part asked 7004 ctnetlink_del_conntrack $SERVER
	part needed 7005 iterate_cleanup_work $SERVER
}

# part NAME PORT HIDDEN SERVER: two connections, and act_NAME in a window of its own.
part() {
	local status=0 out=$OUT/$NAME.$1.log
	flows_start "$1" 2 "$2" "$4"
	save rsts_before_root "$(out_rsts root)"
	export HIDE=$3
	PART=$1 timeout -k 5 90 rstblame-blindfold -d 60 -f json -o "$out" -w "$STATE/$1.rec.log" -- /guest/act 2>>"$STATE/parts.log" || status=$?
	rstblame-blindfold --check -f json >"$STATE/check.$1" 2>>"$STATE/parts.log" || true
	unset HIDE
	fact "$1_status" "$status"
	fact "$1_resets" "$(jq -sc 'map(select(.type == "reset") | [.direction, .verdict, .cause, .confidence, .actor.comm, .inferred]) | group_by(.) | map(.[0] + [length])' "$out")"
	"judge_$1" "$out"
	rstblame -f json -r "$STATE/$1.rec.log" >"$STATE/$1.again" || status=$((status - $?))
	fact "$1_replay" "$status"
}

act() { "act_${PART:-last}"; }

act_others() {
	ip addr del $NODE6/64 dev up0
	ip addr add $NODE6/64 dev up0 nodad
	wait_for "[[ \$(entries_to $NODE6) == 0 ]]" 15 "the flush"
	tell others_server say hello
	wait_for_rsts 2 15
	(exec 3<>/dev/tcp/127.0.0.1/91) 2>/dev/null || true
}
judge_others() {
	fact others_hooks "$(jq -sc '.[0].probes | map(select(.name == "address-ipv6" or .name == "reset-received") | [.symbol, .state])' "$1")"
	fact others_address "$(jq -sc 'map(select(.type == "address" and .ifname == "up0") | [.op, .address, .actor.comm])' "$1")"
	fact others_missing "$(jq -sc 'map(select(.type == "witness" and .missing)) | length' "$1")"
}

act_asked() {
	conntrack -F 2>/dev/null
	tell asked_server say hello
	wait_for_rsts 2 15
}
judge_asked() {
	fact asked_why "$(jq -sc '.[0].probes[] | select(.name == "conntrack-request") | [.how, .why]' "$1")"
}

act_needed() {
	flap
	tell needed_server say hello
	wait_for_rsts 2 15
}
judge_needed() {
	fact needed_why "$(jq -sc '.[0].probes[] | select(.name == "masquerade-flush") | [.how, .why]' "$1")"
	fact needed_check "$(jq -c '[.status, (.probes[] | select(.name == "masquerade-flush") | .state)]' "$STATE/check.needed")"
	fact needed_said "$({ rstblame -r "$STATE/needed.rec.log" || true; } | tr -s ' \n' ' ' | grep -o 'not observed: masquerade-flush ([^)]*), so [^:]*its address' | wc -l)"
}

act_last() { (exec 3<>/dev/tcp/127.0.0.1/92) 2>/dev/null || true; }
