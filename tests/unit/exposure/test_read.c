// SPDX-License-Identifier: GPL-2.0-only
/* The readers, on a bundle's files made here; and the lines of commands. */
#include "a_look.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exposure/files.h"
#include "exposure/flow_line.h"
#include "exposure/history_line.h"
#include "exposure/read.h"
#include "exposure/rule_line.h"

static char root[] = "/tmp/rstblame-exposure-XXXXXX";
static struct node_files files;
static struct look look;

static void put(const char *path, const char *text)
{
	char whole[512];
	FILE *file;

	snprintf(whole, sizeof(whole), "%s%s", root, path);
	for (char *slash = strchr(whole + strlen(root) + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		assert_true(!mkdir(whole, 0755) || errno == EEXIST);
		*slash = '/';
	}
	file = fopen(whole, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

#define NETWORK "/sos_commands/networking/"

static int begin(void **state)
{
	(void)state;
	strcpy(root + sizeof(root) - 7, "XXXXXX");
	assert_non_null(mkdtemp(root));
	put("/run/systemd/netif/links/3",
	    "ADMIN_STATE=configured\nNETWORK_FILE=/run/systemd/network/10-up0.network\n");
	put("/run/systemd/netif/leases/3",
	    "ADDRESS=10.9.0.1\nSERVER_ADDRESS=10.9.0.2\nT1=1800\nT2=3150\nLIFETIME=3600\n");
	put("/run/systemd/network/10-up0.network", "[Match]\nName=up0\n\n[Network]\nDHCP=ipv4\n");
	put("/usr/lib/systemd/libsystemd-shared-252.so", "");
	put("/sos_commands/kernel/sysctl_-a",
	    "net.netfilter.nf_conntrack_max = 65536\n"
	    "net.netfilter.nf_conntrack_tcp_timeout_established = 432000\n");
	put(NETWORK "ip_-o_addr",
	    "1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever\n"
	    "3: up0    inet 10.9.0.1/24 metric 1024 brd 10.9.0.255 scope global dynamic up0\\       "
	    "valid_lft 1900sec preferred_lft 1900sec\n"
	    "4: br0    inet 10.88.0.1/24 scope global br0\\       valid_lft forever preferred_lft "
	    "forever\n");
	put(NETWORK "ss_-tanoep",
	    "State Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n"
	    "ESTAB 0 0 10.88.0.2:51710 10.9.0.2:6379 users:((\"redis-cli\",pid=412,fd=3)) ino:2123 "
	    "sk:1 cgroup:/system.slice/web.service <->\n"
	    "ESTAB 0 0 10.88.0.2:51711 10.9.0.2:6379 users:((\"redis-cli\",pid=412,fd=4)) "
	    "timer:(keepalive,59min,0) ino:2124 sk:2 cgroup:/system.slice/web.service <->\n");
	put("/sos_commands/conntrack/conntrack_-L_-o_extended",
	    "ipv4     2 tcp      6 431900 ESTABLISHED src=10.88.0.2 dst=10.9.0.2 sport=51710 "
	    "dport=6379 src=10.9.0.2 dst=10.9.0.1 sport=6379 dport=51710 [ASSURED] mark=0 use=1\n"
	    "ipv4     2 tcp      6 431990 ESTABLISHED src=10.88.0.2 dst=10.9.0.2 sport=51711 "
	    "dport=6379 src=10.9.0.2 dst=10.9.0.1 sport=6379 dport=51711 [ASSURED] mark=0 use=1\n"
	    "ipv4     2 udp      17 12 src=10.9.0.1 dst=10.9.0.2 sport=68 dport=67 src=10.9.0.2 "
	    "dst=10.9.0.1 sport=67 dport=68 mark=0 use=1\n");
	put("/sos_commands/firewall_tables/nft_list_ruleset",
	    "table ip nat {\n\tchain post {\n\t\ttype nat hook postrouting priority srcnat; policy "
	    "accept;\n\t\toifname \"up0\" masquerade\n\t}\n}\n");
	put("/sos_commands/process/ps_auxwwwm",
	    "USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n"
	    "root           1  0.0  0.1   1000  1000 ?        Ss   10:00   0:00 /sbin/init\n");
	put("/sos_commands/logs/journalctl_--no-pager",
	    "Nov 22 10:52:38 node systemd-networkd[412]: up0: DHCP lease lost\n"
	    "Nov 23 10:52:38 node systemd-networkd[412]: up0: DHCP lease lost\n"
	    "Nov 23 10:52:38 node systemd-networkd[412]: up1: DHCP lease lost\n"
	    "Nov 23 10:52:39 node evil[413]: up0: DHCP lease lost\n");
	assert_int_equal(node_files_open(&files, root), 0);
	return 0;
}

static int end(void **state)
{
	char command[128];

	(void)state;
	look_release(&look);
	node_files_close(&files);
	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command);
}

static void read_look(void)
{
	look_release(&look);
	look_read(&look, &files, history_begin(&files));
}

static const struct exposed *judge(struct exposures *out)
{
	read_look();
	exposures_release(out);
	exposures_judge(&look, "address-may-go", out);
	return out->count ? &out->items[0] : NULL;
}

static void bundle_is_judged(void **state)
{
	struct exposures out = { 0 };
	const struct exposed *e = judge(&out);

	(void)state;
	assert_non_null(e);
	assert_string_equal(e->subject, "10.9.0.1 on up0");
	assert_int_equal(look.systemd_version, 252);
	assert_int_equal(e->stake.flows, 2);
	assert_int_equal(e->stake.sockets, 2);
	assert_int_equal(e->stake.without_keepalive, 1);
	assert_int_equal(e->stake.longest_idle_s, 100);
	assert_int_equal(e->stake.names_count, 1);
	assert_string_equal(e->stake.names[0].process.comm, "redis-cli");
	assert_string_equal(e->stake.names[0].process.unit, "web.service");
	assert_true(lines_have(&e->evidence, "nft_list_ruleset:4: oifname \"up0\" masquerade"));
	assert_true(lines_have(&e->evidence, "leased for 1 h by 10.9.0.2"));
	assert_true(lines_have(&e->evidence, "lost its lease 2 times in 30 days"));
	assert_int_equal(e->severity, SEVERITY_HIGH);
	exposures_release(&out);
}

/* Beside it: drop-ins in their order, the last word counts, /etc hides /run. */
static void drop_ins(void **state)
{
	(void)state;
	put("/run/systemd/network/10-up0.network.d/20-keep.conf",
	    "[Network]\nKeepConfiguration=dhcp\n");
	read_look();
	assert_int_equal(look.links[0].keep, KEEP_LEASE);
	assert_string_equal(look.links[0].keep_place.path,
			    "/run/systemd/network/10-up0.network.d/20-keep.conf");
	assert_int_equal(look.links[0].keep_place.line, 2);
	put("/usr/lib/systemd/network/10-up0.network.d/30-no.conf",
	    "[Network]\n# so\nKeepConfiguration=no\n");
	read_look();
	assert_int_equal(look.links[0].keep, KEEP_NO);
	put("/etc/systemd/network/10-up0.network.d/30-no.conf",
	    "[Network]\nKeepConfiguration=yes\n");
	read_look();
	assert_int_equal(look.links[0].keep, KEEP_ALL);
	/* In another section it is none. */
	put("/etc/systemd/network/10-up0.network.d/30-no.conf", "[Link]\nKeepConfiguration=no\n");
	read_look();
	assert_int_equal(look.links[0].keep, KEEP_LEASE);
}

static void words_of_keep(void **state)
{
	static const struct {
		const char *word;
		enum keep keep;
	} cases[] = {
		{ "yes", KEEP_ALL },
		{ "true", KEEP_ALL },
		{ "dynamic", KEEP_LEASE },
		{ "dhcp-on-stop", KEEP_ON_STOP },
		{ "static", KEEP_STATIC },
		{ "no", KEEP_NO },
		{ "dynamic-on-stop", KEEP_ON_STOP },
	};
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), "[Network]\nKeepConfiguration=%s\n", cases[i].word);
		put("/etc/systemd/network/10-up0.network.d/a.conf", text);
		read_look();
		assert_int_equal(look.links[0].keep, cases[i].keep);
	}
}

