# SPDX-License-Identifier: GPL-2.0-only
# rstblame in namespaces of its own, with little memory, beside another instance, where files
# of the kernel are hidden, and while a CPU goes (guest/settings.sh).
RUNS=test-kernels
WINDOW=900

. /guest/settings.sh

# A mount namespace of its own, in which those commands run first.
mounts() { in_mounts=(/usr/bin/unshare -m bash -c "$1"'; exec "$@"' in-mounts); }
in_small=(bash -c 'echo $$ >/sys/fs/cgroup/small/cgroup.procs; exec "$@"' in-small)

vmlinux_alone='cp /sys/kernel/btf/vmlinux /run/vmlinux.btf; mount -t tmpfs none /sys/kernel/btf; mv /run/vmlinux.btf /sys/kernel/btf/vmlinux'

setup() {
	trials_setup
	if [[ ! -x /usr/bin/rstblame ]]; then return; fi
	trial user_namespace 'TTTTT' 'user namespace' unshare -Ur
	trial pid_namespace 'RRRTT' 'pid namespace' unshare -p -f --mount-proc
	small
	second
	mounts 'mount -t proc -o hidepid=2 proc /proc'
	trial hidepid RRRRR '' "${in_mounts[@]}"
	mounts 'mount -t proc -o hidepid=2 proc /proc'
	trial hidepid_no_ptrace 'RRRTT' 'CAP_SYS_PTRACE' "${in_mounts[@]}" \
		/usr/bin/setpriv --inh-caps=-all --bounding-set=-sys_ptrace
	mounts 'umount /sys/kernel/tracing; umount /sys/fs/bpf'
	trial no_tracefs RRRRR '' "${in_mounts[@]}"
	mounts 'umount -l /sys'
	trial no_sysfs 'TTTTT' '/sys is not mounted' "${in_mounts[@]}"
	mounts "$vmlinux_alone"
	trial no_module_types RRRRR '' "${in_mounts[@]}"
	cp /sys/kernel/btf/vmlinux "$STATE/types.btf"
	TRIAL_ARGS="--btf $STATE/types.btf" trial btf_file RRRRR '' env
	mounts 'mount --bind /dev/null /proc/kallsyms'
	trial no_proc_kallsyms '*****' '' "${in_mounts[@]}"
	trial few_files 'TTTTT' 'ulimit -n' bash -c 'ulimit -n 24; exec "$@"' few-files
	TRIAL_MEANWHILE=unplug trial unplugged RRRRR '' env
	replug
	trials_end
}

# As a container with so many MB has it: what is too little for a kernel is refused with the
# cure, and with the cure it goes.
small() {
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
	in_memory 32 '*****' 'MemoryMax='
	in_memory 64 RRRRR ''
	echo -memory >/sys/fs/cgroup/cgroup.subtree_control
}
in_memory() { # MB WANTED PATTERN
	local group=/sys/fs/cgroup/small
	mkdir $group
	echo $(($1 << 20)) >$group/memory.max
	trial "memory_${1}m" "$2" "$3" "${in_small[@]}"
	fact "memory_${1}m_peak_kb" "$(($(cat $group/memory.peak 2>/dev/null || echo 0) >> 10))"
	fact "memory_${1}m_oom_kills" "$(awk '$1 == "oom_kill" { print $2 }' $group/memory.events)"
	wait_for "rmdir $group 2>/dev/null" 20 "the group to be empty"
}

# Another one watches, and comes and goes meanwhile.
second() {
	spawn other rstblame -d 300 -q
	TRIAL_MEANWHILE="rstblame -d 1 -q" trial two_instances RRRRR '' env
	kill -INT "$other_pid"
	wait_for "! running $other_pid" 60 "the other one to detach"
}

unplug() { echo 0 >/sys/devices/system/cpu/cpu1/online; }
replug() { echo 1 >/sys/devices/system/cpu/cpu1/online; }

act() { trials_act; }
