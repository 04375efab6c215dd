# SPDX-License-Identifier: GPL-2.0-only
# Innocent: the entries of connections to a service address are deleted, the pod speaks
# first and is translated as before (3). Later the endpoint hangs up on them with SO_LINGER:
# that reset is its own.

. /guest/service.sh
SERVICE=$CLUSTER ENDPOINT=$SERVER

setup() {
	service_network
	service_rules $SERVICE $ENDPOINT 80:7001
	listen endpoint srv $ENDPOINT 7001
	clients client c1 3 $SERVICE 80
	wait_for '[[ $(log_count endpoint accepted) == 3 ]]' 10 "the connections"
}

act() {
	entries_delete $SERVICE
	tell client say hello
	wait_for '[[ $(ss -N srv -tnH state established "sport = :7001" | awk "\$1 > 0" | wc -l) == 3 ]]' 10 "the endpoint to be told"
	tell client read
	tell endpoint say hello
	wait_for '[[ $(log_count client got) == 3 ]]' 10 "the answers"
	tell endpoint read
	wait_for '[[ $(log_count endpoint got) == 3 ]]' 10 "the endpoint to read"
	tell endpoint linger
	tell endpoint close
	wait_for '[[ $(log_count client reset) == 3 ]]' 15 "the pod to be reset"
}