/* A file of one's own that netplan's comes before. */
static void shadowed_by_netplan(void **state)
{
	struct exposures out = { 0 };
	const struct exposed *e;

	(void)state;
	put("/run/systemd/netif/links/3",
	    "ADMIN_STATE=configured\nNETWORK_FILE=/run/systemd/network/10-netplan-up0.network\n");
	put("/run/systemd/network/10-netplan-up0.network",
	    "[Match]\nName=up0\n[Network]\nDHCP=yes\n");
	put("/etc/systemd/network/20-own.network",
	    "[Match]\nName=up*\n[Network]\nDHCP=yes\nKeepConfiguration=dhcp\n");
	put("/etc/netplan/50-cloud-init.yaml",
	    "# This file is generated from information provided by the datasource.\nnetwork:\n"
	    "  ethernets:\n    up0:\n      dhcp4: true\n");
	e = judge(&out);
	assert_non_null(e);
	assert_true(lines_have(&e->evidence,
			       "/etc/systemd/network/20-own.network:5: would keep the "
			       "lease, but is not in force"));
	assert_true(lines_have(&e->evidence, "/etc/netplan/50-cloud-init.yaml:4: netplan's up0"));
	assert_true(
		lines_have(&e->cures, "/etc/systemd/network/10-netplan-up0.network.d/keep.conf"));
	exposures_release(&out);
}

