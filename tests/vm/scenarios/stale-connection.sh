# SPDX-License-Identifier: GPL-2.0-only
# Innocent: the peer's connection is no longer this node's; in IPv4.

. /guest/stale.sh
setup() { stale_setup $NODE; }
act() { stale_act; }
