# SPDX-License-Identifier: GPL-2.0-only
# Two builds, in two folders, time zones, locales and umasks, are equal bit for bit.

check_reproducible() {
	local goals=static side file
	git -C "$top" rev-parse HEAD >/dev/null 2>&1 || { skip reproducible "this is no clone"; return; }
	mkdir "$work/one" "$work/another-name"
	for side in one another-name; do
		(cd "$top" && git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$work/$side")
	done
	build() { # FOLDER VARIABLE...
		local folder=$1
		shift
		(cd "$work/$folder" && env -u O "$@" "${MAKE:-make}" -s -j"$(nproc)" COMMIT=0123456789ab all $goals) >"$work/log" 2>&1
		result $? "a build in another folder: $(tail -n1 "$work/log")"
	}
	build one TZ=UTC LC_ALL=C MAKEFLAGS=
	build another-name TZ=Asia/Kathmandu LC_ALL=C.UTF-8 MAKEFLAGS= HOME="$work/home" RSTBLAME_CACHE="${RSTBLAME_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rstblame}"
	for file in rstblame build/static/rstblame build/static/rstblame.spdx.json; do
		cmp "$work/one/$file" "$work/another-name/$file"
		result $? "$file differs between two builds"
	done
}
