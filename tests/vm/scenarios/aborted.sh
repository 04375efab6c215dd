# SPDX-License-Identifier: GPL-2.0-only
# Innocent: the node's own applications and its kernel abort connections, each kind
# a prime number of times: closed with unread data (3), killed with unread data (2),
# linger 0 (2), linger2 (2), keepalive without an answer (2), too many orphans (2),
# ss -K (3), disconnect (2).

# A server on the other host, and connections of the node's to it.
pair() { # LABEL COUNT PORT [ADDRESS]
	local server=${4:-$SERVER}
	spawn "${1}_server" ip netns exec srv tcpend listen "$server" "$3"
	wait_for "[[ \$(ss -N srv -tlnH 'sport = :$3') ]]" 5 "$1's server to listen"
	spawn "$1" tcpend connect "$server" "$3" "$2"
	wait_for "[[ \$(log_count ${1}_server accepted) == $2 ]]" 5 "$2 connections of $1"
}

setup() {
	network_make
	network_make6
	node_address_add
	masquerade nft
	pair unread 3 7301
	pair killed 2 7302
	pair linger 2 7303 $SERVER6
	pair linger2 2 7304
	pair keepalive 2 7305
	pair orphans 2 7306
	pair chosen 3 7307
	pair cut 2 7308
	pair innocent 2 7309
	# The limit below holds for all namespaces: an orphan of an earlier scenario, which
	# only waits, would be aborted with ours when it sends its FIN again.
	wait_for "[[ \$(orphans) == 0 ]]" 120 "earlier scenarios' orphans to end"
	tell unread_server say hello
	tell killed_server say hello
	wait_for "(( \$(ss -tnH 'dport = :7301 or dport = :7302' | awk '\$2 > 0' | wc -l) == 5 ))" 5 "unread data"
}

act() {
	tell unread close
	wait_for_rsts 3 15
	end KILL killed
	wait_for_rsts 5 15
	tell linger linger
	tell linger close
	wait_for_rsts 7 15
	tell linger2 linger2
	tell linger2 shut
	wait_for "[[ \$(socket_count srv close-wait 'sport = :7304') == 2 ]]" 5 "half a close"
	tell linger2 close
	wait_for_rsts 9 15
	ss -K -tn 'dport = :7307' >/dev/null
	wait_for_rsts 12 15
	tell cut disconnect
	wait_for_rsts 14 15
	mute 7305
	tell keepalive keepalive
	wait_for_rsts 16 10
	unmute
	tell innocent close
	wait_for "[[ \$(socket_count srv close-wait 'sport = :7309') == 2 ]]" 5 "a good end"
	# FIN, then RST: the answer to the FIN may cross the RST, and be answered by one
	# more. Nothing of it arrives, so nothing is answered.
	mute 7306
	sysctl -q -w net.ipv4.tcp_max_orphans=-1
	tell orphans close
	wait_for_rsts 18 15
	unmute
	sysctl -q -w net.ipv4.tcp_max_orphans=$orphans_max
}

orphans_max=$(sysctl -n net.ipv4.tcp_max_orphans)
if ((orphans_max < 0)); then orphans_max=4096; fi
teardown() { sysctl -q -w net.ipv4.tcp_max_orphans=$orphans_max; }
