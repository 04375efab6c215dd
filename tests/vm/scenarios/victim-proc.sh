# SPDX-License-Identifier: GPL-2.0-only
# Nobody has loaded sock_diag for TCP: the victim is found through /proc, and the module
# is as absent afterwards as before.

RUNS=test-kernels

setup() {
	network_make
	node_address_add
	masquerade nft
	redis_start redis srv $SERVER 6379 60
	subscriber_start
	# ss has loaded it.
	modprobe -r tcp_diag inet_diag
}

diag_modules() { find /sys/module -maxdepth 1 -name '*_diag' | grep -c -e tcp_diag -e inet_diag || true; }
lines_said() { grep -c "^{\"type\":\"$1\"" "$OUT/$NAME.json" || true; }

act() {
	fact diag_before "$(diag_modules)"
	count_flows $NODE flows_before
	ip addr del $NODE/24 dev up0
	ip addr add $NODE/24 dev up0
	wait_for "[[ \$(entries_to $NODE) == 0 ]]" 15 "the flush"
	if [[ -e $OUT/$NAME.json ]]; then
		wait_for '(( $(lines_said at_risk) >= 1 ))' 10 "the flow to be found at risk"
	fi
	publish
	wait_for_rsts 1 15
	if [[ -e $OUT/$NAME.json ]]; then
		wait_for '(( $(lines_said reset) >= 1 ))' 10 "the reset to be told"
	fi
	fact diag_after "$(diag_modules)"
}
