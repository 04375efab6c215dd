# SPDX-License-Identifier: GPL-2.0-only
# What a running rstblame holds, thread by thread: in a window, as --audit, --check and -r.
# COMMAND has what rstblame was started with, or is --user's, and none of its descriptors;
# what it leaves running ends with the window. Beside it the resets are told as ever.

RUNS=test-kernels
# Five runs of it, four with what the kernel takes to attach and to detach.
WINDOW=240

setup() {
	network_make
	node_address_add
	masquerade nft
	redis_start redis srv $SERVER 6379 60
	subscriber_start
	modprobe nf_conntrack_netlink
	if [[ ! -x /usr/bin/rstblame ]]; then return; fi
	save before_all "$(grep -E '^Cap(Prm|Eff|Bnd)|^NoNewPrivs|^Seccomp:' /proc/self/status | tr -d '\n\t ')"
	blocked audit --audit
	blocked check --check
	echo '{"type":"start","schema":1,"ts":"2026-11-22T10:00:00.000000000Z","mono_ns":1,"netns":1,"version":"0","host":"h","kernel":"k","arch":"x","probes":[]}' >"$STATE/one.jsonl"
	blocked read -r "$STATE/one.jsonl" -f html
	as_user
	deaf
	subscriber_refresh
}

# held KEY PID: of all threads, what each line of their status has
held() {
	local field
	cat /proc/$2/task/*/status >"$STATE/$1.status" # at once: it waits for a reader only so long
	for field in CapEff CapPrm CapBnd CapInh CapAmb NoNewPrivs Seccomp; do
		fact "$1_$field" "$(awk -v field="$field:" '$1 == field { print $2 }' "$STATE/$1.status" | sort -u | jq -Rsc 'split("\n") | map(select(. != ""))')"
	done
}

# blocked KEY ARG...: held() while it writes to a pipe that is full
blocked() {
	local key=$1 pid
	shift
	mkfifo "$STATE/$key.fifo"
	exec 7<>"$STATE/$key.fifo"
	head -c 65536 /dev/zero >&7
	rstblame "$@" >"$STATE/$key.fifo" 2>"$STATE/$key.log" 7>&- &
	pid=$!
	wait_for "grep -qsE '^(1|64) 0x1 ' /proc/$pid/task/*/syscall" 120 "rstblame $* to write"
	held "$key" $pid
	cat "$STATE/$key.fifo" >/dev/null 7>&- &
	exec 7>&- # cat ends with the last that writes
	wait $pid || true
}

# It ends by itself, and leaves one running.
as_user() {
	echo 'prober:x:1234:1235::/tmp:/bin/bash' >>/etc/passwd
	rstblame -q -o /dev/null --user prober -- /bin/bash -c 'id -u; id -G; grep -E "^(CapEff|CapPrm)" /proc/self/status | cut -f2 | sort -u
		echo $HOME $USER; sleep 4321 & exit 7' 2>"$STATE/user.log" || true
	fact user_is "$(sed -n '/^1234/,$p' "$STATE/user.log" | jq -Rsc 'split("\n") | map(select(. != ""))')"
	fact user_left "$(sleepers '[4]321')"
	local status=0
	rstblame -d 5 --user nosuch -- true 2>"$STATE/nosuch.log" || status=$?
	fact nosuch_status $status
	fact nosuch_said "$(grep -c -- '--user: there is no user nosuch' "$STATE/nosuch.log")"
}

sleepers() { { grep -lzsx "$1" /proc/[0-9]*/cmdline || true; } | wc -l; }

# At the deadline, one that does not hear SIGTERM, nor does its child.
deaf() {
	rstblame -d 3 -q -o /dev/null -- /bin/bash -c 'trap "" TERM; sleep 4322 & while :; do sleep 1; done' 2>"$STATE/deaf.log" || true
	fact deaf_left "$(sleepers '[4]322')"
}

act() {
	# Threads are started lazily: once it has looked for a victim all are there.
	count_flows $NODE flows_before
	flap
	publish
	wait_for_rsts 1 15
	held window "$PPID"
	fact window_threads_many "$(($(ls /proc/$PPID/task | wc -l) >= 4))"
	fact command_same "$([[ $(grep -E '^Cap(Prm|Eff|Bnd)|^NoNewPrivs|^Seccomp:' /proc/self/status | tr -d '\n\t ') == "$before_all" ]] && echo true || echo false)"
	fact command_files "$(ls -l /proc/self/fd | sed -n 's/.* -> //p' | grep -cE 'anon_inode|bpf' || true)"
	fact tool_files "$(($(ls -l /proc/$PPID/fd | grep -c bpf) > 5))"
}
