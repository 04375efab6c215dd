# SPDX-License-Identifier: GPL-2.0-only
# An audit of a pod's connections that are translated twice on this node. While all entries
# are there it finds nothing; after the node has lost those of three, it names the pod's
# sockets, and not the two others. After the container in between has lost its own, nobody can
# tell what the node's entries of them are: that is said.

. /guest/nested.sh
RUNS=test-kernels

setup() {
	nested_network
	modprobe nf_conntrack_netlink
	listen one srv $SERVER 7001
	listen two srv $SERVER 7002
	clients a p1 3 $SERVER 7001
	clients b p1 2 $SERVER 7002
	wait_for "resting p1 'dport = :7001'" 10 "them to rest"
}

act() {
	audit before
	conntrack -D -p tcp --orig-port-dst 7001 >/dev/null 2>&1
	audit after
	if [[ -x /usr/bin/rstblame ]]; then
		fact inner "$(jq -sc 'map(select(.type == "at_risk") | .inner | {src, dst, dport}) | unique' $STATE/audit.after)"
		fact outer "$(jq -sc 'map(select(.type == "at_risk") | .flow.orig | {src, dst, dport}) | unique' $STATE/audit.after)"
	fi
	ip netns exec c1 conntrack -F >/dev/null 2>&1
	audit cut
	if [[ -x /usr/bin/rstblame ]]; then fact untraced "$(jq -sc '.[-1].flows_untraced' $STATE/audit.cut)"; fi
}
