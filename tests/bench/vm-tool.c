// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the bench needs in its guest: conntrack entries by the million, flushes
 * with the time they took, floods of packets, short connections, and what the
 * kernel counted of each BPF program. Prints one JSON object a line.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "vm-tool.h"

enum { ENTRY_TIMEOUT_S = 86400, BATCH_BYTES = 1 << 16, MESSAGE_BYTES_MAX = 512 };
enum { SERVER_PORT = 6379, FLOOD_PORT_FIRST = 20000, FLOOD_PORTS = 16 };
#define NODE_ADDRESS 0x0a090001U   /* 10.9.0.1: what it masquerades to */
#define SERVER_ADDRESS 0x0a090002U /* 10.9.0.2 */
#define CLIENTS_FIRST 0x0a580002U  /* 10.88.0.2 */
#define CLIENT_PORT_FIRST 1024U
#define CLIENT_PORTS 60000U

void die(const char *what)
{
	perror(what);
	exit(1);
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

uint64_t now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

/* ---- entries ---- */

static struct mnl_socket *open_netlink(void)
{
	struct mnl_socket *nl = mnl_socket_open(NETLINK_NETFILTER);

	if (!nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID))
		die("netlink");
	return nl;
}

static struct nlmsghdr *put_header(void *at, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(at);
	struct nfgenmsg *family;

	header->nlmsg_type = (NFNL_SUBSYS_CTNETLINK << 8) | type;
	header->nlmsg_flags = NLM_F_REQUEST | flags;
	family = mnl_nlmsg_put_extra_header(header, sizeof(*family));
	family->nfgen_family = AF_INET;
	family->version = NFNETLINK_V0;
	return header;
}

static void put_tuple(struct nlmsghdr *m, uint16_t type, uint32_t src, uint16_t sport, uint32_t dst,
		      uint16_t dport)
{
	struct nlattr *tuple = mnl_attr_nest_start(m, type), *part;

	part = mnl_attr_nest_start(m, CTA_TUPLE_IP);
	mnl_attr_put_u32(m, CTA_IP_V4_SRC, htonl(src));
	mnl_attr_put_u32(m, CTA_IP_V4_DST, htonl(dst));
	mnl_attr_nest_end(m, part);
	part = mnl_attr_nest_start(m, CTA_TUPLE_PROTO);
	mnl_attr_put_u8(m, CTA_PROTO_NUM, IPPROTO_TCP);
	mnl_attr_put_u16(m, CTA_PROTO_SRC_PORT, htons(sport));
	mnl_attr_put_u16(m, CTA_PROTO_DST_PORT, htons(dport));
	mnl_attr_nest_end(m, part);
	mnl_attr_nest_end(m, tuple);
}

/* As if masqueraded: the answers go to the node. */
static struct nlmsghdr *put_entry(void *at, uint32_t i)
{
	struct nlmsghdr *m = put_header(at, IPCTNL_MSG_CT_NEW, NLM_F_CREATE | NLM_F_EXCL);
	uint32_t client = CLIENTS_FIRST + i / CLIENT_PORTS;
	uint16_t port = (uint16_t)(CLIENT_PORT_FIRST + i % CLIENT_PORTS);
	uint16_t server_port = (uint16_t)(SERVER_PORT + i / CLIENT_PORTS);
	struct nlattr *info, *tcp;

	put_tuple(m, CTA_TUPLE_ORIG, client, port, SERVER_ADDRESS, server_port);
	put_tuple(m, CTA_TUPLE_REPLY, SERVER_ADDRESS, server_port, NODE_ADDRESS, port);
	mnl_attr_put_u32(m, CTA_TIMEOUT, htonl(ENTRY_TIMEOUT_S));
	mnl_attr_put_u32(m, CTA_STATUS, htonl(IPS_CONFIRMED | IPS_SEEN_REPLY | IPS_ASSURED));
	info = mnl_attr_nest_start(m, CTA_PROTOINFO);
	tcp = mnl_attr_nest_start(m, CTA_PROTOINFO_TCP);
	mnl_attr_put_u8(m, CTA_PROTOINFO_TCP_STATE, TCP_CONNTRACK_ESTABLISHED);
	mnl_attr_nest_end(m, tcp);
	mnl_attr_nest_end(m, info);
	return m;
}

