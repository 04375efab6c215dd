# SPDX-License-Identifier: GPL-2.0-only
# Random incidents, one after the other, whose truth is known: each has server ports of its
# own, by which its resets are found afterwards (scenarios/soak.jq). SOAK_SEED says which
# come, SOAK_SECONDS for how long; beside them somebody else's changes, which cause nothing.
# One that cannot be made (a guest may be too slow) is written down as not made.

. /guest/service.sh

: "${SOAK_SECONDS:=25}" "${SOAK_SEED:=1}"

# Five ports of its own for each incident; those that leave by a fixed translation are above.
FIRST_PORT=10000 PORTS_EACH=5 PORTS=20000 FIXED_PORT=30000 FIXED_PORTS=2700

# Each of them ends with all that it caused having happened: as many resets as `expect` says.
DEEDS=(flap link flush delete spoke silent reload closed aborted killed scan fixed inbound
	inbound_spoke namespaces module)

soak_setup() {
	local ns
	service_network
	snat_fixed "$FIXED_PORT-$((FIXED_PORT + FIXED_PORTS))"
	masquerade nft
	for ns in c1 srv; do
		ip netns exec $ns sysctl -q -w net.ipv4.tcp_orphan_retries=1
		# What the ends of an incident that is over still say is not heard.
		ip netns exec $ns nft 'table inet over {
			set ports { type inet_service; }
			chain out {
				type filter hook output priority -300;
				tcp dport @ports drop
				tcp sport @ports drop
			}
		}'
	done
}

# Into `picked`: $(…) has random numbers of its own, and no seed.
pick() { picked=$((RANDOM % $1)); }

# expect NETNS COUNT [VERDICT [CAUSE]]: what is true of this incident's resets. In a file,
# since an incident is made in a shell of its own.
expect() {
	printf '"netns":"%s","count":%d,"verdict":%s,"cause":%s' "$1" "$2" "${3:+\"$3\"}" "${4:+\"$4\"}" |
		sed 's/:,/:null,/; s/:$/:null/' >"$STATE/expected"
}

# flows [PORT]: connections of the container's through the node, which rest
flows() {
	flows_start "i$id" $count "${1:-$port}"
	tell "i${id}_client" read
}
server_speaks() { tell "i${id}_server" say hello; }
served() { wait_for "[[ \$(log_count i${id}_client got) == $count ]]" 15 "incident $id's flows to be served"; }
entries_gone() { wait_for "[[ -z \$(conntrack -L -p tcp --dport $port 2>/dev/null) ]]" 15 "the entries of port $port to be gone"; }
node_resets() { wait_for "(( \$(out_rsts root) - sent_before >= $1 ))" 20 "$1 RST of incident $id ($kind)"; }

# The server speaks to what the node has forgotten.
server_is_reset() { # CAUSE
	expect root $count entry-removed "$1"
	entries_gone
	server_speaks
	node_resets $count
}

do_flap() {
	flows
	ip addr del $NODE/24 dev up0
	ip addr add $NODE/24 dev up0
	server_is_reset address-removed
}

do_link() {
	flows
	ip link set up0 down
	entries_gone
	ip link set up0 up
	wait_for '[[ $(ip -n srv -o link show dev eth0) == *LOWER_UP* ]]' 5 "the link"
	server_is_reset link-down
}

do_flush() {
	flows
	conntrack -F 2>/dev/null
	server_is_reset user-flush
}

do_delete() {
	flows
	conntrack -D -p tcp --dport $port >/dev/null 2>&1
	server_is_reset user-delete
}

# The client speaks first, and its entry is made again.
do_spoke() {
	flows
	conntrack -D -p tcp --dport $port >/dev/null 2>&1
	tell "i${id}_server" read
	tell "i${id}_client" say hello
	wait_for "[[ \$(log_count i${id}_server got) == $count ]]" 15 "the server to hear"
	server_speaks
	served
}

do_silent() {
	flows
	server_speaks
	served
}

