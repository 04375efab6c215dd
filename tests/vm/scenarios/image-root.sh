# SPDX-License-Identifier: GPL-2.0-only
# The image in the place that scripts/kubernetes/daemonset.yaml gives it: a root of its own
# that holds nothing but the program and is read-only, the volumes of the manifest, just its
# capabilities. It sees what the rstblame beside it sees.

RUNS=test-kernels
WINDOW=200
. /guest/scenarios/flap-ip.sh
eval "$(declare -f setup | sed '1s/^setup/stage/')"
eval "$(declare -f act | sed '1s/^act/flap/')"
IMAGE=/run/image

setup() {
	stage
	if [[ ! -x /usr/bin/rstblame ]]; then return; fi
	image_make
	image_check
	# A pipe that never ends, as for all that is started here; and not in the window of the
	# rstblame beside it, whose canary it would be.
	spawn image inroot $IMAGE "$(capabilities)" /rstblame $(arguments)
	wait_for 'grep -q "\"type\":\"start\"" "$STATE/image.log"' 60 "the image's program to watch"
	wait_for '[[ ! $(cat /proc/$image_pid/task/*/children) ]]' 20 "its canary to end"
}

bound() { # MODE DIR
	mkdir -p "$IMAGE$2"
	mount --bind "$2" "$IMAGE$2"
	mount -o "remount,bind,$1" "$IMAGE$2"
}

# As a runtime makes it: /proc, and /sys read-only; then the volumes; then the root read-only.
image_make() {
	local dir
	mkdir -p $IMAGE
	mount -t tmpfs image $IMAGE
	cp /usr/bin/rstblame $IMAGE/rstblame
	# What is built beside the image has libraries, which the image's program has not.
	if grep -q '/ld-linux' /usr/bin/rstblame; then
		mkdir $IMAGE/usr
		for dir in lib lib64; do
			ln -s usr/$dir $IMAGE/$dir
			bound ro /usr/$dir
		done
	fi
	mkdir $IMAGE/proc $IMAGE/sys
	mount -t proc proc $IMAGE/proc
	mount -t sysfs -o ro sysfs $IMAGE/sys
	bound rw /sys/kernel/tracing
	bound ro /run/netns
	mount -o remount,ro $IMAGE
}

# The two lists that the manifest has of it.
capabilities() { sed -nE 's/^ *add: \[(.*)\].*/\1/p' /guest/daemonset.yaml | tr -d ' '; }
arguments() { sed -nE 's/^ *args: \[(.*)\].*/\1/p' /guest/daemonset.yaml | tr , ' '; }

act() {
	flap
	if [[ ! -x /usr/bin/rstblame ]]; then return; fi
	kill -INT $image_pid
	wait_for '! running $image_pid' 30 "the image's program to end"
	# Its stderr is with it. Of the node's own namespace: the other's canary is in another.
	fact image_resets "$(jq -Rsc '[split("\n")[] | fromjson? | select(.type == "reset" and .direction == "sent" and .packet.dst == "10.9.0.1")
		| {verdict, cause, confidence, comm: .victim.comm}]' "$STATE/image.log")"
	fact image_summary "$(jq -Rsc '[split("\n")[] | fromjson? | select(.type == "summary") | {status, lost: ([.lost[]] | add)}]' "$STATE/image.log")"
}

image_check() {
	local status=0
	inroot $IMAGE "$(capabilities)" /rstblame --check >"$OUT/$NAME.check.log" 2>&1 || status=$?
	fact image_check "$status"
}

teardown() {
	local dir
	for dir in $(awk -v root="$IMAGE" 'index($2, root) == 1 { print $2 }' /proc/mounts | sort -r); do
		umount "$dir"
	done
}
