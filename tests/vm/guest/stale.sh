# SPDX-License-Identifier: GPL-2.0-only
# Peers that believe in connections that the node no longer has: their good-bye was
# lost (5), or only half of the close has happened (2).

stale_setup() { # ADDRESS
	network_make
	network_make6
	node_address_add
	masquerade nft
	masquerade6
	save node_address "$1"
	node_server listening 7201 "$1"
	node_server dying 7202 "$1"
	node_server closing 7203 "$1"
	node_clients at_listening 2 7201 "$1"
	node_clients at_dying 3 7202 "$1"
	node_clients at_closing 2 7203 "$1"
}

fin_wait() { ss -tanH state fin-wait-2 'sport = :7203' | wc -l; }

stale_act() {
	# 5 RSTs that do not arrive.
	mute 7200-7209
	ss -K -tn 'sport = :7201 or sport = :7202' >/dev/null
	wait_for_rsts 5 15
	end KILL dying
	unmute
	tell at_listening say hello
	tell at_dying say hello
	wait_for_rsts 10 15

	tell closing close
	wait_for "[[ \$(fin_wait) == 2 ]]" 5 "two half-closed connections"
	tell at_closing say hello
	wait_for_rsts 12 15
}
