# SPDX-License-Identifier: GPL-2.0-only
# A program deletes the entries of three flows over netlink and is gone at once, without
# waiting for an answer: nobody could look it up any more, and it is named all the same,
# with the container that it was in.

GROUP=/sys/fs/cgroup/docker-$(printf '%064d' 7).scope
RUNS=test-kernels

setup() {
	network_make
	node_address_add
	masquerade nft
	flows_start a 3 7001
	flows_start b 2 7002
	mkdir "$GROUP"
}

teardown() { rmdir "$GROUP"; }

kill_entry() { # PORT of the client
	bash -c 'echo $$ >"$0/cgroup.procs"; exec ctkill "$@"' "$GROUP" $CLIENT "$1" $SERVER 7001
}

act() {
	local port
	for port in $(log_ports a_server); do
		kill_entry "$port" >>"$STATE/ctkill"
	done
	fact ctkill_pids "$(jq -sc 'map(.pid)' "$STATE/ctkill")"
	fact ctkill_brief "$(jq -sc 'all(.lived_us < 50000)' "$STATE/ctkill")"
	wait_for "[[ \$(entries_to $NODE tcp) == 2 ]]" 5 "three entries to be deleted"
	tell a_server say hello
	tell b_server say hello
	wait_for_rsts 3 5
}
