# SPDX-License-Identifier: GPL-2.0-only
# The package: lintian has no error or warning; installed, upgraded, removed and purged in
# a chroot of its own.

check_deb() {
	local deb root drop_in
	has deb dh debhelper || return
	"${MAKE:-make}" -s -C "$top" O="$O" deb >"$work/log" 2>&1
	deb=$(ls "$O"/deb/*.deb 2>/dev/null)
	[[ -s $deb ]]
	result $? "make deb: $(tail -n1 "$work/log")"
	[[ $deb ]] || return
	if has lintian lintian lintian; then
		lintian --allow-root --fail-on error,warning "$deb" >"$work/said" 2>&1
		result $? "lintian: $(grep -m1 '^[EW]:' "$work/said")"
	fi
	if has units systemd-analyze systemd; then
		sed 's|/usr/sbin/rstblame|/bin/true|' "$top/scripts/systemd/rstblame.service" >"$work/rstblame.service"
		sed 's|/usr/sbin/rstblame|/bin/true|' "$top/scripts/systemd/rstblame@.service" >"$work/rstblame@30m.service"
		systemd-analyze --man=no verify "$work/rstblame.service" "$work/rstblame@30m.service" >"$work/said" 2>&1 && [[ ! -s $work/said ]]
		result $? "systemd-analyze verify: $(head -n1 "$work/said")"
		# The drop-ins that its first lines give, one after the other.
		mkdir "$work/rstblame.service.d"
		awk -v to="$work/drop-in." '/^#   \[/ { n++ } sub(/^#   /, "") { sub(/\/usr\/sbin\/rstblame/, "/bin/true"); print >(to n) }' \
			"$top/scripts/systemd/rstblame.service"
		for drop_in in "$work"/drop-in.*; do
			mv "$drop_in" "$work/rstblame.service.d/drop-in.conf"
			systemd-analyze --man=no verify "$work/rstblame.service" >"$work/said" 2>&1 && [[ ! -s $work/said ]]
			result $? "systemd-analyze verify, $(basename "$drop_in"): $(head -n1 "$work/said")"
		done
	fi
	((EUID == 0)) || { skip "the package in a chroot" "this is not root"; return; }
	# dpkg, a shell and what they need, of this machine: the package asks for no more.
	root=$work/root
	mkdir -p "$root"/{usr/{bin,sbin,lib,lib64},tmp,var/lib/dpkg/{info,updates},etc,dev}
	for program in bin sbin lib lib64; do ln -s usr/$program "$root/$program"; done
	: >"$root/var/lib/dpkg/status"
	: >"$root/var/lib/dpkg/available"
	for program in dpkg dpkg-deb dpkg-split tar rm sh diff find; do
		program=$(command -v $program)
		cp -L --parents "$program" "$root"
		ldd "$program" 2>/dev/null | grep -oE '/[^ :]+\.so[^ ]*' | xargs -r cp -L --parents -t "$root"
	done
	for program in ldconfig start-stop-daemon; do
		printf '#!/bin/sh\n' >"$root/usr/sbin/$program"
		chmod +x "$root/usr/sbin/$program"
	done
	cp "$deb" "$root/tmp/rstblame.deb"
	in_root() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$root" "$@" >"$work/said" 2>&1; }
	in_root dpkg -i /tmp/rstblame.deb && in_root /usr/sbin/rstblame --version && grep -q static "$work/said"
	result $? "dpkg -i: $(cat "$work/said")"
	in_root dpkg -i /tmp/rstblame.deb
	result $? "dpkg -i once more: $(tail -n2 "$work/said")"
	in_root dpkg -r rstblame && [[ ! -e $root/usr/sbin/rstblame ]]
	result $? "dpkg -r: $(tail -n2 "$work/said")"
	in_root dpkg -P rstblame && ! find "$root" -name '*rstblame*' ! -path '*/tmp/*' | grep .
	result $? "dpkg -P leaves files: $(tail -n2 "$work/said")"
}