static void check_answers(struct mnl_socket *nl)
{
	char buffer[8192];
	ssize_t size = recv(mnl_socket_get_fd(nl), buffer, sizeof(buffer), MSG_DONTWAIT);
	const struct nlmsghdr *m = (const void *)buffer;
	const struct nlmsgerr *e;

	if (size <= 0 || m->nlmsg_type != NLMSG_ERROR)
		return;
	e = mnl_nlmsg_get_payload(m);
	if (!e->error)
		return;
	errno = -e->error;
	die("ctnetlink");
}

static int make_entries(uint32_t count)
{
	struct mnl_socket *nl = open_netlink();
	static char batch[BATCH_BYTES];
	size_t used = 0;

	for (uint32_t i = 0; i < count; i++) {
		used += put_entry(batch + used, i)->nlmsg_len;
		if (used + MESSAGE_BYTES_MAX < sizeof(batch) && i + 1 < count)
			continue;
		if (mnl_socket_sendto(nl, batch, used) < 0)
			die("send");
		check_answers(nl);
		used = 0;
	}
	mnl_socket_close(nl);
	printf("{\"entries\":%u}\n", count);
	return 0;
}

/* The request returns when the whole table was walked. Its own time on the CPU is told,
 * too: on one CPU the wall clock holds what a reader does meanwhile. */
static int flush_entries(void)
{
	struct mnl_socket *nl = open_netlink();
	char buffer[256];
	struct nlmsghdr *m = put_header(buffer, IPCTNL_MSG_CT_DELETE, NLM_F_ACK);
	uint64_t start_cpu = clock_ns(CLOCK_THREAD_CPUTIME_ID), start = now_ns(), end;

	if (mnl_socket_sendto(nl, m, m->nlmsg_len) < 0)
		die("send");
	end = now_ns();
	start_cpu = clock_ns(CLOCK_THREAD_CPUTIME_ID) - start_cpu;
	check_answers(nl);
	mnl_socket_close(nl);
	printf("{\"flush_ns\":%llu,\"flush_cpu_ns\":%llu}\n", (unsigned long long)(end - start),
	       (unsigned long long)start_cpu);
	return 0;
}

/* ---- packets ---- */

static uint16_t tcp_checksum(const struct tcphdr *tcp, uint32_t src, uint32_t dst)
{
	const uint16_t *words = (const void *)tcp;
	uint32_t sum = htons(IPPROTO_TCP) + htons(sizeof(*tcp));

	src = htonl(src);
	dst = htonl(dst);
	sum += (src >> 16) + (src & 0xffff) + (dst >> 16) + (dst & 0xffff);
	for (size_t i = 0; i < sizeof(*tcp) / 2; i++)
		sum += words[i];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* From the server to the node, each from another port: SYNs go to a few closed
 * ports, ACKs to the ports that masqueraded flows would have. */
static int flood(bool is_syn, uint32_t count, uint64_t until_ns)
{
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_TCP), bytes = 1 << 20;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(NODE_ADDRESS) };
	uint64_t start = now_ns();
	uint32_t i;

	if (fd < 0)
		die("raw socket");
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	for (i = 0; i < count && (i % 64 || now_ns() < until_ns); i++) {
		struct tcphdr tcp = { .th_off = 5, .th_win = htons(1000), .th_seq = htonl(i) };

		tcp.th_flags = is_syn ? TH_SYN : TH_ACK;
		tcp.th_sport = htons((uint16_t)(is_syn ? CLIENT_PORT_FIRST + i % CLIENT_PORTS :
							 SERVER_PORT + i / CLIENT_PORTS));
		tcp.th_dport = htons((uint16_t)(is_syn ? FLOOD_PORT_FIRST + i % FLOOD_PORTS :
							 CLIENT_PORT_FIRST + i % CLIENT_PORTS));
		tcp.th_sum = tcp_checksum(&tcp, SERVER_ADDRESS, NODE_ADDRESS);
		if (sendto(fd, &tcp, sizeof(tcp), 0, (struct sockaddr *)&to, sizeof(to)) < 0)
			die("sendto");
	}
	printf("{\"packets\":%u,\"ns\":%llu}\n", i, (unsigned long long)(now_ns() - start));
	close(fd);
	return 0;
}

