# SPDX-License-Identifier: GPL-2.0-only
# rstblame under a seccomp filter that refuses one system call at a time (tools/refuse.c), as
# a container's profile does (guest/settings.sh).
RUNS=test-kernels
WINDOW=900

. /guest/settings.sh

setup() {
	trials_setup
	if [[ ! -x /usr/bin/rstblame ]]; then return; fi
	trial setns 'RRRTT' 'seccomp' refuse setns --
	trial unshare 'RRRRT' 'seccomp' refuse unshare --
	trial bpf 'TTTTT' 'seccomp' refuse bpf --
	trial bpf_none 'TTTTT' 'seccomp' refuse bpf=38 --
	trial perf_event_open '**R*T' 'refuses kprobe' refuse perf_event_open --
	trial memfd_create RRRRR '' refuse memfd_create --
	trial fsopen RRRRR '' refuse fsopen --
	trial membarrier RRRRR '' refuse membarrier --
	trial all_but_bpf '**RTT' 'seccomp' refuse setns unshare perf_event_open memfd_create fsopen membarrier --
	trials_end
}

act() { trials_act; }
