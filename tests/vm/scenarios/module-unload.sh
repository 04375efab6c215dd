# SPDX-License-Identifier: GPL-2.0-only
# The rules go, then their modules. Masquerade's flushes every interface as it goes, though
# none went down (2 flows); nf_nat takes along all else that was translated (3). A rule keeps
# conntrack at work. An entry that was not translated stays (2).

RSTBLAME_ARGS=--no-pin

# What an earlier scenario used would keep nf_nat, and xt_MASQUERADE shares the notifiers
# that nft_masq takes along.
holders_unload() {
	local holder
	for holder in /sys/module/nf_nat/holders/*; do
		if [[ -e $holder ]]; then modprobe -q -r "${holder##*/}" || true; fi
	done
}

setup() {
	holders_unload
	network_make
	node_address_add
	nft 'table ip filter { chain input { type filter hook input priority 0; ct state established counter; }; }'
	snat_fixed 7003
	masquerade nft
	flows_start a 2 7001
	flows_start c 3 7003
	node_server own 7002
	node_clients peer 2 7002
}

act() {
	nft delete table ip nat
	nft delete table ip fixed
	modprobe -r nft_masq
	wait_for "[[ \$(entries_to $NODE tcp) == 0 ]]" 5 "masquerade's farewell"
	modprobe -r nft_nat
	modprobe -r nft_chain_nat
	if [[ -d /sys/module/nf_nat ]]; then modprobe -r nf_nat; fi
	[[ ! -d /sys/module/nf_nat ]] || fail "nf_nat is still loaded"
	wait_for "[[ \$({ conntrack -L -p tcp 2>/dev/null || true; } | wc -l) == 2 ]]" 5 "the translated to be gone"
	tell a_server say hello
	tell c_server say hello
	tell peer say hello
	wait_for_rsts 5 5
}
