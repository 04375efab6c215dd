# SPDX-License-Identifier: GPL-2.0-only
# The founding incident is foretold: five flows of two programs in containers are masqueraded to
# an address that systemd-networkd has leased and does not keep. Beside them three flows that
# SNAT translates to an address of nobody's, which stay. The look changes nothing on the node and
# loads no module. Then the cure is followed, from the text that was just given, and networkd
# restarted: the finding is gone. Then the incident is played: no flow is lost. A bundle as sosreport
# makes it, of the node before the cure, is judged as the node was.

. /guest/exposure.sh
WINDOW=120
DOCKER_ID=d0c4e20000000000000000000000000000000000000000000000000000000001

# redis-cli, in a cgroup as docker names it.
container_client() {
	local group=/sys/fs/cgroup/system.slice/docker-$DOCKER_ID.scope
	mkdir -p "$group" /var/lib/docker/containers/$DOCKER_ID
	printf '{"ID":"%s","Name":"/shop-web-1","Config":{"Labels":{}}}\n' $DOCKER_ID >/var/lib/docker/containers/$DOCKER_ID/config.v2.json
	spawn subscriber bash -c 'echo $$ >"$0/cgroup.procs"; exec ip netns exec c1 redis-cli -h '$SERVER' subscribe ch' "$group"
	wait_for 'grep -q "^1" $STATE/subscriber.log' 10 "the subscriber to be connected"
}

setup() {
	local before
	network_make
	dhcp_server_start
	networkd_start
	sysctl -q -w net.netfilter.nf_conntrack_timestamp=1 2>/dev/null || modprobe nf_conntrack && sysctl -q -w net.netfilter.nf_conntrack_timestamp=1
	snat_fixed 7002
	masquerade nft
	redis_start redis srv $SERVER 6379 60
	container_client
	flows_start a 4 7001
	flows_start fixed 3 7002
	# Asking would load these.
	modprobe -q -r tcp_diag inet_diag nf_conntrack_netlink || true
	before=$(node_state)
	expose unloaded
	fact modules_unloaded "$([[ $before == "$(node_state)" ]] && echo true || { diff <(echo "$before") <(node_state) >>"$STATE/changed.log"; echo false; })"
	modprobe nf_conntrack_netlink
	modprobe tcp_diag
}

act() {
	local before entries events
	before=$(node_state) entries=$(entries_made)
	spawn events conntrack -E -p tcp
	wait_for '[[ -e /proc/$events_pid/exe ]]' 5 "conntrack -E"
	expose before
	sleep 1
	fact events "$(grep -cE 'NEW|DESTROY' "$STATE/events.log" || true)"
	end TERM events
	fact state_is_same "$([[ $before == "$(node_state)" ]] && echo true || { diff <(echo "$before") <(node_state) >>"$STATE/changed.log"; echo false; })"
	fact entries_made "$(wc -l <<<"$entries")"
	fact entries_are_same "$([[ $entries == "$(entries_made)" ]] && echo true || echo false)"
	if [[ ! -x /usr/bin/rstblame ]]; then return; fi
	# The bundle of another machine is judged as the node that it is of; but for the container's
	# name: `ip netns exec` hides the cgroups from the ss that is run by it.
	bundle_make "$STATE/bundle"
	expose bundle --root "$STATE/bundle"

	address_watch
	follow_networkd_cure before
	# Written, but networkd has not read it: it counts for nothing yet.
	expose unread
	end USR2 networkd
	networkd_run
	wait_for address_is_permanent 20 "networkd to keep the address"
	expose cured
	# Longer than the lease of 8 s.
	dhcp_server_pause 12
	publish
	wait_for 'grep -q hello $STATE/subscriber.log' 15 "the subscriber to be told"
	flows_serve a 4
	flows_serve fixed 3
	fact_removals $NODE
}

teardown() {
	rm -rf "${cure_path%/*}" /run/systemd/network/10-up0.network /var/lib/docker/containers/$DOCKER_ID
	sysctl -q -w net.netfilter.nf_conntrack_timestamp=0
}
