# SPDX-License-Identifier: GPL-2.0-only
# Packages of any Debian suite and architecture, from the archive that this machine's
# apt uses, by a private apt configuration below $work. Sourced; the caller defines
# say and die, and sets work, suite and arch.

# The mirror that this machine uses, by label, or by path where the release
# files (which hold the labels) were never downloaded.
mirror() {
	apt-get indextargets --format '$(LABEL)|$(REPO_URI)' 2>/dev/null |
		awk -F'|' -v label="$1" -v dir="/$2/?$" \
			'$1 == label { print $2; found = 1; exit }
			 $2 ~ dir && guess == "" { guess = $2 }
			 END { if (!found && guess != "") print guess }'
}
site=$(mirror Debian debian)
security=$(mirror Debian-Security debian-security)
[[ $site ]] || die "$suite/$arch: apt on this machine has no Debian archive to fetch from"

# The machine's own apt state is neither read nor changed: no foreign suite
# may become a candidate for the packages of this machine.
apt_setup() {
	local option="arch=$arch" keyring
	mkdir -p "$work"/apt/{lists/partial,cache/archives/partial} "$work/deb"
	: >"$work/apt/status"
	for keyring in /usr/share/keyrings/debian-archive-keyring.{pgp,gpg}; do
		if [[ -r $keyring ]]; then option+=" signed-by=$keyring"; break; fi
	done
	{
		echo "deb [$option] $site $suite main"
		case $suite in bullseye | bookworm | trixie)
			echo "deb [$option] $site $suite-updates main"
			if [[ $security ]]; then echo "deb [$option] $security $suite-security main"; fi
		esac
	} >"$work/apt/sources.list"
	cat >"$work/apt/apt.conf" <<-EOF
		Dir::Etc::sourcelist "$work/apt/sources.list";
		Dir::Etc::sourceparts "/dev/null";
		Dir::Etc::preferencesparts "/dev/null";
		Dir::Etc::preferences "/dev/null";
		Dir::State::Lists "$work/apt/lists";
		Dir::State::status "$work/apt/status";
		Dir::Cache "$work/apt/cache";
		APT::Architecture "$arch";
		APT::Architectures { "$arch"; };
		Acquire::Languages "none";
		Acquire::Retries "2";
		APT::Update::Error-Mode "any";
	EOF
	# Release files of suites that moved to the archive are past their date.
	echo 'Acquire::Check-Valid-Until "false";' >>"$work/apt/apt.conf"
	# _apt cannot write into a private directory of root.
	if [[ $EUID == 0 ]]; then echo 'APT::Sandbox::User "root";' >>"$work/apt/apt.conf"; fi
}

private_apt() { # COMMAND ARG...
	APT_CONFIG=$work/apt/apt.conf "$@" 2>>"$work/log"
}

# On failure apt's first error goes into our one line.
fail() {
	local why
	why=$(grep -m1 '^E:' "$work/log" || tail -n1 "$work/log" 2>/dev/null || true)
	die "$suite/$arch: $1${why:+: ${why#E: }}"
}
