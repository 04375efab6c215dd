# SPDX-License-Identifier: GPL-2.0-only
# A busy, innocent node as a recording of 1,000,000 events (-v events=): masqueraded
# connections that close well and expire, whose ports come back; late packets of closed
# connections; scans of closed ports. With -v guilty=N, N live flows are deleted among
# them, and reset. The counts that a judge must come to are in the last line, on stderr.

function below(limit) { state = (state * 16807) % 2147483647; return state % limit }

function line(type, rest) {
	ns += 1000
	printf "{\"type\":\"%s\",\"ts\":\"2026-11-22T10:%02d:%02d.%06d000Z\",\"mono_ns\":%.0f,\"netns\":4026531840,%s}\n",
		type, ns / 60000000000, ns / 1000000000 % 60, ns / 1000 % 1000000, 1000000000000 + ns, rest
}

function flow(port, server) {
	return sprintf("\"flow\":{\"orig\":{\"src\":\"10.88.0.2\",\"sport\":%d,\"dst\":\"10.9.0.2\",\"dport\":%d},\"reply\":{\"src\":\"10.9.0.2\",\"sport\":%d,\"dst\":\"10.9.0.1\",\"dport\":%d}}",
		port, server, server, port)
}

function removal(port, server, cause, tcp_state) {
	line("removal", sprintf("\"id\":%d,\"cause\":\"%s\",%s,\"tcp_state\":\"%s\",\"status\":[\"SEEN_REPLY\",\"ASSURED\",\"CONFIRMED\",\"SRC_NAT\",\"SRC_NAT_DONE\",\"DST_NAT_DONE\"],\"zone\":0",
		++id, cause, flow(port, server), tcp_state))
}

function reset(src, sport, dport, flags) {
	line("reset", sprintf("\"id\":%d,\"direction\":\"sent\",\"packet\":{\"src\":\"%s\",\"sport\":%d,\"dst\":\"10.9.0.1\",\"dport\":%d,\"flags\":\"%s\",\"seq\":1,\"ack\":%d,\"payload_bytes\":0},\"context\":\"softirq\",\"socket\":\"none\",\"pickup\":\"fresh\",\"zone\":0",
		++id, src, sport, dport, flags, flags != "SYN"))
}

BEGIN {
	state = 20261126
	if (!events) events = 1000000
	line("start", "\"version\":\"0.1.0\",\"host\":\"busy\",\"kernel\":\"0\",\"arch\":\"x86_64\",\"window_s\":600,\"probes\":[]")
	for (n = 0; n < events; ) {
		kind = below(4)
		port = 32768 + below(2000)
		if (kind < 3) { # a connection that ends well
			line("entry", flow(port, 443) ",\"zone\":0,\"by_syn\":true")
			removal(port, 443, "timeout", below(2) ? "TIME_WAIT" : "CLOSE")
			n += 2; ended++
			if (!below(5)) { reset("10.9.0.2", 443, port, "ACK"); n++; late++ }
		} else {        # a port that nobody listens on
			reset("192.0.2." below(250), 1024 + below(60000), 1 + below(30000), "SYN")
			n++; scanned++
		}
		if (guilty && n > done * events / guilty) {
			removal(20000 + done, 6379, "user-delete", "ESTABLISHED")
			reset("10.9.0.2", 6379, 20000 + done, "ACK")
			done++
		}
	}
	line("summary", "\"window_s\":600,\"resets\":{},\"removals\":{},\"flushes\":0,\"lost\":{},\"status\":0,\"advice\":[]")
	printf "%d %d %d %d\n", ended, late, scanned, done >"/dev/stderr"
}
