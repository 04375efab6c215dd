# SPDX-License-Identifier: GPL-2.0-only
# An agent deletes the entries of a pod's connections to a service address. Of some the
# endpoint speaks first: the pod gets its words with the endpoint's own address, has no such
# connection and resets it (3). Of the others the pod speaks first, when the rules lead to
# another endpoint already, which resets them (2).

. /guest/service.sh

clusterip_setup() { # CLUSTER-ADDRESS ENDPOINT OTHER-ENDPOINT
	save cluster "$1"
	save other "$3"
	service_rules $1 $2 80:7001 81:7002
	listen one srv $2 7001
	listen two srv $2 7002
	listen three srv $3 7002
	clients server_first c1 3 $1 80
	clients client_first c1 2 $1 81
	wait_for '[[ $(log_count one accepted) == 3 && $(log_count two accepted) == 2 ]]' 10 "the connections"
}

clusterip_act() {
	fact entries_before "$(entries_of $cluster)"
	service_rules $cluster $other 80:7001 81:7002
	entries_delete $cluster
	tell one say hello
	wait_for_pod_rsts 3
	tell client_first read
	tell client_first say hello
	wait_for '[[ $(log_count client_first reset) == 2 ]]' 15 "the pod to be reset"
	fact established_in_pod "$(socket_count c1 established 'dport = :80')"
}
