# SPDX-License-Identifier: GPL-2.0-only
# The first rule that refuses comes, with its modules, while rstblame watches.

. /guest/refused.sh
. /guest/modules.sh
RUNS=test-kernels

setup() {
	local module
	refuse_setup
	# The test before may have left them.
	for module in nft_reject_inet nft_reject_ipv4 nft_reject_ipv6 nft_reject ip6t_REJECT ipt_REJECT nf_reject_ipv4 nf_reject_ipv6; do
		modprobe -q -r $module || true
	done
	[[ ! -d /sys/module/nf_reject_ipv4 ]] || fail "nf_reject_ipv4 stays loaded"
}

act() {
	refuse
	wait_for '[[ $(attached nf_reject_ipv4) == 1 && $(attached nf_reject_ipv6) == 1 ]]' 20 "the probes to be attached"
	refused_act
}
