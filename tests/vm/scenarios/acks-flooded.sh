# SPDX-License-Identifier: GPL-2.0-only
# A stranger's ACKs, as many as he can send, to all ports of the node; in their midst the node's
# address flaps, and one flow is reset for it. That is told in full; of his the first, and how
# many more there were.

. /guest/ends.sh
RUNS=test-kernels
WINDOW=120

setup() {
	network_make
	node_address_add
	masquerade nft
	flows_start a 1 7001
}

act() {
	spawn flooder ip netns exec srv flood acks $NODE 0 6
	wait_for_rsts 500 20
	flap
	tell a_server say hello
	wait_for '[[ $(log_count flooder acks) == 1 ]]' 40 "the flood's end"
	wait_for '[[ -z $(ss -N srv -tnH state established "sport = :7001") ]]' 15 "the flow's reset"
	fact acks "$(sed -n 's/^acks //p' "$STATE/flooder.log")"
}
