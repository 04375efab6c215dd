# SPDX-License-Identifier: GPL-2.0-only
# Innocent beside accept-queue: the queue of a slow server has room, and a peer speaks on a
# connection that died before anybody watched, its good-bye lost (2).

. /guest/backlog.sh

setup() {
	backlog_setup
	node_server slow 7100
	node_clients peers 2 7100
	wait_for '[[ $(log_count slow accepted) == 2 ]]' 10 "the connections"
	mute 7100
	ss -K -tn 'sport = :7100' >/dev/null
	wait_for '[[ -z $(ss -tanH state connected "sport = :7100") ]]' 15 "the sockets to be gone"
	unmute
	kill -STOP "$slow_pid"
	node_clients waiting 3 7100
}

act() {
	tell peers say hello
	wait_for_rsts 2 15
	fact waiting "$(ss -tlnH 'sport = :7100' | awk '{ print $2 }')"
}

teardown() { backlog_teardown; }
