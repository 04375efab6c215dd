# SPDX-License-Identifier: GPL-2.0-only
# Innocent beside sidecar-flush: the sockets of the pod's application are dead, with their
# good-bye lost. The pod's entries of some are deleted (3), of the others not (2): the
# proxy's next words are reset either way.

. /guest/sidecar.sh
RUNS=test-kernels

setup() {
	sidecar_setup
	die_unheard app80 c1 80
	die_unheard app81 c1 81
}

act() {
	pod_conntrack -D -p tcp --orig-dst $SERVER --dport 80
	tell proxy80 say hello
	tell proxy81 say hello
	wait_for_pod_rsts 5
}
