# SPDX-License-Identifier: GPL-2.0-only
# Innocent: signed segments that nobody has a key for any more; in IPv6.

. /guest/signed.sh
RUNS=test-kernels
setup() { signed_setup $NODE6 $SERVER6; }
act() { signed_act; }
