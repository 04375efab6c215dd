# SPDX-License-Identifier: GPL-2.0-only
# --check proves its probes by provoking their events, and leaves the node as it was.
# A build that takes a split nf_ct_delete for whole is found out, where it is split.

setup() {
	network_make
	node_address_add
	masquerade nft
	modprobe -a nf_conntrack_netlink nf_reject_ipv4 nf_reject_ipv6
	if [[ ! -x /usr/bin/rstblame ]]; then return; fi
	node_now >"$STATE/node.before"
	check rstblame check
	node_now >"$STATE/node.after"
	# What differs is shown by the expectation, so diff may say that something does.
	fact node_changed "$({ diff "$STATE/node.before" "$STATE/node.after" || true; } | jq -Rsc 'split("\n") | map(select(. != ""))')"
	check_by_kallsyms
	# No compiler of arm64's kernels has split it, and no blind build is made for them.
	if [[ $(uname -m) == x86_64 ]]; then
		check rstblame-blind blind
		judge_blind
	fi
	sightless
}

# check PROGRAM KEY: facts KEY_status, and what became of the probes
check() {
	local status=0
	"$1" --check -f json -o "$STATE/$2.json" 2>>"$STATE/check.log" || status=$?
	cp "$STATE/$2.json" "$OUT/$NAME.$2.log"
	fact "$2_status" "$status"
	fact "$2_proven" "$(jq -c '[.probes[] | select(.state == "proven").name] | sort' "$STATE/$2.json")"
	fact "$2_gaps" "$(jq -c '[.probes[] | select(.state | test("proven") | not) | {name, state}]' "$STATE/$2.json")"
}

# Where modules' own symbols cannot be read, the whole table says the same of each probe.
check_by_kallsyms() {
	local probes='[.probes[] | {name, how, symbol, state}]'
	unshare -m bash -c 'mount --bind /dev/null /proc/kcore && exec rstblame --check -f json -o "$0"' \
		"$STATE/kallsyms.json" 2>>"$STATE/check.log"
	diff <(jq "$probes" "$STATE/check.json") <(jq "$probes" "$STATE/kallsyms.json") >"$STATE/kallsyms.diff"
	fact by_kallsyms_right "$([[ -s $STATE/kallsyms.json && ! -s $STATE/kallsyms.diff ]] && echo true || echo false)"
}

# What rstblame may not change. Entries without the seconds that they have left, and not
# those of the kernel's own IGMP, which come when they come.
node_now() {
	lsmod | awk '{ print $1 }' | sort
	conntrack -L 2>/dev/null | sed -E '/ dst=224\./d; s/^([^ ]+ +[0-9]+) [0-9]+/\1/'
	ip netns list
	nft list ruleset
	(cd /proc/sys/net/netfilter && grep . nf_conntrack_[!c]* nf_conntrack_checksum)
}

# The truth of this kernel is in its own symbol table.
judge_blind() {
	local wanted=proven state
	if grep -q ' nf_ct_delete\.part\.' /proc/kallsyms; then wanted=blind; fi
	state=$(jq -r '.probes[] | select(.name == "conntrack-removal").state' "$STATE/blind.json")
	[[ $state == "$wanted" ]] || fail "the blind build says $state of conntrack-removal, not $wanted"
	[[ $wanted == proven ]] || (($(jq .status "$STATE/blind.json") == 3)) || fail "the blind build does not say 3"
	fact removal_symbol "$(jq -c '.probes[] | select(.name == "conntrack-removal") | {symbol, how}' "$STATE/check.json")"
}

# One line each, with the cure, and status 3.
refusal() { # KEY COMMAND...
	local key=$1 status=0
	shift
	"$@" >"$STATE/$key.out" 2>"$STATE/$key.err" || status=$?
	fact "$key" "$(jq -Rsc --argjson status "$status" '{$status, lines: (split("\n") | length - 1), text: .}' "$STATE/$key.err")"
	fact "${key}_right" "$( ((status == 3)) && [[ $(wc -l <"$STATE/$key.err") == 1 ]] && grep -Eq -- "$PATTERN" "$STATE/$key.err" && echo true || echo false)"
}

sightless() {
	echo garbage >"$STATE/garbage"
	PATTERN='no BTF.*--btf' refusal without_btf unshare -m /guest/without-btf rstblame -d 1
	PATTERN='--btf' refusal garbage_btf rstblame --btf "$STATE/garbage" -d 1
	PATTERN='--btf' refusal missing_btf rstblame --btf "$STATE/nosuch" -d 1
	PATTERN='CAP_BPF.*root' refusal no_capability setpriv --bounding-set=-all --inh-caps=-all rstblame -d 1
	PATTERN='CAP_PERFMON.*root' refusal nobody setpriv --reuid=65534 --clear-groups rstblame -d 1
}

act() { :; }
