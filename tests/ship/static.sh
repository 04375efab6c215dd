# SPDX-License-Identifier: GPL-2.0-only
# The static binary: no library, small, no path of its builder, and the same answers.

check_static() {
	local recording name differ=
	! readelf -lW "$STATIC" | grep -qE 'INTERP' && [[ $(readelf -dW "$STATIC") != *NEEDED* ]]
	result $? "it asks for a library"
	(($(stat -c %s "$STATIC") <= 3500000))
	result $? "it has $(stat -c %s "$STATIC") bytes, more than 3.5 MB"
	# The object is packed in the programs.
	! strings -a "$STATIC" "$RSTBLAME" "$O/rstblame.bpf.o" | grep -F -e "$top/" -e "$HOME/." -e "$O/"
	result $? "a path of the builder is in it"
	for recording in "$top"/tests/replay/*.jsonl; do
		name=$(basename "$recording" .jsonl)
		"$STATIC" --utc -r "$recording" >"$work/text" 2>/dev/null
		cmp -s "$work/text" "$top/tests/replay/$name.expect.txt" || differ+=" $name"
	done
	[[ ! $differ ]]
	result $? "it says something else of$differ"
	# Names: by what it has in itself, whatever the node's C library.
	"$STATIC" -q -r "$recording" host localhost and port http >/dev/null 2>"$work/err"
	[[ ! -s $work/err ]]
	result $? "a filter with names: $(head -n1 "$work/err")"
	[[ $("$STATIC" --version) == "$("$RSTBLAME" --version | sed 's/dynamic$/static/')" ]]
	result $? "--version says $("$STATIC" --version)"
	# Each library that was linked is listed, with its version and licence.
	jq -e '.spdxVersion == "SPDX-2.3" and ([.packages[].name] | index("libbpf", "libelf", "libmnl", "libpcap", "libc")) != null
		and all(.packages[]; .versionInfo != "" and .licenseDeclared != "")' "${STATIC%/*}/rstblame.spdx.json" >/dev/null
	result $? "the list of what is in it"
}