/* ---- short connections ---- */

static struct sockaddr_in server_address(void)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons(SERVER_PORT),
				     .sin_addr.s_addr = htonl(SERVER_ADDRESS) };
}

static _Noreturn void serve(void)
{
	struct sockaddr_in at = server_address();
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, 1024))
		die("listen");
	for (;;) {
		int peer = accept(fd, NULL, NULL);
		char byte;

		if (peer < 0)
			continue;
		while (read(peer, &byte, 1) > 0)
			;
		close(peer);
	}
}

/* Connect, say a byte, close, see the other side close. */
static int connect_for(uint64_t ns)
{
	struct sockaddr_in to = server_address();
	uint64_t start = now_ns(), count = 0, spent;
	char byte = 'x';

	do {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		if (connect(fd, (struct sockaddr *)&to, sizeof(to)))
			die("connect");
		if (write(fd, &byte, 1) != 1 || shutdown(fd, SHUT_WR))
			die("write");
		while (read(fd, &byte, 1) > 0)
			;
		close(fd);
		count++;
		spent = now_ns() - start;
	} while (spent < ns);
	printf("{\"connections\":%llu,\"ns\":%llu}\n", (unsigned long long)count,
	       (unsigned long long)spent);
	return 0;
}

/* ---- BPF programs ---- */

static int attach_empty(const char *path)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_program *program;

	if (!object || bpf_object__load(object))
		die("load the empty programs");
	bpf_object__for_each_program(program, object) if (!bpf_program__attach(program))
		die(bpf_program__name(program));
	puts("{\"empty\":\"attached\"}");
	fflush(stdout);
	pause();
	return 0;
}

static int show_stats(void)
{
	uint32_t id = 0;

	while (!bpf_prog_get_next_id(id, &id)) {
		struct bpf_prog_info info = { 0 };
		uint32_t size = sizeof(info);
		int fd = bpf_prog_get_fd_by_id(id);

		if (fd < 0)
			continue;
		if (!bpf_obj_get_info_by_fd(fd, &info, &size) && info.run_cnt)
			printf("{\"program\":\"%s\",\"count\":%llu,\"ns\":%llu,\"missed\":%llu}\n",
			       info.name, (unsigned long long)info.run_cnt,
			       (unsigned long long)info.run_time_ns,
			       (unsigned long long)info.recursion_misses);
		close(fd);
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	uint32_t n = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 0;

	if (!strcmp(what, "entries"))
		return make_entries(n);
	if (!strcmp(what, "flush"))
		return flush_entries();
	if (!strcmp(what, "syns") || !strcmp(what, "acks"))
		return flood(what[0] == 's', n, UINT64_MAX);
	if (!strcmp(what, "syns-for") || !strcmp(what, "acks-for"))
		return flood(what[0] == 's', UINT32_MAX, now_ns() + n * 1000000000ULL);
	if (!strcmp(what, "session") && argc > 3)
		return measure_session(n, argv + 3);
	if (!strcmp(what, "serve"))
		serve();
	if (!strcmp(what, "connect"))
		return connect_for(n * 1000000000ULL);
	if (!strcmp(what, "empty") && argc > 2)
		return attach_empty(argv[2]);
	if (!strcmp(what, "stats"))
		return show_stats();
	fprintf(stderr, "usage: bench-tool entries N | flush | syns N | acks N | syns-for SECONDS"
			" | acks-for SECONDS | serve | connect SECONDS | empty OBJECT | stats"
			" | session IDLE_SECONDS COMMAND...\n");
	return 2;
}