# The translations of live connections do not ask the rules again.
do_reload() {
	flows
	nft -f - <<-'RULES'
		delete table ip nat
		table ip nat {
			chain postrouting {
				type nat hook postrouting priority 100;
				oifname "up0" masquerade
			}
		}
	RULES
	server_speaks
	served
}

do_closed() {
	flows
	tell "i${id}_server" read
	tell "i${id}_client" close
	wait_for "[[ \$(log_count i${id}_server end) == $count ]]" 15 "the server to see the end"
	tell "i${id}_server" close
	wait_for "[[ -z \$(ss -N srv -tnH 'sport = :$port') ]]" 15 "the server's sockets to be gone"
}

# Connections of the node's own.
node_flows() {
	listen "i${id}_server" srv $SERVER $port
	spawn "i${id}_client" tcpend connect $SERVER $port $count
	wait_for "[[ \$(log_count i${id}_server accepted) == $count ]]" 10 "the node's connections"
}

do_aborted() {
	node_flows
	expect root $count aborted linger
	tell "i${id}_client" linger
	tell "i${id}_client" close
	node_resets $count
}

do_killed() {
	node_flows
	expect root $count aborted killed
	ss -K -tn "dport = :$port" >/dev/null
	node_resets $count
}

do_scan() {
	expect root $count no-listener
	try_ports $count $port
	node_resets $count
}

# An address goes that these do not leave by.
do_fixed() {
	flows $port
	ip addr del $NODE/24 dev up0
	ip addr add $NODE/24 dev up0
	server_speaks
	served
}

# Published on the node: from outside in, by two translations.
published_flows() {
	service_rules $NODE $CLIENT $port:$((port + 1))
	listen "i${id}_server" c1 $CLIENT $((port + 1))
	clients "i${id}_client" srv $count $NODE $port
	wait_for "[[ \$(log_count i${id}_server accepted) == $count ]]" 10 "the published connections"
	tell "i${id}_client" read
	conntrack -D -p tcp --orig-dst $NODE --dport $port >/dev/null 2>&1
}

# The container speaks first, and from another port than its clients know.
do_inbound() {
	published_flows
	expect srv $count entry-removed user-delete
	server_speaks
	wait_for "(( \$(out_rsts srv) - sent_before_srv >= $count ))" 20 "$count RST of incident $id's clients"
}

do_inbound_spoke() {
	published_flows
	tell "i${id}_server" read
	tell "i${id}_client" say hello
	wait_for "[[ \$(log_count i${id}_server got) == $count ]]" 15 "the container to hear"
	server_speaks
	served
}

do_namespaces() {
	local n
	flows
	for ((n = 0; n < 4; n++)); do
		ip netns add "soak$n"
		ip -n "soak$n" link set lo up
		ip -n "soak$n" addr add 10.9.0.1/32 dev lo
	done
	for ((n = 0; n < 4; n++)); do ip netns del "soak$n"; done
	server_speaks
	served
}

do_module() {
	flows
	nft 'table ip soakmod { chain in { type filter hook input priority 0; limit rate 9/hour counter; }; }'
	nft delete table ip soakmod
	modprobe -r nft_limit 2>/dev/null || true
	server_speaks
	served
}

# ---- one after the other ----

rstblame_kb() { # what the largest rstblame has in memory; 0: none runs
	local process comm key kb most=0
	for process in /proc/[0-9]*; do
		read -r comm 2>/dev/null <"$process/comm" || continue
		if [[ $comm != rstblame ]]; then continue; fi
		while read -r key kb _; do
			if [[ $key == VmRSS: ]] && ((kb > most)); then most=$kb; fi
		done <"$process/status"
	done
	echo $most
}

# Ends what the incident left, unheard.
incident_over() {
	local ns end pid_name
	for ns in c1 srv; do
		ip netns exec $ns nft "add element inet over ports { $port, $((port + 1)) }"
	done
	for end in client server; do
		pid_name=i${id}_${end}_pid
		if [[ ${!pid_name-} ]]; then end KILL "i${id}_$end"; fi
		rm -f "$STATE/i${id}_$end".*
	done
}

