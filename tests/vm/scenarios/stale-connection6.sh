# SPDX-License-Identifier: GPL-2.0-only
# Innocent: the peer's connection is no longer this node's; in IPv6.

. /guest/stale.sh
RUNS=test-kernels
setup() { stale_setup $NODE6; }
act() { stale_act; }
