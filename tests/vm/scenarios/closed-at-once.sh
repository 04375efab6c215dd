# SPDX-License-Identifier: GPL-2.0-only
# The entries of a pod's connections to a service address are deleted, of open ones (3) and of
# dead ones whose good-bye was lost (2). All are reset, and by the time that rstblame looks
# for a socket the open ones have ended, too: it is stopped meanwhile. That one has ended since
# is no proof that it was the one that was meant, and enough not to acquit the removal.

. /guest/service.sh
. /guest/stopped.sh
RUNS=test-kernels
SERVICE=$CLUSTER ENDPOINT=$SERVER

setup() {
	two_services $SERVICE $ENDPOINT
	die_unheard b c1 81
}

act() {
	entries_delete $SERVICE
	stopped 2 speak_and_die
}

speak_and_die() {
	tell one say hello
	tell two say hello
	wait_for_pod_rsts 5
	die_unheard a c1 80
}
