# SPDX-License-Identifier: GPL-2.0-only
# Bad input, bad output and bad words, through the real binary: status 3, one line on stderr
# that says what to do. Read by run, whose variables and pass, fail and skip it uses.

# refuses WHAT PATTERN COMMAND...
refuses() {
	local what=$1 pattern=$2 status=0 lines
	shift 2
	"$@" >"$work/stdout" 2>"$work/stderr" </dev/null || status=$?
	lines=$(wc -l <"$work/stderr")
	if [[ $status != 3 ]]; then
		fail "$what: status $status: $(head -n1 "$work/stderr")"
	elif [[ $lines != 1 ]]; then
		fail "$what: $lines lines on stderr:"
		sed 's/^/    /' "$work/stderr"
	elif ! grep -Eq -- "$pattern" "$work/stderr"; then
		fail "$what: no /$pattern/ in: $(<"$work/stderr")"
	else
		pass "$what: $(<"$work/stderr")"
	fi
}

bad_words() {
	refuses "unknown option" '--nonsense.*--help' "$rstblame" --nonsense
	refuses "unknown letter" '-x.*--help' "$rstblame" -x
	refuses "missing argument" '-d needs an argument' "$rstblame" -d
	refuses "bad duration" "soon.*15m" "$rstblame" -d soon
	refuses "duration of nothing" "'0'.*15m" "$rstblame" -d 0
	refuses "bad count" "'0'.*1 or more" "$rstblame" -c 0
	refuses "a near miss" 'did you mean --audit' "$rstblame" --audti
	refuses "a format's near miss" 'did you mean json' "$rstblame" -f jsno
	refuses "a word's near miss" 'did you mean entry-removed' "$rstblame" --explain entry-remved
	refuses "a word with a line break" "unknown word 'a.b'" "$rstblame" --explain $'a\nb'
	refuses "two modes" '--check.*--audit' "$rstblame" --check --audit
	refuses "--check with a window" '--check.*-d' "$rstblame" --check -d 5
	refuses "--audit with a count" '--audit.*-c' "$rstblame" --audit -c 5
	refuses "--root without --exposure" '--root.*--exposure' "$rstblame" --root /
	refuses "--root that is none" 'nowhere.*sosreport' "$rstblame" --exposure --root /nowhere
	refuses "stdin twice" 'stdin.*once' "$rstblame" -r - -r -
	refuses "report and recording to stdout" '-w -.*-o FILE' "$rstblame" -r "$here/flap-ip.jsonl" -w -
	refuses "bad format" 'xml.*json' "$rstblame" -f xml
	refuses "a filter that is none" "'ip addr'.*pcap-filter.*--" "$rstblame" -r "$here/flap-ip.jsonl" ip addr
	refuses "an option after the filter" '-d must come before' "$rstblame" port 6379 -d 5
	refuses "no command" 'COMMAND' "$rstblame" --
	refuses "-r with a command" 'COMMAND' "$rstblame" -r "$here/flap-ip.jsonl" -- true
	refuses "--check with -f html" '--check.*-f html.*text' "$rstblame" --check -f html
	refuses "-r with --check" '--check' "$rstblame" -r "$here/flap-ip.jsonl" --check
	refuses "a hostile word" 'nonsense\?\[2J' "$rstblame" $'--nonsense\e[2J\nsecond line'
	if ((EUID == 0)) && unshare -m umount -l /sys 2>/dev/null; then
		without_sys=(unshare -m sh -c 'umount -l /sys && exec "$@"' sh "$rstblame")
		refuses "no /sys" '/sys is not mounted.*mount' "${without_sys[@]}" -d 1
		"${without_sys[@]}" --check >"$work/stdout" 2>&1
		grep -q '/sys is not mounted.*mount' "$work/stdout" && pass "--check without /sys" ||
			fail "--check without /sys: $(tail -n1 "$work/stdout")"
	else
		skip "no /sys: cannot be unmounted here"
	fi
	refuses "missing namespace" 'namespace nosuch.*(netns|pid)' "$rstblame" --netns nosuch -d 1
	refuses "missing namespace, replay" 'nosuch' "$rstblame" --netns nosuch -r "$here/flap-ip.jsonl"
	refuses "a file that is no namespace" 'namespace' "$rstblame" --netns "$here/run" -d 1
	refuses "pid of nobody" 'namespace' "$rstblame" --netns 4194305 -d 1
}

