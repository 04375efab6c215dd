# SPDX-License-Identifier: GPL-2.0-only
# rstblame under a seccomp filter that refuses one system call at a time (tools/refuse.c), as
# a container's profile does (guest/settings.sh).
RUNS=test-kernels
WINDOW=400

. /guest/settings.sh

setup() {
	trials_setup
	if [[ ! -x /usr/bin/rstblame ]]; then return; fi
	trial setns '*****' 'seccomp' refuse setns --
	trial unshare '*****' 'seccomp' refuse unshare --
	trial bpf '*****' 'seccomp' refuse bpf --
	trial bpf_none '*****' '' refuse bpf=38 --
	trial perf_event_open '*****' 'seccomp' refuse perf_event_open --
	trial memfd_create '*****' '' refuse memfd_create --
	trial fsopen '*****' '' refuse fsopen --
	trial membarrier '*****' '' refuse membarrier --
	trial all_but_bpf '*****' 'seccomp' refuse setns unshare perf_event_open memfd_create fsopen membarrier --
	trials_end
}

act() { trials_act; }
