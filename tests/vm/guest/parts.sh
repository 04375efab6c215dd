# SPDX-License-Identifier: GPL-2.0-only
# The real parts that scenarios are made of: Redis, its clients, systemd-networkd
# and a DHCP server.

# redis_start LABEL NAMESPACE ADDRESS PORT KEEPALIVE_SECONDS (0: none)
# The kernel is given KEEPALIVE, a third of it between probes, and 3 probes.
redis_start() {
	local enter=() title=(--set-proc-title no)
	if [[ $(redis-server --version) == *v=6.0.* ]]; then title=(); fi # it has no such option
	if [[ $2 != root ]]; then enter=(ip netns exec "$2"); fi
	spawn "$1" "${enter[@]}" redis-server --bind "$3" --port "$4" --tcp-keepalive "$5" \
		--protected-mode no --save '' --dir /tmp "${title[@]}"
	wait_for "redis_answers $2 $3 $4" 10 "$1 to listen"
}

redis_answers() { # NAMESPACE ADDRESS PORT
	if [[ $1 == root ]]; then
		[[ $(ss -tlnH "sport = :$3") ]]
	else
		[[ $(ss -N "$1" -tlnH "sport = :$3") ]]
	fi
}

# The founding incident's victim: a client that is connected and only listens.
subscriber_start() { # [SERVER]
	local server=${1:-$SERVER}
	spawn subscriber ip netns exec c1 redis-cli -h "$server" subscribe ch
	wait_for 'grep -q "^1" $STATE/subscriber.log' 10 "the subscriber to be connected"
	wait_for 'resting c1 "dport = :6379"' 10 "the subscriber's connection to rest"
	save client_port "$(sockets c1 established "dport = :6379" | awk '{ sub(/.*:/, "", $3); print $3 }')"
	[[ $client_port =~ ^[0-9]+$ ]] || fail "the subscriber has not exactly one connection: $client_port"
	fact flow_orig "$(printf '{"src":"%s","sport":%d,"dst":"%s","dport":6379}' \
		"$(if [[ $server == *:* ]]; then echo $CLIENT6; else echo $CLIENT; fi)" "$client_port" "$server")"
}

# idle_flows_start COUNT: connections that nobody says anything on.
idle_flows_start() {
	redis_start sink srv $SERVER 7000 0
	spawn idle ip netns exec c1 bash -c '
		for ((i = 0; i < $1; i++)); do exec {fd}<>/dev/tcp/'$SERVER'/7000; done
		exec sleep 1000000' idle "$1"
	wait_for "[[ \$(socket_count srv established 'sport = :7000') == $1 ]]" 10 "$1 idle flows"
}

# audit WHEN: what rstblame --audit says now, as facts audit_WHEN (the flows), with its
# status and the processes.
audit() {
	local status=0
	if [[ ! -x /usr/bin/rstblame ]]; then return; fi
	rstblame --audit -f json -o "$STATE/audit.$1" 2>>"$STATE/audit.log" || status=$?
	fact "audit_$1" "$(jq -sc 'map(select(.type == "at_risk") | .flow.orig) | sort' "$STATE/audit.$1")"
	fact "audit_$1_status" "$status"
	fact "audit_$1_victims" "$(jq -sc 'map(select(.type == "at_risk") | .victim | {comm, netns_name, socket_state}) | unique' "$STATE/audit.$1")"
	fact "audit_$1_summary" "$(jq -sc '.[-1] | {at_risk, status, sockets_unsure}' "$STATE/audit.$1")"
}

publish() { # [SERVER]: the server speaks at once to the subscriber
	ip netns exec srv redis-cli -h "${1:-$SERVER}" publish ch hello >/dev/null
}

# redis-cli probes a connection that was idle for 15 s, and if the client speaks first
# its packet makes the entry again: begin anew, for a slow guest may have spent them.
subscriber_refresh() { # [SERVER]
	publish "$@"
	wait_for 'grep -q hello $STATE/subscriber.log' 15 "the subscriber to be told"
	wait_for 'resting c1 "dport = :6379"' 10 "the connection to rest"
}

server_socket_gone() { [[ -z $(sockets srv connected "sport = :6379") ]]; }

