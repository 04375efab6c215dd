# SPDX-License-Identifier: GPL-2.0-only
# Two addresses of one subnet, of which the second is secondary. When the primary goes, the
# secondary goes with it: a's flows (3) were masqueraded to the primary. Then once more,
# where the kernel is told to promote it instead (c, 5), to which new flows are masqueraded
# (d, 2); and last it goes itself, with the other, which has become secondary. Beside them:
# flows that a rule translates to the secondary (s, 2), which live through all of it.

SECOND=10.9.0.5

promotion() { # 0 | 1
	sysctl -q -w net.ipv4.conf.all.promote_secondaries=0 net.ipv4.conf.up0.promote_secondaries=$1
}
addresses() { ip -4 -o addr show dev up0 | awk '{ sub("/.*", "", $4); printf "%s%s%s", s, $4, ($0 ~ / secondary /) ? "+" : ""; s = " " }'; }
fact_addresses() { fact "$1" "\"$(addresses)\""; }

setup() {
	network_make
	node_address_add
	ip addr add $SECOND/24 dev up0
	ip -n srv neigh add $SECOND lladdr 02:00:0a:09:00:01 dev eth0 nud permanent
	nft "table ip fixed {
		chain postrouting {
			type nat hook postrouting priority 99;
			oifname up0 tcp dport 7003 snat to $SECOND
		}
	}"
	masquerade nft
	promotion 0
	flows_start a 3 7001
	flows_start s 2 7003
}

act() {
	fact s_translated "$({ conntrack -L -p tcp --dport 7003 --reply-dst $SECOND 2>/dev/null || true; } | wc -l)"
	ip addr del $NODE/24 dev up0
	fact_addresses swept
	wait_for "[[ \$(entries_to $NODE) == 0 ]]" 15 "the flush"
	ip addr add $NODE/24 dev up0
	ip addr add $SECOND/24 dev up0
	fact_addresses again
	tell a_server say hello
	wait_for_rsts 3 15

	promotion 1
	flows_start c 5 7002
	ip addr del $NODE/24 dev up0
	fact_addresses promoted
	wait_for "[[ \$(entries_to $NODE) == 0 ]]" 15 "the flush"
	flows_start d 2 7004
	ip addr add $NODE/24 dev up0
	fact_addresses turned
	tell c_server say hello
	wait_for_rsts 8 15

	promotion 0
	ip addr del $SECOND/24 dev up0
	fact_addresses swept_again
	wait_for "[[ \$(conntrack -L -p tcp --dport 7004 2>/dev/null | wc -l) == 0 ]]" 15 "the flush"
	ip addr add $SECOND/24 dev up0
	tell d_server say hello
	wait_for_rsts 10 15
	tell s_server say hello
	wait_for '[[ $(ss -N c1 -tnH "dport = :7003" | awk "\$2 > 0" | wc -l) == 2 ]]' 5 "the others' words to arrive"
	try_ports 3 8001 $SECOND
	wait_for_rsts 13 15
}
