# SPDX-License-Identifier: GPL-2.0-only
# With --no-pin the modules may go while rstblame watches, and come again.

. /guest/scenarios/module-late.sh
RUNS=test-kernels

RSTBLAME_ARGS=--no-pin

act() {
	masquerade_and_wait 1
	nft flush ruleset
	conntrack -F >/dev/null 2>&1 || true
	modules_unload
	masquerade_and_wait 2
	flap_and_reset
}
