# SPDX-License-Identifier: GPL-2.0-only
# A daemon that signs its segments (TCP MD5, as BGP speakers do) dies, its good-bye is lost,
# and its peer goes on: the node has no key for what comes, and answers nothing (2). Beside
# it the same of a daemon that signs nothing (2), which is answered.

signed_setup() { # ADDRESS SERVER-ADDRESS
	network_make
	network_make6
	node_address_add
	masquerade nft
	masquerade6
	nft 'table inet arrivals {
		counter signed { }
		chain input {
			type filter hook input priority 0;
			tcp dport 7301 counter name signed
		}
	}'
	TCPEND_SIGN=$2 node_server speaker 7301 "$1"
	TCPEND_SIGN=$1 node_clients at_speaker 2 7301 "$1"
	node_server plain 7302 "$1"
	node_clients at_plain 2 7302 "$1"
}

signed_came() { nft list counter inet arrivals signed | awk '/packets/ { print $2 }'; }

signed_act() {
	local before
	# 4 RSTs that do not arrive.
	mute 7300-7309
	ss -K -tn 'sport = :7301 or sport = :7302' >/dev/null
	wait_for_rsts 4 15
	end KILL speaker
	end KILL plain
	unmute
	before=$(signed_came)
	tell at_speaker say hello
	wait_for "(( \$(signed_came) >= $before + 2 ))" 15 "what is signed to come"
	tell at_plain say hello
	wait_for_rsts 6 15
}