bad_files() {
	local many=() i
	: >"$work/empty"
	head -c 100000 /bin/bash >"$work/junk"
	head -c 100000 /dev/zero >"$work/zeros"
	echo '{"type":"weather"}' >"$work/other"
	refuses "missing file" 'no such file.*written by -w' "$rstblame" -r "$work/nosuch"
	refuses "directory" "$work.*written by -w" "$rstblame" -r "$work"
	refuses "empty file" 'not a recording.*written by -w' "$rstblame" -r "$work/empty"
	refuses "junk" 'not a recording.*written by -w' "$rstblame" -r "$work/junk"
	refuses "zeros" 'not a recording.*written by -w' "$rstblame" -r "$work/zeros"
	refuses "another tool's JSON" 'not a recording.*written by -w' "$rstblame" -r "$work/other"
	for i in {1..1000}; do echo "{\"type\":\"log\",\"msg\":\"x$i\"}"; done >"$work/logs"
	refuses "another tool's log lines" 'not a recording.*written by -w' "$rstblame" -r "$work/logs"
	refuses "one good, one missing" 'nosuch.*no such file' "$rstblame" -r "$here/flap-ip.jsonl" -r "$work/nosuch"
	for i in {1..65}; do many+=(-r "$here/flap-ip.jsonl"); done
	refuses "65 recordings" 'recordings' "$rstblame" "${many[@]}"
	refuses "-o nowhere" 'nofolder/x.*No such file.*-o' "$rstblame" -r "$here/flap-ip.jsonl" -o "$work/nofolder/x"
	refuses "-w nowhere" 'nofolder/x.*No such file.*-w' "$rstblame" -r "$here/flap-ip.jsonl" -w "$work/nofolder/x"
	refuses "-o a directory" 'directory.*-o' "$rstblame" -r "$here/flap-ip.jsonl" -o "$work"
	refuses "--check -o nowhere" '-o' "$rstblame" --check -o "$work/nofolder/x"
}

# A pipe that nobody reads any more, as standard output of the command.
to_closed_pipe() {
	local reader status=0
	rm -f "$work/pipe"
	mkfifo "$work/pipe"
	: <"$work/pipe" &
	reader=$!
	exec 9>"$work/pipe"
	wait "$reader"
	"$@" >&9 9>&- || status=$?
	exec 9>&-
	return "$status"
}
to_closed_stdout() { "$@" >&-; }

bad_outputs() {
	local format
	for format in text json html; do
		refuses "-o full, $format" '/dev/full.*No space left' "$rstblame" -r "$here/flap-ip.jsonl" -f $format -o /dev/full
		refuses "closed stdout, $format" 'stdout' to_closed_stdout "$rstblame" -r "$here/flap-ip.jsonl" -f $format
		refuses "broken pipe, $format" 'stdout.*Broken pipe' to_closed_pipe "$rstblame" -r "$here/flap-ip.jsonl" -f $format
	done
	# An innocent recording: what was proven stays so with whatever copy.
	refuses "-w full" '/dev/full.*No space left' "$rstblame" -r "$here/server-restart.jsonl" -w /dev/full
	refuses "--help to a closed stdout" 'stdout' to_closed_stdout "$rstblame" --help
	refuses "--version to a broken pipe" 'stdout' to_closed_pipe "$rstblame" --version
	refuses "--check to a broken pipe" 'cannot write' to_closed_pipe "$rstblame" --check
	refuses "--check -o full" '/dev/full.*No space left' "$rstblame" --check -o /dev/full
	refuses "--metrics full" '/dev/full.*No space left' "$rstblame" -q -r "$here/server-restart.jsonl" -o /dev/null --metrics /dev/full
	refuses "--metrics into no folder" 'nosuch/x.prom.*--metrics' "$rstblame" -r "$here/server-restart.jsonl" --metrics "$work/nosuch/x.prom"
	refuses "one file for the recording and the packets" 'already.*--pcap' \
		"$rstblame" -r "$here/server-restart.jsonl" -o /dev/null -w "$work/one" --pcap "$work/./one"
	refuses "one file for the report and the metrics" 'already.*--metrics' \
		"$rstblame" -r "$here/server-restart.jsonl" -o "$work/one" --metrics "$work/./one"
	# What is there is no file to be replaced: a device stays one.
	"$rstblame" -q -r "$here/server-restart.jsonl" -o /dev/null --metrics /dev/stdout >"$work/metrics" 2>/dev/null
	if grep -q '^rstblame_' "$work/metrics" && [[ -L /dev/stdout ]]; then
		pass "--metrics to a device"
	else
		fail "--metrics to a device: $(head -c 80 "$work/metrics"), $(ls -l /dev/stdout)"
	fi
}

# Every output is opened by the same function: 0600, through no planted link, and not for ever.
outputs_are_safe() {
	local option key how mode
	mkdir -p "$work/sticky" && chmod 1777 "$work/sticky"
	mkfifo "$work/unread"
	for key in o w pcap metrics check; do
		case $key in
		o | w) how=("$rstblame" -q -r "$here/server-restart.jsonl" "-$key") mode=600 ;;
		pcap) how=("$rstblame" -q -r "$here/server-restart.jsonl" -o /dev/null --pcap) mode=600 ;;
		metrics) how=("$rstblame" -q -r "$here/server-restart.jsonl" -o /dev/null --metrics) mode=644 ;;
		check) how=("$rstblame" --check -o) mode=600 ;;
		esac
		(umask 022 && "${how[@]}" "$work/sticky/$key" >/dev/null 2>&1)
		if [[ $(stat -c '%a %s' "$work/sticky/$key") == "$mode "[1-9]* ]]; then
			pass "$key is made $mode"
		else
			fail "$key is made $(stat -c '%a, %s bytes' "$work/sticky/$key" 2>&1), not $mode"
		fi
		if ((EUID == 0)); then
			echo precious >"$work/precious"
			ln -sf "$work/precious" "$work/sticky/$key.link"
			chown -h 65534 "$work/sticky/$key.link"
			refuses "$key by another's link" "another user's link" "${how[@]}" "$work/sticky/$key.link"
			[[ $(<"$work/precious") == precious ]] || fail "$key followed another's link"
			echo theirs >"$work/sticky/$key.theirs"
			chown 65534 "$work/sticky/$key.theirs"
			refuses "$key onto another's file" "another user's" "${how[@]}" "$work/sticky/$key.theirs"
		fi
	done
	refuses "a FIFO that nobody reads" 'no one has opened.*-o' timeout 20 "$rstblame" -r "$here/server-restart.jsonl" -o "$work/unread"
	rm "$work/unread"
}

