# SPDX-License-Identifier: GPL-2.0-only
# rstblame gets SIGHUP while its command still runs: the report is whole.

. /guest/scenarios/flap-ip.sh
RUNS=test-kernels
eval "$(declare -f act | sed '1s/^act/flap/')"

act() {
	flap
	fact rsts_in_act "$(node_rsts)"
	: >"$STATE/done"
	kill -HUP "$PPID"
	exec sleep 60 # which rstblame ends
}