# What the application sees afterwards: it was never told.
fact_sockets_after() {
	fact client_established "$(socket_count c1 established "dport = :6379")"
	fact server_established "$(socket_count srv established "sport = :6379")"
}

dhcp_server_start() {
	cat >"$STATE/udhcpd.conf" <<-CONF
		start $NODE
		end $NODE
		interface eth0
		# By static lease, or it would first ask by ARP whether anybody has it.
		static_lease 02:00:0a:09:00:01 $NODE
		option subnet 255.255.255.0
		option lease 8
		min_lease 5
		# Renewal after 2 s, rebinding after 5 s (give or take one, which is
		# networkd's own doing): at least two seconds before the end.
		option 0x3a 00000002
		option 0x3b 00000005
		lease_file $STATE/udhcpd.leases
		pidfile $STATE/udhcpd.pid
	CONF
	: >"$STATE/udhcpd.leases"
	spawn udhcpd ip netns exec srv udhcpd -f "$STATE/udhcpd.conf"
}

# The server is not there for SECONDS, longer than the lease, and then gives one again.
dhcp_server_pause() { # SECONDS
	end KILL udhcpd
	: >"$STATE/udhcpd.log"
	sleep "$1"
	dhcp_server_start
	wait_for 'grep -qi "sending ACK" $STATE/udhcpd.log' 90 "the next lease"
	sleep 1 # for its client to act on it
}

# How often ADDRESS was taken away from up0 since address_watch, as fact address_removals.
address_watch() {
	spawn addresses ip -4 monitor address dev up0
	sleep 0.5
}
fact_removals() { # ADDRESS
	fact address_removals "$(grep -c "^Deleted.* $1/" "$STATE/addresses.log" || true)"
}
address_is_permanent() { [[ $(ip -4 addr show dev up0 to $NODE) == *"valid_lft forever"* ]]; }

# The server's words reach the clients of LABEL, COUNT connections.
flows_serve() { # LABEL COUNT
	tell "${1}_client" read
	tell "${1}_server" say hello
	wait_for "[[ \$(log_count ${1}_client got) == $2 ]]" 15 "the flows of $1 to be served"
}

# busybox's client, whose script does as Debian's does: on deconfig, `ip addr flush`.
udhcpc_start() {
	cat >"$STATE/udhcpc.script" <<-'SCRIPT'
		#!/bin/bash
		case $1 in
		deconfig) ip -4 addr flush dev "$interface" ;;
		bound | renew) ip -4 addr replace "$ip/$mask" dev "$interface" ;;
		esac
	SCRIPT
	chmod +x "$STATE/udhcpc.script"
	spawn udhcpc udhcpc -f -i up0 -s "$STATE/udhcpc.script" -t 20 -T 1 -A 1
	wait_for node_has_address 20 "udhcpc to have its lease"
}

networkd_run() {
	# It waits for udev to name the links, unless /sys is read-only: this mount of it, not
	# the file system itself, which later scenarios write to.
	spawn networkd env SYSTEMD_LOG_TARGET=console SYSTEMD_LOG_LEVEL=debug SYSTEMD_LOG_COLOR=0 SYSTEMD_LOG_TIME=1 \
		unshare -m sh -c 'mount -o remount,bind,ro /sys; exec /lib/systemd/systemd-networkd'
	wait_for '[[ $(</proc/$networkd_pid/comm) == systemd-* ]]' 10 "networkd to be run"
	fact networkd_pid "$networkd_pid"
	fact networkd_comm "\"$(<"/proc/$networkd_pid/comm")\""
}

networkd_prepare() {
	mkdir -p /run/systemd/network /run/systemd/netif/{links,leases}
	chown -R systemd-network: /run/systemd/netif
}

networkd_start() {
	networkd_prepare
	cat >/run/systemd/network/10-up0.network <<-'CONF'
		[Match]
		Name=up0
		[Network]
		DHCP=ipv4
		LinkLocalAddressing=no
		IPv6AcceptRA=no
		[DHCPv4]
		ClientIdentifier=mac
	CONF
	networkd_run
	wait_for node_has_address 20 "networkd to get an address"
}
