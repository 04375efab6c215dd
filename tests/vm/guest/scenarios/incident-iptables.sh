# SPDX-License-Identifier: GPL-2.0-only
# The founding incident where iptables does the masquerading.

. /guest/incident.sh
setup() { incident_setup "$(iptables_variant)"; }
act() { incident_act; }
