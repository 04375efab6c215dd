#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""replay-lines.py LINES NODE

A recording of a busy node, on stdout: connections of 10,000,000 tuples end (a removal each),
each tenth thousand in a flush of an address that is removed; of each thousand lines one is
an ACK to one of them that was reset. The same each time."""
import datetime, sys

BEGIN = datetime.datetime(2026, 11, 22, 10)
STEP_NS = 200_000
REMOVAL = ('{"type":"removal","ts":"%s","mono_ns":%d,"netns":4026531840,"id":%d,"cause":"%s","flow":{"orig":'
           '{"src":"10.88.%d.%d","sport":%d,"dst":"10.9.0.%d","dport":6379},"reply":{"src":"10.9.0.%d","sport":6379,'
           '"dst":"10.9.%d.1","dport":%d}},"tcp_state":"%s","status":["SEEN_REPLY","ASSURED","CONFIRMED","SRC_NAT",'
           '"SRC_NAT_DONE","DST_NAT_DONE"],"zone":0,"mark":0%s}\n')
RESET = ('{"type":"reset","ts":"%s","mono_ns":%d,"netns":4026531840,"id":%d,"direction":"sent","family":"ipv4","packet":'
         '{"src":"10.9.0.%d","sport":6379,"dst":"10.9.%d.1","dport":%d,"flags":"A","seq":1,"ack":2,"ifname":"eth0"},'
         '"context":"softirq","delivered":"yes"}\n')
START = ('{"type":"start","ts":"%s","mono_ns":%d,"netns":4026531840,"schema":1,"version":"1","host":"node%d","kernel":"6.1",'
         '"arch":"x86_64","window_s":3600,"probes":[{"name":"conntrack-removal","how":"fentry","symbol":"nf_ct_delete"},'
         '{"name":"reset-ipv4","how":"fentry","symbol":"tcp_v4_send_reset"},'
         '{"name":"conntrack-entry","how":"fentry","symbol":"__nf_conntrack_confirm"}]}\n')


def tuple_of(number):
    """Server, client's third and fourth byte, ours, port."""
    return number % 250 + 1, number // 40000 % 250, number // 200 % 250 + 2, number // 40000 % 250, 20000 + number % 40000


def removal(ts, ns, i):
    server, third, fourth, ours, port = tuple_of(i)
    of_flush = i % 10000 < 1000
    act = ',"act":%d' % (i // 10000 + 1) if of_flush else ""
    return REMOVAL % (ts, ns, i + 2, "address-removed" if of_flush else "timeout", third, fourth, port, server, server,
                      ours, port, "ESTABLISHED" if of_flush else "TIME_WAIT", act)


def reset(ts, ns, i):
    server, _, _, ours, port = tuple_of(i - 500)
    return RESET % (ts, ns, i + 2, server, ours, port)


def act(ts, ns, i, op):
    end = '"entries":999,"tcp_entries":999' if op == "end" else '"cause":"address-removed","ifindex":2,"address":"10.9.0.1"'
    return '{"type":"act","ts":"%s","mono_ns":%d,"netns":4026531840,"op":"%s","act":%d,%s}\n' % (ts, ns, op, i // 10000 + 1, end)


def main():
    count, node = int(sys.argv[1]), int(sys.argv[2])
    second, date = None, ""
    for i in range(count):
        ns = 10**9 + node * STEP_NS // 2 + i * STEP_NS
        if ns // 10**9 != second:
            second = ns // 10**9
            date = (BEGIN + datetime.timedelta(seconds=second)).isoformat()
        ts = "%s.%09dZ" % (date, ns % 10**9)
        if i == 0:
            line = START % (ts, ns, node)
        elif i == count - 1:
            line = '{"type":"summary","ts":"%s","mono_ns":%d,"netns":4026531840,"lost":{}}\n' % (ts, ns)
        elif i % 10000 in (1, 999):
            line = act(ts, ns, i, "begin" if i % 10000 == 1 else "end")
        elif i % 1000 == 998:
            line = reset(ts, ns, i)
        else:
            line = removal(ts, ns, i)
        sys.stdout.write(line)


main()
