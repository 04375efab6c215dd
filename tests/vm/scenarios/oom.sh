# SPDX-License-Identifier: GPL-2.0-only
# A server outgrows the memory of its control group, and the kernel kills it: what it had not
# read is reset at once (2), what the others say afterwards, too (3).
WINDOW=90

. /guest/oom.sh

setup() { shop_open; }

act() {
	tell shop hog
	wait_for "! running $shop_pid" 40 "the kernel to kill the shop"
	shop_resets
}

teardown() { shop_close; }
