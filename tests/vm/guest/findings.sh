# SPDX-License-Identifier: GPL-2.0-only
# What rstblame --exposure finds beside address-may-go, in a word for each.

# found KEY ID: fact KEY, the findings of that kind; the whole is $STATE/found.
found() {
	if [[ ! -x /usr/bin/rstblame ]]; then return; fi
	local status=0
	rstblame --exposure -f json -o "$STATE/found" 2>>"$STATE/found.log" || status=$?
	cp "$STATE/found" "$OUT/$NAME.$1.json"
	save found_status "$status"
	# What other scenarios of this boot have left in the kernel's counters is low.
	fact "$1" "$(jq -c --arg id "$2" '[.findings[] | select(.id == $id and (.severity != "low" or ($id | test("queue|filling") | not))) |
		{subject, severity, flows: .at_stake.flows} | with_entries(select(.value != null))
		| if $id == "table-filling" then {} else . end]' "$STATE/found")"
	fact "$1_judged" "$(jq -c --arg id "$2" '.judged | index($id) != null' "$STATE/found")"
}

# cure_of ID PATTERN: the command of its cure that matches, up to ": ", ";" or the end
cure_of() {
	jq -r --arg id "$1" --arg re "$2" 'first(.findings[] | select(.id == $id) | .cure[] | capture($re).it)' "$STATE/found"
}

# follow ID PATTERN: does as the cure says, word for word
follow() {
	local command
	if [[ ! -x /usr/bin/rstblame ]]; then return; fi
	command=$(cure_of "$@")
	[[ $command ]] || fail "no cure of $1 matches $2"
	say "follows: $command"
	eval "$command" || fail "the cure of $1 failed: $command"
}
