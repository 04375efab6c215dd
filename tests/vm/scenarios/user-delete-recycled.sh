# SPDX-License-Identifier: GPL-2.0-only
# Two programs of one name delete entries in turn, and are gone at once; the pid of each
# is the next one's. Each one's removals (3 and 2) are its own, by its executable; so they
# are (one each) where the one becomes the other, which keeps even its time of birth.
# Beside them: flows that nobody deleted (2).

RUNS=test-kernels

setup() {
	network_make
	node_address_add
	masquerade nft
	flows_start a 3 7001
	flows_start b 2 7002
	flows_start c 2 7003
	flows_start d 1 7004
	flows_start e 1 7005
	# A copy: a link would be followed to the first.
	cp /usr/bin/ctkill "$STATE/ctkill"
}

act() {
	local a b flow
	mapfile -t a < <(log_ports a_server)
	mapfile -t b < <(log_ports b_server)
	recycle ctkill $CLIENT ${a[0]} $SERVER 7001 -- \
		"$STATE/ctkill" $CLIENT ${b[0]} $SERVER 7002 -- \
		ctkill $CLIENT ${a[1]} $SERVER 7001 -- \
		"$STATE/ctkill" $CLIENT ${b[1]} $SERVER 7002 -- \
		ctkill $CLIENT ${a[2]} $SERVER 7001 >"$STATE/ctkill.out"
	fact one_pid "$(head -n5 "$STATE/ctkill.out" | jq -sc 'map(.pid) | unique | length')"
	fact one_birth "$(ctkill $CLIENT $(log_ports d_server) $SERVER 7004 \
		"$STATE/ctkill" $CLIENT $(log_ports e_server) $SERVER 7005 | tee -a "$STATE/ctkill.out" |
		jq -sc 'map(.pid) | unique | length')"
	fact ctkill_pids "$(grep pid "$STATE/ctkill.out" | jq -sc 'map(.pid)')"
	wait_for "[[ \$(entries_to $NODE tcp) == 2 ]]" 5 "seven entries to be deleted"
	for flow in a b c d e; do tell ${flow}_server say hello; done
	wait_for_rsts 7 5
	wait_for '[[ $(ss -N c1 -tnH "dport = :7003" | awk "\$2 > 0" | wc -l) == 2 ]]' 5 "the others' words to arrive"
}
