# SPDX-License-Identifier: GPL-2.0-only
# rstblame is stopped for a while, as a debugger or a freezer does it. What happens
# meanwhile waits in the rings, as far as they hold it.

# Signals what watches, and only that: not the command that it runs, nor what waits for it.
rstblame_pid() {
	local process comm
	for process in /proc/[0-9]*; do
		read -r comm 2>/dev/null <"$process/comm" || continue
		if [[ $comm == rstblame && $(ls -l "$process/fd" 2>/dev/null) == *bpf-map* ]]; then
			echo "${process#/proc/}"
			return
		fi
	done
}

stopped_setup() {
	network_make
	ip addr add $NODE_FIXED/32 dev up0
	ip -n srv neigh add $NODE_FIXED lladdr 02:00:0a:09:00:01 dev eth0 nud permanent
	ip -n srv route add $NODE_FIXED dev eth0
	node_address_add
	masquerade nft
	flows_start a 3 7001
}

# stopped SECONDS DEED...: the deed is done while it is stopped for that long
stopped() {
	local seconds=$1 pid
	shift
	pid=$(rstblame_pid)
	if [[ ! $pid ]]; then
		[[ ! -x /usr/bin/rstblame ]] || fail "no rstblame to stop"
		"$@"
		return
	fi
	kill -STOP "$pid"
	wait_for '[[ $(</proc/'$pid'/stat) == *") T "* ]]' 5 "rstblame to be stopped"
	"$@"
	sleep "$seconds"
	[[ $(</proc/$pid/stat) == *") T "* ]] || fail "rstblame went on meanwhile"
	kill -CONT "$pid"
}

flush_and_resets() {
	conntrack -F >/dev/null 2>&1
	tell a_server say hello
	wait_for_rsts 3 15
}
