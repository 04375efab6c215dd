# SPDX-License-Identifier: GPL-2.0-only
# nginx closes idle connections after two seconds; a client's pool that keeps its own for
# longer uses them once more (3). nginx lives, and is right: the pool's idle timeout is too
# long. Beside it: a pool that is in time (2), and a port that nobody listens on (2).
NEEDS=extra
WINDOW=60

. /guest/managers.sh

setup() {
	network_make
	node_address_add
	masquerade nft
	nginx_start $NODE 2s
}

act() {
	local i
	for i in 1 2; do pool_uses $i now; done
	fact answers "$(cat $STATE/pool?.log | grep -c hello)"
	for i in 3 4 5; do
		pool_uses $i late
		wait_for_rsts $((i - 2)) 15
	done
	try_ports 2 8001
	wait_for_rsts 5 15
}
