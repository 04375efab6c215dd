# SPDX-License-Identifier: GPL-2.0-only
# A kernel that tells no types: rstblame takes them from a file, and is as right. (The
# file is this kernel's own, taken before it is hidden.)

. /guest/scenarios/flap-ip.sh
RSTBLAME_UNDER="unshare -m /guest/without-btf"
RSTBLAME_ARGS="--btf /run/types.btf"

eval "flap_$(declare -f setup)"
setup() {
	cp /sys/kernel/btf/vmlinux /run/types.btf
	flap_setup
}
teardown() { rm -f /run/types.btf; }
