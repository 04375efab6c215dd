# SPDX-License-Identifier: GPL-2.0-only
# Innocent: a container that the node routes and does not translate, while it translates
# others. The table is emptied: what speaks next lives (2). Three sockets of the container
# were dead before, with their good-bye lost: the container resets what comes for them.

. /guest/service.sh
SERVICE=$CLUSTER ENDPOINT=$SERVER POD=$CLIENT
RUNS=test-kernels

setup() {
	service_network
	service_rules $SERVICE $ENDPOINT 80:7003
	listen dead_server srv $ENDPOINT 7001
	listen alive_server srv $ENDPOINT 7002
	clients dead c1 3 $ENDPOINT 7001
	clients alive c1 2 $ENDPOINT 7002
	die_unheard dead c1 7001
}

act() {
	fact entries "$(conntrack -L -f $(family_of $POD) -p tcp -s $POD 2>/dev/null | wc -l)"
	conntrack -F >/dev/null 2>&1
	tell alive read
	tell alive_server say hello
	wait_for '[[ $(log_count alive got) == 2 ]]' 15 "the others to live"
	tell dead_server say hello
	wait_for_pod_rsts 3
}
