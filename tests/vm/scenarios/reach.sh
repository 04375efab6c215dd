# SPDX-License-Identifier: GPL-2.0-only
# What one meets first on a node that rstblame was only copied to: what it is, --check,
# recordings that were brought along, and the exit statuses that a runbook branches on.

RUNS=test-kernels
WINDOW=200
. /guest/scenarios/flap-ip.sh
eval "$(declare -f setup | sed '1s/^setup/stage/')"

setup() {
	local name
	stage
	modprobe -a nf_conntrack_netlink nft_reject_ipv4 nf_reject_ipv6
	if [[ ! -x /usr/bin/rstblame ]]; then return; fi
	asked version 0 rstblame --version
	grep -oE 'dynamic|static' "$STATE/version.said" >"$OUT/$NAME.linked.log" || true
	asked check 0 rstblame --check
	# It is wrapped, at 100 columns where there is no terminal (an arrow is of three bytes).
	fact check_too_wide "$(awk 'length > 102' "$STATE/check.said" | wc -l)"
	# 0: nothing of conntrack's, 1: at risk, 2: proven, 3: it cannot be read.
	for name in server-restart:0 at-risk:1 incident-nft:2; do
		asked "${name%:*}" "${name#*:}" rstblame --utc -r "/guest/replay/${name%:*}.jsonl"
		cmp "$STATE/${name%:*}.said" "/guest/replay/${name%:*}.expect.txt" ||
			fail "$name: another report than where it was built"
	done
	asked missing 3 rstblame -r /nosuch.jsonl
	asked usage 3 rstblame --nosuch
}

# asked KEY STATUS COMMAND...: fails where another status comes back
asked() {
	local key=$1 wanted=$2 status=0
	shift 2
	"$@" >"$STATE/$key.said" 2>"$STATE/$key.err" || status=$?
	cp "$STATE/$key.said" "$OUT/$NAME.$key.log"
	fact "${key//-/_}_status" "$status"
	((status == wanted)) || fail "$*: status $status instead of $wanted: $(head -n1 "$STATE/$key.err")"
}
