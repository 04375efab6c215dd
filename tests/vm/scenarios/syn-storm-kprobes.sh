# SPDX-License-Identifier: GPL-2.0-only
# The same storm on a kernel that tells no types: its probes are kprobes then, which read
# each field of the packet for themselves.

. /guest/scenarios/syn-storm.sh
RUNS=test-kernels
RSTBLAME_UNDER="unshare -m /guest/without-btf"
RSTBLAME_ARGS="--btf /run/types.btf"

eval "storm_$(declare -f setup)"
setup() {
	cp /sys/kernel/btf/vmlinux /run/types.btf
	storm_setup
}
teardown() { rm -f /run/types.btf; }
