# SPDX-License-Identifier: GPL-2.0-only
# 2,000 network namespaces come and go while rstblame watches: it takes no more memory and
# keeps none of them; then an address goes, and its resets are proven as ever.

. /guest/soak.sh
RUNS=test-kernels
WINDOW=400
NAMESPACES=2000

setup() {
	network_make
	node_address_add
	masquerade nft
	flows_start a 3 7001
}

files_kept() { # by the largest of what runs as rstblame
	local process comm most=0 n
	for process in /proc/[0-9]*; do
		read -r comm 2>/dev/null <"$process/comm" || continue
		if [[ $comm != rstblame ]]; then continue; fi
		n=$(ls "$process/fd" | wc -l)
		if ((n > most)); then most=$n; fi
	done
	echo $most
}

act() {
	local kb_before kb_after files_before files_after
	nsloop 50 >/dev/null
	sleep 2
	kb_before=$(rstblame_kb) files_before=$(files_kept)
	nsloop $NAMESPACES >/dev/null
	sleep 2
	kb_after=$(rstblame_kb) files_after=$(files_kept)
	fact kb "[$kb_before, $kb_after]"
	fact files "[$files_before, $files_after]"
	fact is_bounded "$((kb_after <= kb_before + 8192 && files_after <= files_before + 4))"
	flap
	tell a_server say hello
	wait_for_rsts 3 15
}
