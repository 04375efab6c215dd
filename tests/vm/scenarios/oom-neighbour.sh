# SPDX-License-Identifier: GPL-2.0-only
# Innocent of memory, beside oom: the kernel kills another process of the group, and somebody
# the server itself (SIGKILL, too).
WINDOW=90
RUNS=test-kernels

. /guest/oom.sh

setup() {
	shop_open
	# Chosen before the shop, whatever it weighs.
	shop_spawn neighbour sh -c 'echo 1000 >/proc/self/oom_score_adj; exec tcpend listen 127.0.0.1 7200'
	wait_for "[[ \$(ss -tlnH 'sport = :7200') ]]" 10 "the neighbour to listen"
	spawn visitor tcpend connect 127.0.0.1 7200
	wait_for '[[ $(log_count neighbour accepted) == 1 ]]' 10 "a visitor"
}

act() {
	tell neighbour hog
	wait_for "! running $neighbour_pid" 40 "the kernel to kill the neighbour"
	end KILL shop
	shop_resets
}

teardown() { shop_close; }
