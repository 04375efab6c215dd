# SPDX-License-Identifier: GPL-2.0-only
# A rule of nft refuses with tcp-reset.

. /guest/refused.sh
setup() {
	refuse_setup
	refuse
}
act() { refused_act; }
