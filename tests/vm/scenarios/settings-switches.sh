# SPDX-License-Identifier: GPL-2.0-only
# rstblame while a switch of the kernel is set otherwise (guest/settings.sh).
RUNS=test-kernels
WINDOW=900

. /guest/settings.sh

setup() {
	trials_setup
	if [[ ! -x /usr/bin/rstblame ]]; then return; fi
	switched perf_event_paranoid kernel.perf_event_paranoid 4 RRRRR '' env
	switched perf_event_paranoid_no_sys_admin kernel.perf_event_paranoid 4 '**RTT' 'perf_event_paranoid' \
		/usr/bin/setpriv --inh-caps=-all --bounding-set=-sys_admin
	switched perf_event_paranoid_2_no_sys_admin kernel.perf_event_paranoid 2 'RRRTT' 'CAP_SYS_ADMIN' \
		/usr/bin/setpriv --inh-caps=-all --bounding-set=-sys_admin
	switched kptr_restrict_1_no_syslog kernel.kptr_restrict 1 'RRRRT' 'CAP_SYSLOG' \
		/usr/bin/setpriv --inh-caps=-all --bounding-set=-syslog
	switched kptr_restrict kernel.kptr_restrict 2 'RRRRT' 'kptr_restrict' env
	switched no_jit net.core.bpf_jit_enable 0 RRRRR '' env
	switched jit_harden net.core.bpf_jit_harden 2 RRRRR '' env
	switched no_netns user.max_net_namespaces 0 'RRRRT' 'max_net_namespaces' env
	switched no_modules kernel.modprobe /bin/false RRRRR '' env
	trials_end
}

# switched NAME SYSCTL VALUE ...: a trial with it. Where the kernel refuses the value there is
# nothing to try, which is a fact of its own.
switched() {
	local before
	before=$(sysctl -n "$2")
	if sysctl -q -w "$2=$3" 2>/dev/null && [[ $(sysctl -n "$2") == "$3" ]]; then
		trial "$1" "${@:4}"
	else
		fact "trial_$1" '{"is_as_wanted": true, "refused": true}'
	fi
	sysctl -q -w "$2=$before"
}

act() { trials_act; }