static int unlink_shared(void)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/usr/lib/systemd/libsystemd-shared-252.so", root);
	return unlink(path);
}

static void other_managers(void **state)
{
	(void)state;
	put("/run/systemd/netif/links/3", "ADMIN_STATE=unmanaged\n");
	read_look();
	assert_int_equal(look.links[0].manager, MANAGER_NONE);
	put("/sos_commands/process/ps_auxwwwm",
	    "USER PID COMMAND\nroot 300 /sbin/dhclient -4 -pf /run/dhclient.up0.pid up0\n");
	read_look();
	assert_int_equal(look.links[0].manager, MANAGER_DHCLIENT);
	assert_int_equal(look.links[0].keep, KEEP_NO);
	put("/etc/dhcp/dhclient-enter-hooks",
	    "unset new_dhcp_lease_time\ncase $reason in EXPIRE|FAIL) exit 0;; esac\n");
	read_look();
	assert_int_equal(look.links[0].keep, KEEP_LEASE);
	put("/sos_commands/process/ps_auxwwwm",
	    "USER PID COMMAND\nroot 300 busybox udhcpc -f -i up0\n");
	read_look();
	assert_int_equal(look.links[0].manager, MANAGER_UDHCPC);
	put("/sos_commands/process/ps_auxwwwm", "USER PID COMMAND\nroot 300 dhcpcd: up0 [ip4]\n");
	put("/etc/dhcpcd.conf", "persistent\n# lastleaseextend\n");
	read_look();
	assert_int_equal(look.links[0].manager, MANAGER_DHCPCD);
	assert_int_equal(look.links[0].keep, KEEP_NO);
	put("/etc/dhcpcd.conf", "persistent\nlastleaseextend\n");
	read_look();
	assert_int_equal(look.links[0].keep, KEEP_LEASE);
	put("/run/NetworkManager/devices/3", "[device]\nmanaged=true\nconnection-uuid=u-1\n");
	put("/etc/NetworkManager/system-connections/office.nmconnection",
	    "[connection]\nid=office\nuuid=u-1\n");
	read_look();
	assert_int_equal(look.links[0].manager, MANAGER_NETWORKMANAGER);
	assert_string_equal(look.links[0].profile, "office");
	put("/etc/keepalived/keepalived.conf",
	    "vrrp_instance a {\n  virtual_ipaddress {\n    10.9.0.1/24 dev up0\n  }\n}\n");
	read_look();
	assert_true(look.addresses[0].is_keepaliveds);
	assert_int_equal(look.addresses[0].keepalived.line, 3);
	assert_false(look.addresses[1].is_keepaliveds);
}

