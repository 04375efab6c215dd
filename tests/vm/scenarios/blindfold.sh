# SPDX-License-Identifier: GPL-2.0-only
# One probe after the other attaches and never fires (tests/vm/blindfold.c), while the node
# sends resets of each kind, and addresses and conntrack entries are removed. The kernel's own
# counts find each that loses one: status 3 with both numbers. So they do where a switch of the
# kernel silences all probes, or all kprobes. With open eyes nothing is missing.
RUNS=test-kernels
WINDOW=400

setup() {
	network_make
	network_make6
	node_address_add
	masquerade nft
	modprobe nf_conntrack_netlink
	mount -t debugfs none /sys/kernel/debug
	spawn peer tcpend listen 127.0.0.1 7000
	spawn server ip netns exec srv tcpend listen $SERVER 7100
	wait_for '[[ $(ss -tlnH "sport = :7000") && $(ss -N srv -tlnH "sport = :7100") ]]' 10 "the peers to listen"
	if [[ ! -x /usr/bin/rstblame ]]; then return; fi
	command -v rstblame-blindfold >/dev/null || fail "no rstblame-blindfold (RSTBLAME_BLINDFOLD)"
	watch open_eyes ""
	watch reset_v4 on_reset_v4
	watch reset_v6 on_reset_v6
	watch abort on_abort
	watch address_v4 on_address_v4
	watch address_v6 on_address_v6
	# As where all callers have inlined a function that is still there: another one serves.
	watch uncalled_v6 "on_address_v6_fentry on_address_v6_kprobe"
	watch removal on_removal
	switched ftrace /proc/sys/kernel/ftrace_enabled
	switched kprobes /sys/kernel/debug/kprobes/enabled
}

teardown() {
	echo 1 >/proc/sys/kernel/ftrace_enabled
	echo 1 >/sys/kernel/debug/kprobes/enabled
	umount /sys/kernel/debug
}

# watch KEY PROGRAMS [DEED]: the deed in a window in which these do not fire.
watch() {
	local key=$1 status=0 out=$OUT/$NAME.$1.log i
	conntrack -F 2>/dev/null
	for i in 1 2 3; do ip netns exec c1 bash -c "exec 3<>/dev/tcp/$SERVER/7100"; done
	BLINDFOLD=$2 timeout -k 5 60 rstblame-blindfold -d 40s -f json -o "$out" \
		-- bash -c ". /guest/lib.sh; . /guest/network.sh; . /guest/scenarios/blindfold.sh; ${3:-deed}" 2>>"$STATE/blindfold.log" || status=$?
	fact "${key}_status" "$status"
	fact "$key" "$(jq -sc 'map(select(.type == "witness" and .missing) | {of, counted, seen, missing})' "$out")"
	fact "${key}_lost" "$(jq -sc '.[-1].lost | with_entries(select(.value > 0))' "$out")"
	fact "${key}_headline" "$(jq -sc '.[-1].headline' "$out")"
	fact "${key}_agreed" "$(jq -sc 'map(select(.type == "witness" and (.missing | not)) | {of, counted, seen, namespaces})' "$out")"
}

# A port without a listener over IPv4 (2) and IPv6 (3), a connection that is aborted (1), an
# address of each family, and the three entries that were there.
deed() {
	local i
	for i in 1 2; do (exec 3<>"/dev/tcp/127.0.0.1/9$i") 2>/dev/null || true; done
	for i in 1 2 3; do (exec 3<>"/dev/tcp/::1/9$i") 2>/dev/null || true; done
	exec 3<>/dev/tcp/127.0.0.1/7000
	ss -K -tnH 'dport = :7000' >/dev/null
	exec 3>&-
	ip addr add 10.9.7.1/32 dev up0
	ip addr del 10.9.7.1/32 dev up0
	ip addr add fd00:9::7/128 dev up0 nodad
	ip addr del fd00:9::7/128 dev up0
	conntrack -F 2>/dev/null
}

# switched KEY FILE: that switch is off during the deed, where the kernel lets it be.
switched() {
	local right
	export SWITCH=$2
	watch "$1" "" 'if echo 0 2>/dev/null >$SWITCH; then deed; echo 1 >$SWITCH; else : >$STATE/refused; fi'
	if [[ -e $STATE/refused ]]; then
		rm "$STATE/refused"
		right=true
	elif [[ $1 == kprobes ]]; then
		# Whatever kprobes saw is missing, and nothing else.
		right=$(jq -s '(.[0].probes | any(.how == "kprobe" and .name == "conntrack-removal")) as $by_kprobe
			| (map(select(.type == "witness" and .missing).of) | index("removals") != null) == $by_kprobe' "$OUT/$NAME.$1.log")
	else
		right=$(jq -s '.[-1].status == 3 and (map(select(.type == "witness" and .missing) | {of, seen}) | sort_by(.of)
			== [{of: "addresses", seen: 0}, {of: "removals", seen: 0}, {of: "resets", seen: 0}])' "$OUT/$NAME.$1.log")
	fi
	fact "${1}_right" "$right"
}

act() { :; }
