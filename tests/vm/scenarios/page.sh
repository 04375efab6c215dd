# SPDX-License-Identifier: GPL-2.0-only
# A flap that a second rstblame watches, which makes a page of it and is terminated at
# the end; then the audit's page of what is left.

. /guest/scenarios/flap-ip.sh
eval "$(declare -f act | sed '1s/^act/flap/')"

# Says nothing before its end: that it is attached is said by its command.
page_start() {
	spawn page bash -c 'rstblame -f html -o "$1" -w "$1.jsonl" -- bash -c ": >$0/attached; exec sleep 1000000" &
		echo $! >"$0/page_watcher"
		wait $!
		echo $? >"$0/page_status"' "$STATE" "$OUT/$NAME.html"
	wait_for '[[ -e $STATE/attached ]]' 20 "the second rstblame to be attached"
}

# page_number FILE ATTRIBUTE: the sum of its numbers in the page
page_number() {
	grep -oE " $2=\"[0-9]+\"" "$1" | tr -dc '0-9\n' | awk '{ n += $1 } END { print n + 0 }'
}

page_facts() {
	local page=$OUT/$NAME.html json=$STATE/page.json
	fact page_status "$(<"$STATE/page_status")"
	# Its recording, judged again in the guest, is what it has to agree with.
	rstblame -r "$page.jsonl" -f json >"$json" 2>/dev/null || true
	fact page_resets_agree "$(jq -s "map(select(.type == \"reset\")) | length == $(page_number "$page" data-resets-total)" "$json")"
	fact page_removals_agree "$(jq -s "[.[-1].removals[]] | add == $(page_number "$page" data-removals)" "$json")"
	fact page_names_the_client "$(grep -c 'victim: <b>redis-cli\[[0-9]*\] in c1, socket ESTABLISHED</b>' "$page" || true)"
	fact page_lost "$(page_number "$page" data-lost)"
	rm "$page.jsonl"
}

# How many is for the audit's own scenario: here the rows are as many as the page says.
audit_page() {
	local status=0 said rows
	rstblame --audit -f html -o "$STATE/audit.html" 2>>"$STATE/audit.log" || status=$?
	fact audit_page_status "$status"
	said=$(sed -nE 's/.*class="headline">([0-9]+) flows? (is|are) at risk.*/\1/p' "$STATE/audit.html")
	rows=$(grep -c '<td data-label="Flow"' "$STATE/audit.html" || true)
	fact audit_page_has_all_flows "$(if ((rows >= 4 && rows == ${said:-0})); then echo true; else echo "$rows"; fi)"
}

act() {
	[[ ! -x /usr/bin/rstblame ]] || page_start
	flap
	[[ -x /usr/bin/rstblame ]] || return 0
	kill -TERM "$(<"$STATE/page_watcher")"
	wait_for '[[ -s $STATE/page_status ]]' 20 "the page to be written"
	page_facts
	audit_page
}