/* An image that does not run has no state: its files say what would be. */
static void image_at_rest(void **state)
{
	char command[256];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s/run %s/sos_commands", root, root);
	assert_int_equal(system(command), 0);
	put(NETWORK "ip_-o_addr", "3: up0    inet 10.9.0.1/24 scope global dynamic up0\\       "
				  "valid_lft 1900sec preferred_lft 1900sec\n");
	put("/etc/systemd/network/10-a.network", "[Match]\nName=eth*\n[Network]\nDHCP=yes\n");
	put("/etc/systemd/network/20-b.network", "[Match]\nName=up0\n[Network]\nDHCP=yes\n");
	put("/etc/systemd/network/05-masked.network", "");
	read_look();
	assert_int_equal(look.links[0].manager, MANAGER_NETWORKD);
	assert_string_equal(look.links[0].place.path, "/etc/systemd/network/20-b.network");
	/* What is missing is said. */
	assert_non_null(look_why_lacking(&look, LOOK_FLOWS));
	assert_non_null(look_why_lacking(&look, LOOK_SOCKETS));
	assert_non_null(look_why_lacking(&look, LOOK_RULES));
	assert_non_null(look_why_lacking(&look, LOOK_HISTORY));
	assert_null(look_why_lacking(&look, LOOK_ADDRESSES));
}

/* Files of networkd's that does not run there are nobody's; where it runs, they count. */
static void networkd_that_does_not_run(void **state)
{
	char command[256];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s/run/systemd/netif", root);
	assert_int_equal(system(command), 0);
	read_look();
	assert_int_equal(look.links[0].manager, MANAGER_NONE);
	put("/sos_commands/process/ps_auxwwwm",
	    "USER PID COMMAND\nsystemd+ 300 /lib/systemd/systemd-networkd\n");
	read_look();
	assert_int_equal(look.links[0].manager, MANAGER_NETWORKD);
}

#define DOCKER_ID "d0c4e20000000000000000000000000000000000000000000000000000000001"

static void namespaces_of_a_bundle(void **state)
{
	const struct look_socket *socket;

	(void)state;
	put(NETWORK "ss_-tanoep", "State Recv-Q\n");
	put(NETWORK "namespaces/c1/ip_netns_exec_c1_ss_-peaonmi",
	    "Netid State Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n"
	    "u_str ESTAB 0 0 * 1234 * 1235 users:((\"x\",pid=1,fd=1))\n"
	    "tcp   ESTAB 0 0 10.88.0.2:51710 10.9.0.2:6379 users:((\"worker\",pid=7,fd=3)) ino:1 "
	    "sk:1 cgroup:/system.slice/docker-" DOCKER_ID ".scope <->\n\t skmem:(r0,rb131072)\n");
	put("/sos_commands/docker/docker_ps",
	    "CONTAINER ID   IMAGE   COMMAND   CREATED   STATUS   PORTS   NAMES\n"
	    "d0c4e2000000   redis   \"redis-cli\"   2 hours ago   Up 2 hours   80/tcp   shop-web-1\n");
	put("/sos_commands/dpkg/dpkg_-l", "ii  systemd                  257.9-1 amd64 init\n");
	put("/sos_commands/host/hostname", "node7\n");
	assert_int_equal(unlink_shared(), 0);
	read_look();
	assert_int_equal(look.namespaces, 2);
	assert_int_equal(look.sockets_count, 1);
	socket = look_flow_socket(&look, &look.flows[0]);
	assert_non_null(socket);
	assert_string_equal(look_socket_process(&look, socket)->comm, "worker");
	assert_string_equal(look_socket_process(&look, socket)->netns_name, "c1");
	assert_string_equal(look_socket_process(&look, socket)->container, DOCKER_ID);
	assert_string_equal(look_socket_process(&look, socket)->container_name, "shop-web-1");
	assert_int_equal(look.systemd_version, 257);
	assert_string_equal(look.host, "node7");
}

