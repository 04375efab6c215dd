# SPDX-License-Identifier: GPL-2.0-only
# Innocent: signed segments that nobody has a key for any more; in IPv4.

. /guest/signed.sh
setup() { signed_setup $NODE $SERVER; }
act() { signed_act; }
