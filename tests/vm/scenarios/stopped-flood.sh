# SPDX-License-Identifier: GPL-2.0-only
# The same, but more resets come than the ring holds: what is lost is counted and said, and
# nothing of what is left is a wrong proof.

. /guest/stopped.sh
RUNS=test-kernels
WINDOW=150
RSTBLAME_ARGS=-v # each SYN's reset by itself
FLOOD=30000

setup() { stopped_setup; }

flood_then_flush() {
	ip netns exec srv scale syns $SERVER $NODE_FIXED 20000 $FLOOD 8000 2000
	flush_and_resets
}

act() { stopped 5 flood_then_flush; }
