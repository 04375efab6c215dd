# SPDX-License-Identifier: GPL-2.0-only
# Innocent: Multipath TCP ends with unread data: its sockets are closed (2), its process is
# killed (2). Beside them: two ports that nobody listens on.
NEEDS=extra
RUNS=test-kernels

setup() {
	network_make
	node_address_add
	sysctl -q -w net.mptcp.enabled=1
	ip netns exec srv sysctl -q -w net.mptcp.enabled=1
	cat >"$STATE/server.py" <<-'PY'
		import socket, sys
		s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
		s.bind((sys.argv[1], int(sys.argv[2])))
		s.listen(16)
		conns = []
		for i in range(2):
		    conns.append(s.accept()[0])
		    print("accepted", flush=True)
		for line in sys.stdin:
		    for c in conns:
		        c.close()
	PY
	cat >"$STATE/client.py" <<-'PY'
		import socket, sys
		conns = []
		for i in range(2):
		    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
		    s.connect((sys.argv[1], int(sys.argv[2])))
		    conns.append(s)
		for line in sys.stdin:
		    for s in conns:
		        s.send(b"hello")
	PY
	pair closes 7500
	pair dies 7501
}
pair() { # LABEL PORT
	spawn "$1" python3 "$STATE/server.py" $NODE $2
	wait_for "[[ \$(ss -tlnH 'sport = :$2') ]]" 30 "$1 to listen"
	spawn "at_$1" ip netns exec srv python3 "$STATE/client.py" $NODE $2
	wait_for "[[ \$(log_count $1 accepted) == 2 ]]" 30 "the connections of $1"
}

act() {
	tell at_closes say
	tell at_dies say
	sleep 1
	tell closes close
	wait_for_rsts 2 15
	end KILL dies
	wait_for_rsts 4 15
	try_ports 2 8001
	wait_for_rsts 6 15
}
