// SPDX-License-Identifier: GPL-2.0-only
/*
 * ctkill SRC SPORT DST DPORT [COMMAND [ARG...]]
 *
 * Deletes one conntrack entry, by its original tuple, with a single netlink message,
 * and exits (or becomes COMMAND) without waiting for the answer: the kernel has done it
 * when send() returns. Tells its pid and how long it lived: for the test that an actor
 * who is gone at once is named.
 */
#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static unsigned char message[512];
static size_t used;

static struct nlattr *put(uint16_t type, const void *data, size_t size)
{
	struct nlattr *attr = (void *)(message + used);

	attr->nla_type = type;
	attr->nla_len = (uint16_t)(NLA_HDRLEN + size);
	if (size)
		memcpy(message + used + NLA_HDRLEN, data, size);
	used += NLA_ALIGN(attr->nla_len);
	return attr;
}

static void end(struct nlattr *nest)
{
	nest->nla_type |= NLA_F_NESTED;
	nest->nla_len = (uint16_t)(message + used - (unsigned char *)nest);
}

static void put_tuple(char **argv)
{
	struct nlattr *tuple = put(CTA_TUPLE_ORIG, NULL, 0), *part = put(CTA_TUPLE_IP, NULL, 0);
	struct in_addr src, dst;
	uint16_t sport = htons((uint16_t)atoi(argv[1])), dport = htons((uint16_t)atoi(argv[3]));
	uint8_t protocol = IPPROTO_TCP;

	if (inet_pton(AF_INET, argv[0], &src) != 1 || inet_pton(AF_INET, argv[2], &dst) != 1)
		exit(2);
	put(CTA_IP_V4_SRC, &src, sizeof(src));
	put(CTA_IP_V4_DST, &dst, sizeof(dst));
	end(part);
	part = put(CTA_TUPLE_PROTO, NULL, 0);
	put(CTA_PROTO_NUM, &protocol, sizeof(protocol));
	put(CTA_PROTO_SRC_PORT, &sport, sizeof(sport));
	put(CTA_PROTO_DST_PORT, &dport, sizeof(dport));
	end(part);
	end(tuple);
}

int main(int argc, char **argv)
{
	struct nlmsghdr *header = (void *)message;
	struct nfgenmsg *family = (void *)(message + NLMSG_HDRLEN);
	struct timespec from, to;
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);

	clock_gettime(CLOCK_MONOTONIC, &from);
	if (argc < 5 || fd < 0)
		return 2;
	header->nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE;
	header->nlmsg_flags = NLM_F_REQUEST;
	family->nfgen_family = AF_INET;
	used = NLMSG_SPACE(sizeof(*family));
	put_tuple(argv + 1);
	header->nlmsg_len = (uint32_t)used;
	if (send(fd, message, used, 0) != (ssize_t)used)
		return 1;
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("{\"pid\":%d,\"lived_us\":%ld}\n", getpid(),
	       (to.tv_sec - from.tv_sec) * 1000000L + (to.tv_nsec - from.tv_nsec) / 1000);
	fflush(stdout);
	if (argc > 5) {
		execvp(argv[5], argv + 5);
		_exit(127);
	}
	_exit(0);
}
