# SPDX-License-Identifier: GPL-2.0-only
# A real journald has the line of the lost lease, said just before the address goes; a
# line of no interest goes with it.

RSTBLAME_ARGS="--log journal"

setup() {
	# It is started by systemd otherwise, which has the sockets ready.
	mkdir -p /run/systemd/journal /run/log/journal
	spawn journald env SYSTEMD_LOG_TARGET=console /lib/systemd/systemd-journald
	wait_for '[[ -S /run/systemd/journal/dev-log ]]' 10 "journald to listen"
	ln -sfn /run/systemd/journal/dev-log /dev/log
	wait_for 'compgen -G "/run/log/journal/*/system.journal" >/dev/null' 10 "the journal's file"
	network_make
	node_address_add
	masquerade nft
	redis_start redis srv $SERVER 6379 60
	subscriber_start
	wait_for 'resting c1 "dport = :6379"' 10 "the connection to rest"
}

act() {
	count_flows $NODE flows_before
	busybox logger -t sshd "Accepted publickey for root"
	busybox logger -t systemd-networkd "up0: DHCP lease lost"
	ip addr del $NODE/24 dev up0
	ip addr add $NODE/24 dev up0
	wait_for "[[ \$(entries_to $NODE) == 0 ]]" 15 "the flush"
	publish
	wait_for_rsts 1 15
	wait_for server_socket_gone 15 "redis to drop the connection"
	fact_sockets_after
}

teardown() { rm -rf /dev/log /run/log/journal; }
