# SPDX-License-Identifier: GPL-2.0-only
# entry-invalid in IPv6.

. /guest/invalid.sh
RUNS=test-kernels
setup() { invalid_setup 6; }
act() { invalid_act; }
