# SPDX-License-Identifier: GPL-2.0-only
# 23 entries are flushed. Three connections had been closed before, and two more whose
# FIN was lost: 18 sockets wait for ever now. Two of them speak first, which saves them.
# The window ends long before anything from outside would reset the rest.

PORT=7000

# holder_start LABEL COUNT: connections that it says PING on for each line that it is sent.
holder_start() {
	spawn "$1" ip netns exec c1 bash -c '
		for ((i = 0; i < $1; i++)); do exec {fd}<>/dev/tcp/'$SERVER/$PORT'; fds+=($fd); done
		while read -r line; do
			for fd in "${fds[@]}"; do printf "PING\r\n" >&$fd; done
		done' "$1" "$2"
	holders=$((${holders:-0} + $2))
	wait_for "[[ \$(socket_count srv established 'sport = :$PORT') == $holders ]]" 10 "$1"
}

lose_fins() {
	ip netns exec c1 nft "add table ip lost; \
		add chain ip lost output { type filter hook output priority 0; }; \
		add rule ip lost output tcp flags & fin == fin drop"
}

setup() {
	network_make
	node_address_add
	masquerade nft
	redis_start sink srv $SERVER $PORT 0
	holder_start idle 16
	holder_start talker 2
	holder_start closer 3
	holder_start lost 2
	end KILL closer
	wait_for "[[ \$(socket_count srv established 'sport = :$PORT') == 20 ]]" 10 "three to be closed"
	lose_fins
	end KILL lost
}

# What rstblame has written by now: its lines of one type.
lines_said() { grep -c "^{\"type\":\"$1\"" "$OUT/$NAME.json" || true; }

act() {
	audit before
	count_flows $NODE flows_before
	ip addr del $NODE/24 dev up0
	ip addr add $NODE/24 dev up0
	wait_for "[[ \$(entries_to $NODE) == 0 ]]" 15 "the flush"
	if [[ -e $OUT/$NAME.json ]]; then
		wait_for '(( $(lines_said at_risk) >= 18 ))' 10 "18 flows to be found at risk"
	fi
	echo speak >"$STATE/talker.stdin"
	wait_for "[[ \$(entries_to $NODE tcp) == 2 ]]" 5 "two entries to be there again"
	audit after
	fact orphans "$(ip netns exec c1 ss -tnHo state fin-wait-1 "dport = :$PORT" | wc -l)"
	fact client_established "$(socket_count c1 established "dport = :$PORT")"
}
