# SPDX-License-Identifier: GPL-2.0-only
# What rstblame --exposure says of the node, and that it leaves the node as it was.

# expose WHEN [OPTION...]: as facts exposure_WHEN (what it found of addresses) and
# exposure_WHEN_status, as it would be for these alone: this boot's other scenarios leave counters
# behind, and INVALID packets are answered on any node with the kernel's defaults. The line itself is
# $STATE/exposure.WHEN.
expose() {
	local status=0 when=$1
	if [[ ! -x /usr/bin/rstblame ]]; then return; fi
	rstblame --exposure -f json -o "$STATE/exposure.$when" "${@:2}" 2>>"$STATE/exposure.log" || status=$?
	cp "$STATE/exposure.$when" "$OUT/$NAME.exposure.$when.json"
	[[ $status == "$(jq .status "$STATE/exposure.$when")" ]] || fail "exit status $status is not the line's"
	jq -c '.findings |= map(select(.id == "address-may-go"))' "$STATE/exposure.$when" >"$STATE/addresses.$when"
	mv "$STATE/addresses.$when" "$STATE/exposure.$when"
	fact "exposure_${when}_status" "$(jq -c 'if .status == 3 or .findings == [] and any(.not_judged[]; .id == "address-may-go") then 3
		elif .findings == [] then 0 elif any(.findings[]; .ends_in_s and .at_stake.flows > 0) then 2 else 1 end' "$STATE/exposure.$when")"
	fact "exposure_$when" "$(jq -c '[.findings[] | {id, subject, flows: .at_stake.flows, sockets: .at_stake.sockets,
		victims: [.at_stake.victims[]? | {comm, container_name, netns_name, flows} | with_entries(select(.value != null))]}]' "$STATE/exposure.$when")"
	fact "exposure_${when}_sentence" "$(jq -c '.findings[0].sentence' "$STATE/exposure.$when")"
}

# bundle_make DIR: what sosreport collects, by its commands, where it puts it.
bundle_make() {
	local to=$1/sos_commands ns
	mkdir -p $to/{networking/namespaces,conntrack,firewall_tables,kernel,systemd,process,host,docker} "$1"/{run,etc}/systemd
	hostname >$to/host/hostname
	uname -a >$to/kernel/uname_-a
	networkctl --version >$to/systemd/systemctl_--version
	ps -o user,pid,args >$to/process/ps_auxwwwm 2>/dev/null || ps auxwwwm >$to/process/ps_auxwwwm
	ip -o addr >$to/networking/ip_-o_addr
	ip -d address >$to/networking/ip_-d_address
	ss -peaonmi >$to/networking/ss_-peaonmi
	for ns in $(ip netns list | cut -d' ' -f1); do
		mkdir -p "$to/networking/namespaces/$ns"
		ip netns exec "$ns" ss -peaonmi >"$to/networking/namespaces/$ns/ip_netns_exec_${ns}_ss_-peaonmi"
	done
	conntrack -L -o extended >$to/conntrack/conntrack_-L_-o_extended 2>/dev/null
	conntrack -S >$to/conntrack/conntrack_-S 2>/dev/null
	nft -a list ruleset >$to/firewall_tables/nft_-a_list_ruleset
	sysctl -a >$to/kernel/sysctl_-a 2>/dev/null || true
	cp -a /run/systemd/netif /run/systemd/network "$1/run/systemd/"
	cp -a /etc/systemd "$1/etc/" 2>/dev/null || true
	# There is no docker here; it prints so.
	printf 'CONTAINER ID   IMAGE   COMMAND   CREATED   STATUS   PORTS   NAMES\n%.12s   redis   "redis-cli"   2 hours ago   Up 2 hours   80/tcp   shop-web-1\n' \
		"$DOCKER_ID" >$to/docker/docker_ps
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
