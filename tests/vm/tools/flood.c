// SPDX-License-Identifier: GPL-2.0-only
/*
 * flood addresses SECONDS          as whom it is run: makes a user and a network namespace of its
 *                                  own, in which it adds and removes an address of lo as fast as it
 *                                  can; tells "flooding NETNS" first
 * flood acks DST DPORT SECONDS     TCP ACKs from random addresses of 10.9.0.0/24 and random ports,
 *                                  as any remote host may send them; DPORT 0: to random ports
 *
 * For the test guest: what strangers may do. At the end it tells how many it made.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64 };

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *what)
{
	fprintf(stderr, "flood: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die(path);
	close(fd);
}

/* ---- addresses ---- */

struct request {
	struct nlmsghdr header;
	struct ifaddrmsg message;
	struct rtattr attribute;
	uint32_t address;
};

static void leave_for_own_namespaces(void)
{
	uid_t uid = getuid();
	gid_t gid = getgid();
	struct stat netns;
	char map[64];

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		die("unshare");
	put("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1\n", uid);
	put("/proc/self/uid_map", map);
	snprintf(map, sizeof(map), "0 %u 1\n", gid);
	put("/proc/self/gid_map", map);
	if (stat("/proc/self/ns/net", &netns))
		die("stat");
	printf("flooding %lu\n", (unsigned long)netns.st_ino);
	fflush(stdout);
}

static void make_requests(struct request q[BATCH])
{
	memset(q, 0, BATCH * sizeof(*q));
	for (int i = 0; i < BATCH; i++) {
		q[i].header.nlmsg_len = sizeof(q[i]);
		q[i].header.nlmsg_type = i % 2 ? RTM_DELADDR : RTM_NEWADDR;
		q[i].header.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | (i % 2 ? 0 : NLM_F_CREATE));
		q[i].message.ifa_family = AF_INET;
		q[i].message.ifa_prefixlen = 24;
		q[i].message.ifa_index = 1;
		q[i].attribute.rta_len = RTA_LENGTH(sizeof(q[i].address));
		q[i].attribute.rta_type = IFA_LOCAL;
		q[i].address = htonl(0x0a090001); /* 10.9.0.1, as the node's own */
	}
}

static void flood_addresses(double seconds)
{
	struct request q[BATCH];
	unsigned long count = 0;
	char sink[65536];
	double end = now() + seconds;
	int fd;

	leave_for_own_namespaces();
	make_requests(q);
	fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	if (fd < 0)
		die("socket");
	while (now() < end) {
		if (send(fd, q, sizeof(q), 0) < 0)
			die("send");
		count += BATCH;
		while (recv(fd, sink, sizeof(sink), MSG_DONTWAIT) > 0)
			;
	}
	printf("changes %lu\n", count);
}

/* ---- ACKs ---- */

typedef uint16_t __attribute__((may_alias)) half;

static uint16_t checksum(const void *data, size_t size, uint32_t sum)
{
	const half *p = data;

	for (; size > 1; size -= 2)
		sum += *p++;
	sum = (sum >> 16) + (sum & 0xffff);
	return (uint16_t)(sum + (sum >> 16));
}

struct segment {
	struct iphdr ip;
	struct tcphdr tcp;
};

static uint32_t random_number(uint32_t limit)
{
	return (uint32_t)random() % limit;
}

static void make_ack(struct segment *p, uint32_t dst, uint16_t port)
{
	struct {
		uint32_t src, dst;
		uint8_t zero, protocol;
		uint16_t length;
	} pseudo;

	memset(p, 0, sizeof(*p));
	p->ip.version = 4;
	p->ip.ihl = 5;
	p->ip.ttl = 64;
	p->ip.protocol = IPPROTO_TCP;
	p->ip.tot_len = htons(sizeof(*p));
	p->ip.saddr = htonl(0x0a090000 | (3 + random_number(250)));
	p->ip.daddr = dst;
	p->tcp.source = htons((uint16_t)(1024 + random_number(60000)));
	p->tcp.dest = htons(port ? port : (uint16_t)(1 + random_number(65535)));
	p->tcp.seq = (uint32_t)random();
	p->tcp.ack_seq = (uint32_t)random();
	p->tcp.doff = 5;
	p->tcp.ack = 1;
	p->tcp.window = htons(1000);
	pseudo.src = p->ip.saddr;
	pseudo.dst = dst;
	pseudo.zero = 0;
	pseudo.protocol = IPPROTO_TCP;
	pseudo.length = htons(sizeof(p->tcp));
	p->tcp.check =
		(uint16_t)~checksum(&p->tcp, sizeof(p->tcp), checksum(&pseudo, sizeof(pseudo), 0));
}

static void flood_acks(const char *dst, uint16_t port, double seconds)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	double end = now() + seconds;
	unsigned long count = 0;

	if (fd < 0 || inet_pton(AF_INET, dst, &to.sin_addr) != 1)
		die(dst);
	while (now() < end) {
		struct segment p;

		make_ack(&p, to.sin_addr.s_addr, port);
		if (sendto(fd, &p, sizeof(p), 0, (struct sockaddr *)&to, sizeof(to)) > 0)
			count++;
	}
	printf("acks %lu\n", count);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "addresses"))
		flood_addresses(atof(argv[2]));
	else if (argc == 5 && !strcmp(argv[1], "acks"))
		flood_acks(argv[2], (uint16_t)atoi(argv[3]), atof(argv[4]));
	else
		return 2;
	return 0;
}
