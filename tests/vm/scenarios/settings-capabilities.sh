# SPDX-License-Identifier: GPL-2.0-only
# rstblame without one capability of root's at a time, and with nothing but those that are
# needed (guest/settings.sh). What cannot be done is said; the rest is done.
RUNS=test-kernels
WINDOW=900

. /guest/settings.sh

without() { echo "/usr/bin/setpriv --inh-caps=-all --bounding-set=$1"; }

setup() {
	trials_setup
	if [[ ! -x /usr/bin/rstblame ]]; then return; fi
	trial no_bpf RRRRR '' $(without -bpf)
	trial no_perfmon RRRRR '' $(without -perfmon)
	trial no_sys_admin '**RTT' 'CAP_SYS_ADMIN' $(without -sys_admin)
	trial no_net_admin 'RRRRT' 'CAP_NET_ADMIN' $(without -net_admin)
	trial no_sys_ptrace 'RRRTT' 'CAP_SYS_PTRACE' $(without -sys_ptrace)
	trial no_dac 'RRR*T' 'CAP_DAC_READ_SEARCH' $(without -dac_override,-dac_read_search)
	trial no_syslog 'RRRRT' 'CAP_SYSLOG' $(without -syslog)
	trial no_sys_resource '*****' '' $(without -sys_resource)
	trial no_net_raw RRRRR '' $(without -net_raw)
	trial bpf_and_perfmon '**RTT' 'CAP_SYS_ADMIN' $(without -all,+bpf,+perfmon,+sys_resource)
	trial sys_admin_alone 'RRRTT' 'CAP_NET_ADMIN' $(without -all,+sys_admin,+sys_resource)
	trial least RRRRR '' $(without -all,+bpf,+perfmon,+net_admin,+sys_admin,+sys_ptrace,+dac_read_search,+syslog,+sys_resource)
	trials_end
}

act() { trials_act; }
