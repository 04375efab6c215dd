# SPDX-License-Identifier: GPL-2.0-only
# The founding incident: the DHCP lease of the uplink is lost and won again.

. /guest/incident.sh
setup() { incident_setup nft; }
act() { incident_act; }
