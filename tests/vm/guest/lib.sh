# SPDX-License-Identifier: GPL-2.0-only
# What every scenario needs: state shared by its set-up, act and teardown (act
# runs in another process, as rstblame's command), waiting, facts, processes.

STATE=/run/scenario
OUT=${OUT-}
NAME=${NAME-}
if [[ -r $STATE/vars ]]; then . "$STATE/vars"; fi

say() { printf '%s %s: %s\n' "$(cut -d' ' -f1 /proc/uptime)" "$NAME" "$*"; }

# The reason goes to a file, since the caller may be two processes away.
fail() {
	say "FAILED: $*"
	printf '%s\n' "$*" >>"$STATE/failed"
	exit 1
}

# save VARIABLE VALUE: set it here and in the later processes of this scenario.
save() {
	printf -v "$1" '%s' "$2"
	printf '%s=%q\n' "$1" "$2" >>"$STATE/vars"
}

# fact KEY JSON-VALUE: a measurement for the checker on the host.
fact() { printf '{"%s":%s}\n' "$1" "$2" >>"$STATE/facts"; }

now_ms() {
	local up
	read -r up _ </proc/uptime
	echo $((10#${up/./} * 10))
}

# wait_for CONDITION SECONDS MESSAGE: the only way a scenario waits. PATIENCE times as long,
# where it is set.
wait_for() {
	local seconds=$(($2 * ${PATIENCE-1})) deadline
	deadline=$(($(now_ms) + seconds * 1000))
	until eval "$1"; do
		if (($(now_ms) > deadline)); then
			fail "gave up after $seconds s waiting for $3"
		fi
		sleep 0.05
	done
}

# spawn LABEL COMMAND...: in the background, its pid saved as LABEL_pid, its
# output in $STATE/LABEL.log.
spawn() {
	local label=$1
	shift
	# A pipe that never ends: a client may take end of input for good-bye.
	mkfifo "$STATE/$label.stdin" 2>/dev/null || true
	"$@" <>"$STATE/$label.stdin" >>"$STATE/$label.log" 2>&1 &
	save "${label}_pid" $!
	echo "$!" >>"$STATE/pids"
	disown # or bash would announce its end
}

# A zombie has no executable any more, which is what counts here.
running() { [[ -e /proc/$1/exe ]]; }

# end SIGNAL LABEL: end what spawn started, by its pid, and see it go.
end() {
	local pid=${2}_pid
	pid=${!pid}
	kill "-$1" "$pid" 2>/dev/null || true
	wait_for "! running $pid" 5 "$2 (pid $pid) to end"
}

end_everything() {
	local pid ns pids=()
	if [[ -r $STATE/pids ]]; then mapfile -t pids <"$STATE/pids"; fi
	for ns in $(ip netns list | cut -d' ' -f1); do
		mapfile -t -O ${#pids[@]} pids < <(ip netns pids "$ns")
	done
	for pid in "${pids[@]}"; do kill -9 "$pid" 2>/dev/null || true; done
	for pid in "${pids[@]}"; do wait_for "! running $pid" 5 "pid $pid to end"; done
}
