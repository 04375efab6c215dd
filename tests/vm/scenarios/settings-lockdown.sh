# SPDX-License-Identifier: GPL-2.0-only
# rstblame on a kernel that is locked down, which cannot be undone (guest/settings.sh): after
# the window that counts for the scenario, and last of all scenarios.
RUNS=test-kernels
BOOT=last
WINDOW=300

. /guest/settings.sh

setup() { trials_setup; }
act() { trials_act; }

teardown() {
	if [[ ! -x /usr/bin/rstblame ]]; then return; fi
	trial_end_flows last
	lock integrity RRRRR ''
	lock confidentiality TTTTT 'locked down \(confidentiality\): boot without lockdown'
	trials_end
}

# The file is seen here only: rstblame finds its own way there.
lock() { # MODE WANTED PATTERN
	mount -t securityfs none /sys/kernel/security
	echo "$1" >/sys/kernel/security/lockdown
	umount /sys/kernel/security
	trial "$1" "$2" "$3" env
}