/* A bundle is somebody else's: it leads nowhere else. */
static void links_stay_inside(void **state)
{
	char path[512], text[64];

	(void)state;
	snprintf(path, sizeof(path), "%s/etc/outside", root);
	put("/etc/inside", "inside\n");
	assert_int_equal(symlink("/etc/hostname", path), 0);
	assert_false(node_file_read(&files, "/etc/outside", text, sizeof(text)));
	put("/etc/hostname", "theirs\n");
	assert_true(node_file_read(&files, "/etc/outside", text, sizeof(text)));
	assert_string_equal(text, "theirs");
	assert_false(node_file_read(&files, "/../../../../etc/passwd", text, sizeof(text)));
	snprintf(path, sizeof(path), "%s/etc/fifo", root);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_false(node_file_read(&files, "/etc/fifo", text, sizeof(text)));
}

static void address_lines(void **state)
{
	struct look_address a;

	(void)state;
	assert_true(address_parse_line(
		"2: eth0    inet6 fd00:9::1/64 scope global temporary dynamic \\       valid_lft 86400sec "
		"preferred_lft 14400sec",
		&a));
	assert_int_equal(a.family, AF_INET6);
	assert_int_equal(a.valid_s, 86400);
	assert_true(a.is_managed_temporary);
	assert_false(a.is_permanent);
	assert_true(address_parse_line(
		"7: eth0.5@eth0    inet 192.0.2.1/24 scope global eth0.5\\       "
		"valid_lft forever preferred_lft forever",
		&a));
	assert_string_equal(a.ifname, "eth0.5");
	assert_int_equal(a.valid_s, LOOK_FOREVER);
	assert_true(a.is_permanent);
	assert_false(address_parse_line("1: lo    inet 127.0.0.1/8 scope host lo", &a));
	assert_false(address_parse_line("nonsense", &a));
}

static void flow_lines(void **state)
{
	struct look_flow f;

	(void)state;
	assert_true(flow_parse_line(
		"tcp      6 115 TIME_WAIT src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 "
		"src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1 [ASSURED] use=1",
		&f));
	assert_int_equal(f.tcp_state, TRACKER_TIME_WAIT);
	assert_int_equal(f.timeout_s, 115);
	assert_int_equal(f.flow.reply.sport, 2);
	assert_false(
		flow_parse_line("icmp     1 29 src=10.0.0.1 dst=10.0.0.2 type=8 code=0 id=1", &f));
	assert_false(flow_parse_line("", &f));
}

