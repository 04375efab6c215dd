# SPDX-License-Identifier: GPL-2.0-only
# The metrics are valid, hold no address, are replaced whole; the alerts fire when they
# shall, and not beside.

check_metrics() {
	local recording promtool inode
	for recording in "$top"/tests/replay/*.jsonl; do
		"$RSTBLAME" -q -o /dev/null --metrics "$work/$(basename "$recording" .jsonl).prom" -r "$recording" 2>/dev/null
	done
	! grep -E '[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+|pid' "$work"/*.prom | grep -v 'version='
	result $? "a metric has an address or a pid"
	grep -qx 'rstblame_resets{verdict="entry-removed",cause="address-removed"} 1' "$work/flap-ip.prom" &&
		grep -qx 'rstblame_flushes{cause="address-removed"} 1' "$work/flap-ip.prom" &&
		grep -qx 'rstblame_removed_entries{cause="address-removed"} 5' "$work/flap-ip.prom" &&
		grep -qx 'rstblame_resets{verdict="no-listener",cause="none"} 0' "$work/flap-ip.prom" &&
		grep -qx 'rstblame_status 2' "$work/flap-ip.prom"
	result $? "flap-ip has other metrics"
	"$RSTBLAME" -f prom -r "$top/tests/replay/flap-ip.jsonl" >"$work/report" 2>/dev/null
	cmp -s "$work/report" "$work/flap-ip.prom"
	result $? "-f prom differs from --metrics"
	inode=$(stat -c %i "$work/flap-ip.prom")
	"$RSTBLAME" -q -o /dev/null --metrics "$work/flap-ip.prom" -r "$top/tests/replay/flap-ip.jsonl" 2>/dev/null
	[[ $(stat -c '%i %a' "$work/flap-ip.prom") != "$inode "* && $(stat -c %a "$work/flap-ip.prom") == 644 &&
		! $(ls -A "$work" | grep '^\.') ]]
	result $? "the file was not replaced whole, or its temporary stays"
	"$RSTBLAME" -q -o /dev/null --metrics /proc/nosuch/x.prom -r "$top/tests/replay/flap-ip.jsonl" 2>"$work/said"
	grep -q 'cannot write /proc/nosuch/x.prom.*--metrics' "$work/said"
	result $? "metrics that cannot be written are not reported"

	# The package starts a service where it is installed: unpacked is enough.
	promtool=$(command -v promtool || "$top/scripts/fetch-root" bookworm "$(dpkg --print-architecture)" checkers 2>/dev/null)
	[[ ! -d $promtool ]] || promtool=$promtool/usr/bin/promtool
	[[ -x $promtool ]] || { skip metrics "no promtool (Debian: prometheus)"; return; }
	for recording in "$work"/*.prom; do
		"$promtool" check metrics <"$recording" >"$work/said" 2>&1 && [[ ! -s $work/said ]]
		result $? "promtool on $(basename "$recording"): $(head -n1 "$work/said")"
	done
	cp "$top/scripts/prometheus/rstblame.rules.yml" "$here/rstblame.rules.test.yml" "$work"
	"$promtool" test rules "$work/rstblame.rules.test.yml" >"$work/said" 2>&1
	result $? "the alert rules: $(cat "$work/said")"
}