# What the next one needs, whatever this one came to.
node_is_whole() {
	local n
	ip link set up0 up
	node_has_address || node_address_add
	nft list table ip nat >/dev/null 2>&1 || masquerade nft
	for n in 0 1 2 3; do ip netns del "soak$n" 2>/dev/null || true; done
	nft delete table ip soakmod 2>/dev/null || true
}

# make KIND: in a shell of its own, which ends where something cannot be had in time;
# $STATE/not_made has why.
make() {
	(
		set -e
		fail() { printf '%s\n' "$*" >"$STATE/not_made"; exit 1; }
		trap 'fail "line $LINENO: $BASH_COMMAND"' ERR
		"do_$1"
	)
}

truth() { # WORD MORE: a line of the incident that is under way
	printf '{"id":%d,"kind":"%s","port":%d,"made":%s,%s}\n' $id $kind $port "$1" "$2" >>"$STATE/truth"
}

incident() { # KIND
	local sent_before sent_before_srv sent made=true why=
	kind=$1
	pick 3
	count=$((1 + picked))
	port=$((FIRST_PORT + id * PORTS_EACH % PORTS))
	# Two: of an incident that is over the next port is not heard either.
	if [[ $kind == fixed ]]; then port=$((FIXED_PORT + id * 2 % FIXED_PORTS)); fi
	save soak_current "$id $kind $port"
	sent_before=$(out_rsts root) sent_before_srv=$(out_rsts srv)
	expect root 0
	rm -f "$STATE/not_made"
	set +e
	trap - ERR
	make "$kind"
	set -e
	trap 'fail "act, line $LINENO: $BASH_COMMAND"' ERR
	. "$STATE/vars" # whom the incident started
	if [[ -e $STATE/not_made ]]; then
		made=false why=$(jq -Rsc . "$STATE/not_made")
		say "incident $id, $kind, was not made: $why"
		what_is_there
	fi
	sent=$(($(out_rsts root) - sent_before))
	incident_over
	if [[ $made == false ]]; then node_is_whole; fi
	truth $made "$(<"$STATE/expected"),\"sent\":$sent,\"rss_kb\":$(rstblame_kb)${why:+,\"why\":$why}"
	save soak_current ""
}

# For who wonders why it was not made.
what_is_there() {
	{
		echo "== $id $kind"
		tail -n 3 "$STATE/i${id}_"*.log
		ip addr show dev up0
		ip route
		nft list ruleset | grep -A5 'table ip nat'
		conntrack -L -p tcp --dport $port
		ip netns exec c1 ss -tn "dport = :$port"
	} >>"$STATE/not_made.log" 2>&1 || true
}

# Somebody else, at the same time: nothing that a flow of these needs.
noise() {
	while [[ ! -e $STATE/noise.stop ]]; do
		ip addr add 192.0.2.1/24 dev br0
		nft 'table ip noise { chain in { type filter hook input priority 0; counter; }; }'
		sleep 0.3
		ip addr del 192.0.2.1/24 dev br0
		conntrack -D -d 203.0.113.1 >/dev/null 2>&1 || true # there is none
		nft delete table ip noise
		sleep 0.4
	done
}

soak_act() {
	local until_ms=$(($(now_ms) + SOAK_SECONDS * 1000)) id=0 noise_pid PATIENCE=3
	one_cpu
	RANDOM=$SOAK_SEED
	: >"$STATE/truth"
	noise </dev/null >"$STATE/noise.log" 2>&1 &
	noise_pid=$!
	while (($(now_ms) < until_ms)); do
		id=$((id + 1))
		pick ${#DEEDS[@]}
		incident "${DEEDS[picked]}"
	done
	: >"$STATE/noise.stop"
	wait $noise_pid || true
}

# Here, so that it is told of a soak that was ended early, too.
soak_teardown() {
	local id kind port
	modprobe -q -r nft_limit || true
	if [[ ${soak_current-} ]]; then
		read -r id kind port <<<"$soak_current"
		truth false "$(<"$STATE/expected"),\"sent\":0,\"rss_kb\":0,\"why\":\"the soak was ended\""
	fi
	fact soak "$(jq -sc . "$STATE/truth")"
	fact incidents "$(wc -l <"$STATE/truth")"
}
