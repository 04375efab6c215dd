# SPDX-License-Identifier: GPL-2.0-only
# The same addresses and ports as a victim's in a network namespace that an unprivileged user
# made for himself: the container's process is named all the same (1), as where there is no
# twin (1). Of two containers of one bridge that have the same, nobody knows which is meant (1).

. /guest/ends.sh
RUNS=test-kernels

# The far end is here as well; so that it is asked from the client's address, that is what the
# route says. COMMANDS of a shell for who is root in the namespace.
twin_commands() { # PORT FROM
	cat <<-TWIN
		ip link set lo up
		ip link add d0 type veth peer name d1
		ip addr add $CLIENT/24 dev d0
		ip link set d0 up
		ip link set d1 up
		ip addr add $SERVER/32 dev lo
		ip route change local $SERVER dev lo src $CLIENT table local
		tcpend listen $SERVER $1 <&0 &
		until [[ \$(ss -tlnH "sport = :$1") ]]; do sleep 0.1; done
		exec tcpend connect $SERVER $1 1 $2
	TWIN
}

# As anybody may, without a privilege.
stranger() { # LABEL PORT FROM
	spawn "$1" setpriv --reuid=65534 --regid=65534 --clear-groups \
		unshare -Urn bash -c "$(twin_commands "$2" "$3")"
	wait_for "[[ \$(log_count $1 connected) == 1 ]]" 15 "the stranger's twin"
}

# c9: a second container of the bridge, with the first one's address.
sibling() { # PORT FROM
	ip netns add c9
	ip link add c9-host type veth peer name eth0 netns c9
	ip link set c9-host master br0 up
	ip neigh replace $CLIENT lladdr "$(ip netns exec c1 cat /sys/class/net/eth0/address)" dev br0 nud permanent
	ip -n c9 link set eth0 up
	ip -n c9 addr add $CLIENT/24 dev eth0
	spawn sibling ip netns exec c9 bash -c "$(twin_commands "$1" "$2" | grep -v d0 | grep -v d1)"
	wait_for '[[ $(log_count sibling connected) == 1 ]]' 15 "the sibling's twin"
}

setup() {
	network_make
	node_address_add
	masquerade nft
	# Debian's 5.10 has a switch of its own.
	sysctl -q -w kernel.unprivileged_userns_clone=1 2>/dev/null || true
	flows_start_from 45001 a 1 7001
	flows_start_from 45002 b 1 7002
	flows_start_from 45003 c 1 7003
	stranger twin 7001 45001
	sibling 7003 45003
	fact sport_c 45003
}

act() {
	flap
	tell a_server say hello
	tell b_server say hello
	tell c_server say hello
	wait_for_rsts 3 15
}
