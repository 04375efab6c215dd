# SPDX-License-Identifier: GPL-2.0-only
# One probe after the other attaches and never fires (tests/vm/blindfold.c), while the node
# sends resets of each kind. The kernel's own counts find each that loses one: status 3 with
# both numbers. With open eyes nothing is missing.
RUNS=test-kernels
WINDOW=300

setup() {
	network_make
	network_make6
	node_address_add
	masquerade nft
	modprobe nf_conntrack_netlink
	spawn peer tcpend listen 127.0.0.1 7000
	wait_for '[[ $(ss -tlnH "sport = :7000") ]]' 10 "the peer to listen"
	if [[ ! -x /usr/bin/rstblame ]]; then return; fi
	command -v rstblame-blindfold >/dev/null || fail "no rstblame-blindfold (RSTBLAME_BLINDFOLD)"
	watch open_eyes ""
	watch reset_v4 on_reset_v4
	watch reset_v6 on_reset_v6
	watch abort on_abort
}

# watch KEY PROGRAMS: the deed in a window in which these do not fire.
watch() {
	local key=$1 status=0 out=$OUT/$NAME.$1.log
	BLINDFOLD=$2 timeout -k 5 60 rstblame-blindfold -d 40s -f json -o "$out" \
		-- bash -c '. /guest/lib.sh; . /guest/network.sh; . /guest/scenarios/blindfold.sh; deed' 2>>"$STATE/blindfold.log" || status=$?
	fact "${key}_status" "$status"
	fact "$key" "$(jq -sc 'map(select(.type == "witness" and .missing) | {of, counted, seen, missing})' "$out")"
	fact "${key}_lost" "$(jq -sc '.[-1].lost | with_entries(select(.value > 0))' "$out")"
	fact "${key}_headline" "$(jq -sc '.[-1].headline' "$out")"
}

# A port without a listener over IPv4 (2) and IPv6 (3), and a connection that is aborted (1).
deed() {
	local i
	for i in 1 2; do (exec 3<>"/dev/tcp/127.0.0.1/9$i") 2>/dev/null || true; done
	for i in 1 2 3; do (exec 3<>"/dev/tcp/::1/9$i") 2>/dev/null || true; done
	exec 3<>/dev/tcp/127.0.0.1/7000
	ss -K -tnH 'dport = :7000' >/dev/null
	exec 3>&-
}

act() { :; }