# The input is not the output: nothing is destroyed.
own_input_as_output() {
	local option
	for option in -o -w --pcap --metrics; do
		cp "$here/flap-ip.jsonl" "$work/own.jsonl"
		refuses "$option onto the recording that is read" "own.jsonl" \
			"$rstblame" -r "$work/own.jsonl" $option "$work/own.jsonl"
		same "$option leaves the recording whole" "$here/flap-ip.jsonl" "$work/own.jsonl"
	done
}

# With the standard files closed, the next one opened must not take their place.
closed_standard_files() {
	rm -f "$work/closed.jsonl"
	"$rstblame" -r "$here/flap-ip.jsonl" -w "$work/closed.jsonl" <&- >&- 2>&-
	if jq -e -s '.[0].type == "start"' "$work/closed.jsonl" >/dev/null 2>&1; then
		pass "closed standard files: the recording holds only lines"
	else
		fail "closed standard files: the recording holds: $(head -c 80 "$work/closed.jsonl")"
	fi
}

json_errors() {
	local status=0
	"$rstblame" -f json -r "$here/flap-ip.jsonl" ip addr >"$work/json" 2>/dev/null || status=$?
	if [[ $status == 3 ]] && jq -e 'select(.type == "error" and (.message | test("ip addr")))' "$work/json" >/dev/null; then
		pass "a filter that is none is a JSON line, too"
	else
		fail "a filter that is none, as JSON: status $status: $(<"$work/json")"
	fi
	"$rstblame" -f json -r "$work/nosuch" >"$work/json" 2>/dev/null
	if jq -e 'select(.type == "error" and .status == 3 and (.message | test("nosuch")))' \
		"$work/json" >/dev/null 2>&1; then
		pass "a fatal error is a JSON line, too"
	else
		fail "a fatal error is no JSON line: $(<"$work/json")"
	fi
}

unprivileged() {
	local as=()
	if [[ $(id -u) == 0 ]]; then as=(setpriv --reuid=65534 --clear-groups); fi
	if ! "${as[@]}" "$rstblame" --version >/dev/null 2>&1; then
		skip "unprivileged: cannot run as another user here"
		return
	fi
	refuses "unprivileged" 'CAP_BPF.*(root|sudo)' "${as[@]}" "$rstblame" -d 1
	refuses "unprivileged, a command" 'CAP_BPF.*(root|sudo)' "${as[@]}" "$rstblame" -- true
	touch "$work/secret"
	chmod 000 "$work/secret"
	refuses "unreadable file" 'permission denied' "${as[@]}" "$rstblame" -r "$work/secret"
	judged_as=", unprivileged" judge flap-ip -r "$here/flap-ip.jsonl"
}

# A run that cannot begin costs no earlier recording or report.
outputs_are_kept() {
	local file
	for file in kept.jsonl kept.jsonl.gz kept.txt; do echo precious >"$work/$file"; done
	"$rstblame" --netns nosuch-namespace -w "$work/kept.jsonl" 2>/dev/null
	"$rstblame" -r "$work/nosuch" -w "$work/kept.jsonl" -o "$work/kept.txt" 2>/dev/null
	"$rstblame" -r "$work/nosuch" -w "$work/kept.jsonl.gz" 2>/dev/null
	for file in kept.jsonl kept.jsonl.gz kept.txt; do
		if [[ $(<"$work/$file") == precious ]]; then
			pass "$file: kept when there was nothing to write"
		else
			fail "$file: lost though there was nothing to write"
		fi
	done
	"$rstblame" -f html -r "$work/nosuch" -o "$work/kept.txt" 2>/dev/null
	if [[ $(<"$work/kept.txt") == precious ]]; then
		pass "an earlier page is kept when there is none to write"
	else
		fail "an earlier page is lost though there is none to write"
	fi
	echo "a longer line than the one that comes" >"$work/kept.txt"
	"$rstblame" -q -r "$here/addr-gone.jsonl" -o "$work/kept.txt" 2>/dev/null
	if grep -q "a longer line" "$work/kept.txt"; then
		fail "-o: what the file held is still there"
	else
		pass "-o: what the file held is replaced"
	fi
}
