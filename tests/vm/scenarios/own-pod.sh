# SPDX-License-Identifier: GPL-2.0-only
# Innocent: the sockets of a pod's connections to a service address are dead, with their
# good-bye lost. The node's entries of some are deleted (3), of the others not (2): the
# endpoint's next words are reset by the pod either way.

. /guest/service.sh
SERVICE=$CLUSTER ENDPOINT=$SERVER

setup() {
	two_services $SERVICE $ENDPOINT
	die_unheard a c1 80
	die_unheard b c1 81
}

act() {
	fact entries "$(entries_of $SERVICE)"
	entries_delete $SERVICE --dport 80
	tell one say hello
	tell two say hello
	wait_for_pod_rsts 5
}
