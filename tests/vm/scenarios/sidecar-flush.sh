# SPDX-License-Identifier: GPL-2.0-only
# Somebody empties the conntrack table of a pod with a sidecar. The proxy speaks first: the
# pod itself resets what its application does not know (3), and the other host what came to
# it from the proxy's port (2). Where the application speaks first, it lives (2).

. /guest/sidecar.sh
RUNS=test-kernels

setup() { sidecar_setup; }

act() {
	pod_conntrack -F
	tell proxy81 read
	tell app81 say hello
	wait_for '[[ $(log_count proxy81 got) == 2 ]]' 15 "the others to live"
	tell proxy80 read
	tell proxy80 say hello
	wait_for '[[ $(log_count proxy80 reset) == 3 ]]' 15 "the proxy to be reset"
	tell proxy_in read
	tell proxy_in say hello
	wait_for '[[ $(log_count proxy_in reset) == 2 ]]' 15 "the proxy to be reset from outside"
	fact app_established "$(socket_count c1 established 'dport = :80 or dport = :81')"
}
