# SPDX-License-Identifier: GPL-2.0-only
# How many instructions of each of rstblame's programs this kernel's verifier walked: it is
# said of each, and none may have doubled. And the kernel has taken the object's types: where it
# refuses them it reads them twice, and writes a log of all. No reset.

setup() {
	network_make
	node_address_add
}

act() {
	fact typeless "$(bpfstat typeless)"
	fact insns "$(bpfstat insns | jq -Rnc '[inputs | split(" ") | {key: .[0], value: (.[1] | tonumber)}] | from_entries')"
}
