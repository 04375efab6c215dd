# SPDX-License-Identifier: GPL-2.0-only
# The founding incident where iptables does the masquerading, beside networkd's log,
# a file whose stamps are whole seconds.

. /guest/incident.sh
RUNS=test-kernels
RSTBLAME_ARGS="--log $STATE/networkd.log"
setup() { incident_setup "$(iptables_variant)"; }
act() { incident_act; }