static void rule_lines(void **state)
{
	static const struct {
		const char *line;
		unsigned int kind;
	} cases[] = {
		{ "\t\toifname \"up0\" masquerade # handle 4", NAT_KIND_MASQUERADE },
		{ "  100  6000 MASQUERADE  all  --  *  !docker0  172.17.0.0/16  0.0.0.0/0",
		  NAT_KIND_MASQUERADE },
		{ "\t\toifname \"up0\" tcp dport 7002 snat to 10.9.0.3 # handle 3",
		  NAT_KIND_OTHER },
		{ "    0  0 SNAT  all -- * up0 10.1.0.0/16 0.0.0.0/0  to:10.9.0.4",
		  NAT_KIND_OTHER },
		{ "-A POSTROUTING -o up0 -j SNAT --to-source 10.9.0.5:1024-65535", NAT_KIND_OTHER },
		{ "\t\tcomment \"service traffic requiring SNAT \" jump KUBE-MARK", 0 },
		{ " 0 0 RETURN all -- * * 0.0.0.0/0 0.0.0.0/0 /* traffic requiring SNAT masquerade */",
		  0 },
		{ "\tchain masquerade {", 0 },
		{ "# masquerade", 0 },
		{ "\t\tdnat to 10.88.0.2:80", 0 },
	};
	struct rule_lines lines = { .kinds = 0 };
	struct address other = make_ip("10.9.0.1");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (rule_lines_take(&lines, cases[i].line) != cases[i].kind)
			fail_msg("%s", cases[i].line);
	assert_int_equal(lines.targets_count, 3);
	for (const char *const *t =
		     (const char *const[]){ "10.9.0.3", "10.9.0.4", "10.9.0.5", NULL };
	     *t; t++) {
		struct address target = make_ip(*t);

		assert_int_equal(rule_lines_ask(&lines, AF_INET, &target), NAT_NO);
	}
	assert_int_equal(rule_lines_ask(&lines, AF_INET, &other), NAT_YES);
	/* A range, a map: it may be any. */
	rule_lines_take(&lines, "snat to 10.9.0.1-10.9.0.9");
	assert_int_equal(rule_lines_ask(&lines, AF_INET, &other), NAT_MAYBE);
}

static void socket_lines(void **state)
{
	struct look_socket s;
	struct look_process p;

	(void)state;
	assert_true(socket_parse_line("tcp   ESTAB 0 0 [::ffff:10.0.0.1]:80 [::ffff:10.0.0.2]:4000 "
				      "timer:(on,204ms,0) ino:5 sk:6",
				      &s, &p));
	assert_int_equal(s.row.family, AF_INET);
	assert_int_equal(s.row.timer, SOCKET_TIMER_RETRANSMIT);
	assert_int_equal(p.pid, 0);
	assert_true(socket_parse_line("LISTEN 0 128 *:80 *:*", &s, &p));
	assert_int_equal(s.row.send_queue, 128);
	assert_false(socket_parse_line("udp   UNCONN 0 0 0.0.0.0:68 0.0.0.0:*", &s, &p));
	assert_false(socket_parse_line("\t skmem:(r0,rb1,t0,tb1)", &s, &p));
}

static void history_lines(void **state)
{
	char ifname[LOOK_IFNAME_BYTES], when[LOOK_WORD_BYTES];

	(void)state;
	assert_true(history_parse_line("2026-11-22T10:52:38+0000 node NetworkManager[9]: <info>  "
				       "[1795344758.1] dhcp4 (up0): state changed bound -> expire",
				       ifname, when));
	assert_string_equal(ifname, "up0");
	assert_string_equal(when, "2026-11-22T10:52:38+0000");
	assert_false(history_parse_line("Nov 22 10:52:38 node systemd-networkd[412]: up0: DHCPv4 "
					"address 10.9.0.1/24 acquired from 10.9.0.2",
					ifname, when));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(bundle_is_judged, begin, end),
		cmocka_unit_test_setup_teardown(drop_ins, begin, end),
		cmocka_unit_test_setup_teardown(words_of_keep, begin, end),
		cmocka_unit_test_setup_teardown(shadowed_by_netplan, begin, end),
		cmocka_unit_test_setup_teardown(other_managers, begin, end),
		cmocka_unit_test_setup_teardown(image_at_rest, begin, end),
		cmocka_unit_test_setup_teardown(networkd_that_does_not_run, begin, end),
		cmocka_unit_test_setup_teardown(namespaces_of_a_bundle, begin, end),
		cmocka_unit_test_setup_teardown(links_stay_inside, begin, end),
		cmocka_unit_test(address_lines),
		cmocka_unit_test(flow_lines),
		cmocka_unit_test(rule_lines),
		cmocka_unit_test(socket_lines),
		cmocka_unit_test(history_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
