# SPDX-License-Identifier: GPL-2.0-only
# What rstblame --exposure says of the node, and that it leaves the node as it was.

# expose WHEN [OPTION...]: as facts exposure_WHEN (what it found) and exposure_WHEN_status. The
# line itself is $STATE/exposure.WHEN.
expose() {
	local status=0 when=$1
	if [[ ! -x /usr/bin/rstblame ]]; then return; fi
	rstblame --exposure -f json -o "$STATE/exposure.$when" "${@:2}" 2>>"$STATE/exposure.log" || status=$?
	cp "$STATE/exposure.$when" "$OUT/$NAME.exposure.$when.json"
	fact "exposure_${when}_status" "$status"
	fact "exposure_$when" "$(jq -c '[.findings[] | {id, subject, flows: .at_stake.flows, sockets: .at_stake.sockets,
		victims: [.at_stake.victims[]? | {comm, container_name, netns_name, flows} | with_entries(select(.value != null))]}]' "$STATE/exposure.$when")"
}

# What must be the same before and after: modules, sysctls but those that count, and the table's
# entries with the times at which they were made.
node_state() {
	lsmod | awk 'NR > 1 { print $1 }' | sort
	grep -rs '' /proc/sys/net | grep -v '_count:' | sort || true
}
entries_made() {
	conntrack -L -p tcp -o ktimestamp 2>/dev/null | sed -nE 's/.* (sport=[0-9]+ dport=[0-9]+) src.*\[start=([^]]*)\].*/\1 \2/p' | sort
}

# follow_networkd_cure WHEN: makes the file that the first cure names, with its lines.
follow_networkd_cure() {
	local cure path word
	cure=$(jq -r '.findings[0].cure[0]' "$STATE/exposure.$1")
	path=$(sed -nE 's/^Make the file ([^ ]+) with the lines .*/\1/p' <<<"$cure")
	word=$(sed -nE 's/.* and (KeepConfiguration=[a-z]+)\.$/\1/p' <<<"$cure")
	[[ $path && $word ]] || fail "the cure names no file or setting: $cure"
	mkdir -p "${path%/*}"
	printf '[Network]\n%s\n' "$word" >"$path"
	save cure_path "$path"
	fact cure_path "\"$path\""
	# As the version's own manual has it.
	fact cure_word_is_right "$([[ $word == KeepConfiguration=$( (($(networkctl --version | sed -nE '1s/^systemd ([0-9]+).*/\1/p') >= 257)) && echo dynamic || echo dhcp) ]] && echo true || echo false)"
}
