# SPDX-License-Identifier: GPL-2.0-only
# The machine sleeps between a flush and the resets that it leads to: CLOCK_MONOTONIC, of
# which all times in the rings are, stands still meanwhile, and the wall clock goes on. By
# the kernel's test of it, which stops the clocks for five seconds and comes back by itself:
# Debian's cloud kernels have none (bookworm-full has), and nothing sleeps there.

. /guest/stopped.sh
RUNS=test-kernels
WINDOW=60

setup() { stopped_setup; }

mono_ms() { awk '/^now at/ { printf "%d\n", $3 / 1000000; exit }' /proc/timer_list; }

suspend() {
	local boot_ms mono_ms
	boot_ms=$(now_ms) mono_ms=$(mono_ms)
	echo core >/sys/power/pm_test
	echo mem >/sys/power/state
	# Uptime goes on.
	slept_ms=$(($(now_ms) - boot_ms - $(mono_ms) + mono_ms))
	say "slept for $slept_ms ms"
	((slept_ms >= 2000)) || fail "it did not sleep: $slept_ms ms"
}

act() {
	local slept_ms
	conntrack -F >/dev/null 2>&1
	if [[ -e /sys/power/pm_test ]]; then suspend; fi
	tell a_server say hello
	wait_for_rsts 3 15
}
