# SPDX-License-Identifier: GPL-2.0-only
# The node's address flaps while an unprivileged user changes addresses, the same one too, as
# fast as the machine can, in a namespace of his own: the flap is blamed all the same, and what
# was not recorded is said of that namespace alone.

. /guest/ends.sh
RUNS=test-kernels

setup() {
	network_make
	node_address_add
	masquerade nft
	flows_start a 1 7001
	# Debian's 5.10 has a switch of its own.
	sysctl -q -w kernel.unprivileged_userns_clone=1 2>/dev/null || true
}

act() {
	spawn flooder setpriv --reuid=65534 --regid=65534 --clear-groups flood addresses 15
	wait_for '[[ $(log_count flooder flooding) == 1 ]]' 10 "the flood"
	fact stranger "$(sed -n 's/^flooding //p' "$STATE/flooder.log")"
	flap
	tell a_server say hello
	wait_for_rsts 1 15
	wait_for '[[ $(log_count flooder changes) == 1 ]]' 30 "the flood's end"
	fact changes "$(sed -n 's/^changes //p' "$STATE/flooder.log")"
}
