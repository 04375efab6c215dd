# SPDX-License-Identifier: GPL-2.0-only
# Netfilter's modules, taken out and waited for.

# From the ones that use others to the ones that are used, as often as it takes.
modules_unload() {
	local module
	for _ in 1 2 3 4 5; do
		for module in $(lsmod | awk '/^(nf_|nft_|xt_|ip_|ipt_|ip6t_|ip6_|iptable_|ip6table_|x_tables)/ { print $1 }'); do
			modprobe -q -r "$module" || true
		done
	done
	[[ ! -d /sys/module/nf_conntrack ]] || fail "nf_conntrack stays loaded: $(lsmod)"
}

# What rstblame recorded of the probes that it attached since.
attached() { grep '"type":"probe".*"module":"'"$1"'"' "$OUT/$NAME.rec.jsonl" | grep -vc '"how":"none"' || true; }

# Both come with the rule; the probes are attached a moment later.
masquerade_and_wait() { # TIMES
	masquerade nft
	modprobe nf_conntrack_netlink
	wait_for "(( \$(attached nf_conntrack) >= 5 * $1 && \$(attached nf_nat) == $1 ))" 20 "the probes to be attached"
}
