# SPDX-License-Identifier: GPL-2.0-only
# What the page is on paper: the founding incident on two sheets, storms on six at most.

check_page() {
	has paper chromium chromium || return
	local name
	for name in incident-nft:2 syn-storm:6 lost-events:3 server-restart:2; do
		"$RSTBLAME" --utc -f html -r "$top/tests/replay/${name%:*}.jsonl" -o "$work/page.html" 2>/dev/null
		HOME=$work chromium --headless --no-sandbox --disable-gpu --no-pdf-header-footer \
			--print-to-pdf="$work/page.pdf" "file://$work/page.html" >/dev/null 2>&1
		pages=$(grep -aoE '/Count [0-9]+' "$work/page.pdf" | tr -dc '0-9\n' | sort -n | tail -n1)
		((${pages:-99} <= ${name#*:}))
		result $? "${name%:*} takes $pages pages instead of ${name#*:}"
	done
}
