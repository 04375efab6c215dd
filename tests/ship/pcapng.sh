# SPDX-License-Identifier: GPL-2.0-only
# Packets with their verdict: read back by Wireshark's own reader.

check_pcapng() {
	local recording name resets
	has pcapng tshark tshark || return
	for recording in "$top"/tests/replay/*.jsonl; do
		name=$(basename "$recording" .jsonl)
		"$RSTBLAME" -r "$recording" -f json --pcap "$work/$name.pcapng" >"$work/json" 2>/dev/null
		"$RSTBLAME" -r "$recording" -f pcapng >"$work/other.pcapng" 2>/dev/null
		cmp -s "$work/$name.pcapng" "$work/other.pcapng" &&
			capinfos "$work/$name.pcapng" >/dev/null 2>"$work/said" && [[ ! -s $work/said ]]
		result $? "$name: capinfos: $(head -n1 "$work/said")"
		tshark -r "$work/$name.pcapng" -T fields -E separator='|' -e ip.src -e ipv6.src -e tcp.srcport \
			-e ip.dst -e ipv6.dst -e tcp.dstport -e frame.comment 2>/dev/null >"$work/packets"
		# Each trigger, with the verdict that JSON has for it, in its order.
		jq -r 'select(.type == "reset" and .direction != "received" and .packet.flags) | .packet as $p
			| "\($p.src) \($p.sport) \($p.dst) \($p.dport) \(.verdict)\(if .cause then "/" + .cause else "" end), \(.confidence)"' \
			"$work/json" >"$work/wanted"
		awk -F'|' '$7 ~ /^answered/ { sub(/\\n.*/, "", $7); sub(/^[^:]*: /, "", $7); print $1 $2, $3, $4 $5, $6, $7 }' "$work/packets" >"$work/seen"
		diff "$work/wanted" "$work/seen" >"$work/diff"
		result $? "$name: packets: $(head -n3 "$work/diff")"
		! tshark -r "$work/$name.pcapng" -Y '_ws.malformed || tcp.analysis.zero_window' 2>/dev/null | grep .
		result $? "$name has a malformed packet, or one that says what nobody saw"
	done
	tshark -r "$work/flap-ip.pcapng" -T fields -e frame.interface_name -e frame.time_epoch -e tcp.flags -e frame.comment 2>/dev/null >"$work/packets"
	grep -q $'^up0\t[0-9]*\\.[0-9]\\{9\\}\t0x0*18\t.*removed from up0 by ip\\[616\\].*on guest$' "$work/packets" &&
		grep -q $'^up0\t[0-9.]*\t0x0*4\tRST, as it follows' "$work/packets" && (($(wc -l <"$work/packets") == 2))
	result $? "flap-ip: $(head -n2 "$work/packets")"
}
