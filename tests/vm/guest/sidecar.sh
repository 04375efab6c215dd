# SPDX-License-Identifier: GPL-2.0-only
# A pod with a sidecar: what its application sends to ports 80 and 81 is redirected, in the
# pod's own namespace, to a proxy of the pod; what comes to 8080 as well. The node translates
# nothing.

. /guest/service.sh

sidecar_setup() {
	service_network
	ip netns exec c1 nft 'table ip sidecar {
		chain out {
			type nat hook output priority -100;
			tcp dport 80 redirect to :15001
			tcp dport 81 redirect to :15002
		}
		chain in {
			type nat hook prerouting priority -100;
			tcp dport 8080 redirect to :15006
		}
	}'
	listen proxy80 c1 0.0.0.0 15001
	listen proxy81 c1 0.0.0.0 15002
	listen proxy_in c1 0.0.0.0 15006
	clients app80 c1 3 $SERVER 80
	clients app81 c1 2 $SERVER 81
	clients far srv 2 $CLIENT 8080
	wait_for '[[ $(log_count proxy80 accepted) == 3 && $(log_count proxy81 accepted) == 2 ]]' 10 "the application's connections"
	wait_for '[[ $(log_count proxy_in accepted) == 2 ]]' 10 "the others' connections"
}
pod_conntrack() { ip netns exec c1 conntrack "$@" >/dev/null 2>&1; }
