# SPDX-License-Identifier: GPL-2.0-only
# rstblame and its command are in a cgroup that may have 128 MB, maps and rings included.
# Another, which may have 8 MB, ends before it watches, and leaves nothing in the kernel; 5.10
# charges maps to no cgroup, and there it watches.

. /guest/scenarios/flap-ip.sh
RUNS=test-kernels
WINDOW=120
eval "$(declare -f setup | sed '1s/^setup/stage/')"
NOTHING="programs 0 maps 0 links 0"

limit() { # NAME BYTES
	mkdir -p "/sys/fs/cgroup/$1"
	echo "$2" >"/sys/fs/cgroup/$1/memory.max"
	printf '#!/bin/bash\necho $$ >/sys/fs/cgroup/%s/cgroup.procs\nexec "$@"\n' "$1" >"/run/in-$1"
	chmod +x "/run/in-$1"
}
RSTBLAME_UNDER=/run/in-room

setup() {
	local status=0 is_uncharged=0
	if [[ $(uname -r) == 5.10.* ]]; then is_uncharged=1; fi
	stage
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
	limit room $((128 << 20))
	limit little $((8 << 20))
	if [[ ! -x /usr/bin/rstblame ]]; then return; fi
	wait_for '[[ $(bpfstat) == "$NOTHING" ]]' 30 "no program of an earlier scenario"
	timeout -k 5 60 /run/in-little rstblame -d 5 -f json -o "$STATE/little.json" 2>"$STATE/little.err" || status=$?
	cp "$STATE/little.err" "$OUT/$NAME.little.log"
	fact little_status $status
	fact little_has_failed "$((status == 3 || status == 137 || (status == 0 && is_uncharged)))"
	wait_for '[[ $(bpfstat) == "$NOTHING" ]]' 30 "nothing to be attached"
}

teardown() { rmdir /sys/fs/cgroup/little /sys/fs/cgroup/room 2>/dev/null || true; }
