# SPDX-License-Identifier: GPL-2.0-only
# --check proves its probes by provoking their events, and leaves the node as it was.
# Probes that attach and never fire are found out: kprobes of a kernel that has disarmed
# them, which no list and no error tells.

# Four times --check, a few seconds each.
WINDOW=200

setup() {
	network_make
	node_address_add
	masquerade nft
	modprobe -a nf_conntrack_netlink nft_reject_ipv4 nf_reject_ipv6
	if [[ ! -x /usr/bin/rstblame ]]; then return; fi
	node_now >"$STATE/node.before"
	check check rstblame
	node_now >"$STATE/node.after"
	# What differs is shown by the expectation, so diff may say that something does.
	fact node_changed "$({ diff "$STATE/node.before" "$STATE/node.after" || true; } | jq -Rsc 'split("\n") | map(select(. != ""))')"
	judge_symbol
	blind
	sightless
	bounded
}

# check KEY COMMAND...: facts KEY_status, and what became of the probes
check() {
	local key=$1 status=0
	shift
	"$@" --check -f json -o "$STATE/$key.json" 2>>"$STATE/check.log" || status=$?
	cp "$STATE/$key.json" "$OUT/$NAME.$key.log"
	fact "${key}_status" "$status"
	fact "${key}_proven" "$(jq -c '[.probes[] | select(.state == "proven").name] | sort' "$STATE/$key.json")"
	fact "${key}_blind" "$(jq -c '[.probes[] | select(.state == "blind").name] | sort' "$STATE/$key.json")"
	fact "${key}_gaps" "$(jq -c '[.probes[] | select(.state | test("proven|blind") | not) | {name, state}]' "$STATE/$key.json")"
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

# The truth of this kernel is in its own symbol table: where nf_ct_delete is split, the
# whole would be blind.
judge_symbol() {
	local wanted=nf_ct_delete
	if grep -q ' nf_ct_delete\.part\.[0-9]*[[:space:]]' /proc/kallsyms; then
		wanted=$(awk '$3 ~ /^nf_ct_delete\.part\.[0-9]+$/ { print $3 }' /proc/kallsyms)
	fi
	fact removal_symbol_right "$(jq --arg wanted "$wanted" '.probes[] | select(.name == "conntrack-removal").symbol == $wanted' "$STATE/check.json")"
}

# By kprobes alone, which a kernel without types of its own leaves, all is proven; and
# nothing once they are disarmed.
blind() {
	local armed=/sys/kernel/debug/kprobes/enabled
	cp /sys/kernel/btf/vmlinux "$STATE/types.btf"
	mount -t debugfs none /sys/kernel/debug
	check kprobes unshare -m /guest/without-btf rstblame --btf "$STATE/types.btf"
	echo 0 >$armed
	check disarmed unshare -m /guest/without-btf rstblame --btf "$STATE/types.btf"
	# Each by what it is: those by fentry still see. Of what only a removal shows, nothing
	# is said where that is blind.
	check mixed rstblame
	fact mixed_right "$(jq '[.probes[] | select(.how == "kprobe") | .state == "blind" and (.cure | test("kprobes/enabled"))] | all and length > 0' "$STATE/mixed.json")"
	# Of arm64, 6.1 has none by fentry; elsewhere that would be a blind kernel taken for right.
	fact mixed_proven "$(jq --arg machine "$(uname -m)" '[.probes[] | select(.how == "fentry") | .state == "proven"]
		| ($machine == "aarch64" and length == 0) or (map(select(.)) | length >= 7)' "$STATE/mixed.json")"
	rearm
	rm "$STATE/types.btf"
}

rearm() {
	echo 1 >/sys/kernel/debug/kprobes/enabled
	umount /sys/kernel/debug
}
teardown() { [[ ! -e /sys/kernel/debug/kprobes ]] || rearm; }

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
	PATTERN='user namespace' refusal user_namespace unshare -Ur rstblame -d 1
}

# With less than all: what can be done is done, and the rest is said. Without CAP_NET_ADMIN or
# CAP_SYS_ADMIN the canary cannot be played, which is no OK.
bounded() {
	check no_net_admin setpriv --inh-caps=-all --bounding-set=-net_admin rstblame
	fact no_net_admin_said "$(jq '.conclusion | test("nothing is proven.*CAP_NET_ADMIN")' "$STATE/no_net_admin.json")"
	# Debian's level 3 leaves kprobes to CAP_SYS_ADMIN.
	sysctl -q -w kernel.perf_event_paranoid=3
	check paranoid setpriv --inh-caps=-all --bounding-set=-sys_admin rstblame
	fact paranoid_cures "$(jq -c '[.probes[] | select(.state == "missing").cure | test("perf_event_paranoid=2")] | all' "$STATE/paranoid.json")"
	sysctl -q -w kernel.perf_event_paranoid=2
	check no_sys_admin setpriv --inh-caps=-all --bounding-set=-sys_admin rstblame
	fact no_sys_admin_said "$(jq '.conclusion | test("nothing is proven.*CAP_SYS_ADMIN")' "$STATE/no_sys_admin.json")"
	# A module's functions by kprobe; none is refused.
	fact no_sys_admin_hooks "$(jq '[.probes[] | select(.name == "conntrack-removal" or .name == "conntrack-entry") | .how] | unique == ["kprobe"]' "$STATE/no_sys_admin.json")"
}

act() { :; }
