# SPDX-License-Identifier: GPL-2.0-only
# Five clients in the container's namespace, in cgroups named as docker, containerd and
# CRI-O under Kubernetes, Podman and systemd name them, lose their entries and are reset.
# The runtimes' files say what they are called.

DOCKER_ID=d0c4e20000000000000000000000000000000000000000000000000000000001
CONTAINERD_ID=c047a1e2d0000000000000000000000000000000000000000000000000000002
CRIO_ID=c410d00000000000000000000000000000000000000000000000000000000003
PODMAN_ID=90d3a40000000000000000000000000000000000000000000000000000000004
LABELS="docker containerd crio podman systemd"
declare -A GROUPS_OF=(
	[docker]=system.slice/docker-$DOCKER_ID.scope
	[containerd]=kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod0d9b6d5e_0000_4000_8000_123456789abc.slice/cri-containerd-$CONTAINERD_ID.scope
	[crio]=kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1d9b6d5e_0000_4000_8000_123456789abc.slice/crio-$CRIO_ID.scope
	[podman]=machine.slice/libpod-$PODMAN_ID.scope/container
	[systemd]=system.slice/shop.service
)

client_start() { # LABEL
	local group=/sys/fs/cgroup/${GROUPS_OF[$1]}
	mkdir -p "$group"
	spawn "$1" bash -c 'echo $$ >"$0/cgroup.procs"; exec ip netns exec c1 redis-cli -h '$SERVER' subscribe ch' "$group"
	wait_for 'grep -q "^1" $STATE/'"$1.log" 10 "$1's client to be connected"
	eval "fact ${1}_pid \$${1}_pid"
}

put() { # PATH TEXT
	mkdir -p "${1%/*}"
	printf '%s\n' "$2" >"$1"
}

runtime_files() {
	put /var/lib/docker/containers/$DOCKER_ID/config.v2.json \
		"{\"ID\":\"$DOCKER_ID\",\"Name\":\"/shop-web-1\",\"Config\":{\"Labels\":{}}}"
	put /run/containerd/io.containerd.runtime.v2.task/k8s.io/$CONTAINERD_ID/config.json \
		'{"annotations":{"io.kubernetes.cri.container-name":"app","io.kubernetes.cri.sandbox-name":"web-0","io.kubernetes.cri.sandbox-namespace":"shop"}}'
	put /run/containers/storage/overlay-containers/$CRIO_ID/userdata/config.json \
		'{"annotations":{"io.kubernetes.container.name":"cache","io.kubernetes.pod.name":"web-1","io.kubernetes.pod.namespace":"shop"}}'
	put /var/lib/containers/storage/overlay-containers/containers.json \
		"[{\"id\":\"$PODMAN_ID\",\"names\":[\"lonely\"]}]"
}

setup() {
	local label
	network_make
	node_address_add
	masquerade nft
	runtime_files
	redis_start redis srv $SERVER 6379 60
	for label in $LABELS; do client_start $label; done
	wait_for 'resting c1 "dport = :6379"' 10 "the connections to rest"
}

all_told() { [[ $(grep -l hello "$STATE"/{docker,containerd,crio,podman,systemd}.log | wc -l) == 5 ]]; }

act() {
	# As subscriber_refresh does for one.
	publish
	wait_for all_told 15 "the clients to be told"
	wait_for 'resting c1 "dport = :6379"' 10 "the connections to rest"
	count_flows $NODE flows_before
	ip addr del $NODE/24 dev up0
	wait_for "[[ \$(entries_to $NODE) == 0 ]]" 15 "the flush"
	node_address_add
	publish
	wait_for_rsts 5 15
	wait_for server_socket_gone 15 "redis to drop the connections"
	fact_sockets_after
}

teardown() {
	local label
	for label in $LABELS; do end KILL $label; done
	# Leaves first, until the slices are gone.
	rm -r /var/lib/docker /var/lib/containers /run/containerd /run/containers
	find /sys/fs/cgroup/{system,kubepods,machine}.slice -depth -type d -exec rmdir {} \;
}
