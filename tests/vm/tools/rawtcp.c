// SPDX-License-Identifier: GPL-2.0-only
/*
 * rawtcp send SRC SPORT DST DPORT SEGMENT...
 * rawtcp open SRC SPORT DST DPORT SEGMENT...
 * rawtcp follow SRC SPORT DST DPORT SEGMENT...
 * rawtcp answer SRC SPORT SEGMENT
 *
 * TCP segments by hand, for the test guest. A SEGMENT is FLAGS,SEQ,ACK[,BYTES[,TSECR]]
 * with FLAGS out of SAFRP; BYTES of payload follow the header, and TSECR makes it
 * carry a timestamps option that echoes that.
 *
 *   send    SEQ and ACK are what goes on the wire
 *   open    sends a SYN, waits for the SYN-ACK, then sends the segments: SEQ counts
 *           from its own initial number, ACK from the peer's
 *   follow  waits for the next packet from DST to SRC, whose sender takes it for its
 *           own, then sends: SEQ and ACK count from what that packet expects and
 *           has. "following" is told once it waits.
 *   answer  waits for a SYN to SRC SPORT and answers with the segment: ACK counts
 *           from the SYN's number. "answering" is told once it waits.
 *
 * What the peer sends is read off the wire (a packet socket), so that this
 * namespace's own TCP can be kept from it by a rule.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/ethernet.h>
#include <netinet/tcp.h>
#include <netpacket/packet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PAYLOAD_MAX = 1024, WAIT_S = 5, FIRST_SEQ = 1000000 };

union any_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

struct end {
	union any_address address;
	uint16_t port;
};

struct segment {
	uint8_t flags;
	uint32_t seq, ack;
	unsigned int bytes;
	bool has_tsecr;
	uint32_t tsecr;
};

static void die(const char *what)
{
	fprintf(stderr, "rawtcp: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void usage(void)
{
	fprintf(stderr, "usage: rawtcp send|open|follow SRC SPORT DST DPORT SEGMENT...\n"
			"       rawtcp answer SRC SPORT SEGMENT\n");
	exit(2);
}

static void parse_end(const char *address, const char *port, struct end *out)
{
	memset(out, 0, sizeof(*out));
	out->port = (uint16_t)atoi(port);
	/* A raw socket takes the protocol for the port: none. */
	if (inet_pton(AF_INET, address, &out->address.v4.sin_addr) == 1)
		out->address.v4.sin_family = AF_INET;
	else if (inet_pton(AF_INET6, address, &out->address.v6.sin6_addr) == 1)
		out->address.v6.sin6_family = AF_INET6;
	else
		usage();
}

static struct segment parse_segment(const char *text)
{
	static const char letters[] = "FSRPA"; /* by bit */
	struct segment s = { 0 };
	char *next;

	for (; *text && *text != ','; text++) {
		const char *letter = strchr(letters, *text);

		if (!letter)
			usage();
		s.flags |= (uint8_t)(1U << (letter - letters));
	}
	if (*text != ',')
		usage();
	s.seq = (uint32_t)strtoll(text + 1, &next, 10);
	if (*next != ',')
		usage();
	s.ack = (uint32_t)strtoll(next + 1, &next, 10);
	if (*next == ',')
		s.bytes = (unsigned int)strtoul(next + 1, &next, 10);
	if (*next == ',') {
		s.has_tsecr = true;
		s.tsecr = (uint32_t)strtoul(next + 1, &next, 10);
	}
	if (*next || s.bytes > PAYLOAD_MAX)
		usage();
	return s;
}

static const void *bytes_of(const union any_address *a, size_t *size)
{
	bool is_v4 = a->any.sa_family == AF_INET;

	*size = is_v4 ? 4 : 16;
	return is_v4 ? (const void *)&a->v4.sin_addr : (const void *)&a->v6.sin6_addr;
}

static uint32_t sum(uint32_t so_far, const void *data, size_t size)
{
	const uint8_t *byte = data;

	for (size_t i = 0; i < size; i++)
		so_far += i & 1 ? byte[i] : (uint32_t)byte[i] << 8;
	return so_far;
}

static uint16_t checksum(const struct end *from, const struct end *to, const void *tcp, size_t size)
{
	size_t address_size;
	const void *src = bytes_of(&from->address, &address_size);
	uint32_t total = sum(IPPROTO_TCP + (uint32_t)size, src, address_size);

	total = sum(total, bytes_of(&to->address, &address_size), address_size);
	total = sum(total, tcp, size);
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return htons((uint16_t)~total);
}

static size_t add_timestamps(uint8_t *options, uint32_t tsecr)
{
	uint32_t now = htonl((uint32_t)time(NULL));

	tsecr = htonl(tsecr);
	options[0] = options[1] = 1; /* no operation: alignment */
	options[2] = 8;
	options[3] = 10;
	memcpy(options + 4, &now, 4);
	memcpy(options + 8, &tsecr, 4);
	return 12;
}

static void send_segment(const struct end *from, const struct end *to, const struct segment *s)
{
	struct {
		struct tcphdr tcp;
		uint8_t rest[12 + PAYLOAD_MAX];
	} out = { 0 };
	socklen_t length = from->address.any.sa_family == AF_INET ? sizeof(from->address.v4) :
								    sizeof(from->address.v6);
	size_t options = s->has_tsecr ? add_timestamps(out.rest, s->tsecr) : 0;
	size_t size = sizeof(out.tcp) + options + s->bytes;
	int fd = socket(from->address.any.sa_family, SOCK_RAW, IPPROTO_TCP);

	if (fd < 0 || bind(fd, &from->address.any, length))
		die("raw socket");
	out.tcp.th_sport = htons(from->port);
	out.tcp.th_dport = htons(to->port);
	out.tcp.th_seq = htonl(s->seq);
	out.tcp.th_ack = htonl(s->ack);
	out.tcp.th_off = (sizeof(out.tcp) + options) / 4;
	out.tcp.th_flags = s->flags;
	out.tcp.th_win = htons(8192);
	memset(out.rest + options, 'x', s->bytes);
	out.tcp.th_sum = checksum(from, to, &out, size);
	if (sendto(fd, &out, size, 0, &to->address.any, length) != (ssize_t)size)
		die("send");
	close(fd);
}

static int open_wire(void)
{
	int fd = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_ALL));
	const struct timeval limit = { .tv_sec = WAIT_S };

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)))
		die("packet socket");
	return fd;
}

/* The packet's sender, if it is TCP and goes to `here`. */
static const struct tcphdr *match(const uint8_t *packet, size_t size, const struct end *here,
				  struct end *sender)
{
	size_t address_size, ip_size;
	const void *address = bytes_of(&here->address, &address_size);
	bool is_v4 = address_size == 4;
	const uint8_t *src = packet + (is_v4 ? 12 : 8);
	const struct tcphdr *tcp;

	if (size < 40 || packet[0] >> 4 != (is_v4 ? 4 : 6) || packet[is_v4 ? 9 : 6] != IPPROTO_TCP)
		return NULL;
	ip_size = is_v4 ? (size_t)(packet[0] & 15) * 4 : 40;
	tcp = (const void *)(packet + ip_size);
	if (size < ip_size + sizeof(*tcp) || memcmp(src + address_size, address, address_size) ||
	    tcp->th_dport != htons(here->port))
		return NULL;
	*sender = (struct end){ .port = ntohs(tcp->th_sport) };
	sender->address.any.sa_family = here->address.any.sa_family;
	memcpy((void *)bytes_of(&sender->address, &address_size), src, address_size);
	return tcp;
}

/* From `there`, or where that is NULL from anybody. */
static struct tcphdr wait_for(int wire, const struct end *here, const struct end *there,
			      uint8_t flags, struct end *sender)
{
	/* Aligned, as the headers in it are looked at in place. */
	_Alignas(8) uint8_t packet[2048];
	time_t deadline = time(NULL) + WAIT_S;
	struct sockaddr_ll from;

	while (time(NULL) < deadline) {
		socklen_t length = sizeof(from);
		ssize_t size = recvfrom(wire, packet, sizeof(packet), 0, (void *)&from, &length);
		const struct tcphdr *tcp;

		if (size < 0)
			break;
		if (from.sll_pkttype == PACKET_OUTGOING)
			continue;
		tcp = match(packet, (size_t)size, here, sender);
		if (tcp && (tcp->th_flags & (TH_SYN | TH_ACK | TH_RST)) == flags &&
		    (!there || sender->port == there->port))
			return *tcp;
	}
	fprintf(stderr, "rawtcp: nothing came\n");
	exit(1);
}

static void send_all(char **argv, const struct end *from, const struct end *to, uint32_t seq,
		     uint32_t ack)
{
	for (; *argv; argv++) {
		struct segment s = parse_segment(*argv);

		s.seq += seq;
		s.ack += ack;
		send_segment(from, to, &s);
	}
}

static void open_and_send(char **argv, const struct end *from, const struct end *to)
{
	const struct segment syn = { .flags = TH_SYN, .seq = FIRST_SEQ };
	int wire = open_wire();
	struct end sender;
	struct tcphdr tcp;

	send_segment(from, to, &syn);
	tcp = wait_for(wire, from, to, TH_SYN | TH_ACK, &sender);
	send_all(argv, from, to, FIRST_SEQ, ntohl(tcp.th_seq));
}

static void follow(char **argv, const struct end *from, const struct end *to)
{
	int wire = open_wire();
	struct end sender;
	struct tcphdr tcp;

	puts("following");
	fflush(stdout);
	tcp = wait_for(wire, from, to, TH_ACK, &sender);
	send_all(argv, from, to, ntohl(tcp.th_ack), ntohl(tcp.th_seq));
}

static void answer(char **argv, const struct end *here)
{
	int wire = open_wire();
	struct end peer;
	struct tcphdr tcp;

	puts("answering");
	fflush(stdout);
	tcp = wait_for(wire, here, NULL, TH_SYN, &peer);
	send_all(argv, here, &peer, 0, ntohl(tcp.th_seq));
}

int main(int argc, char **argv)
{
	struct end from, to;

	if (argc < 5)
		usage();
	parse_end(argv[2], argv[3], &from);
	if (!strcmp(argv[1], "answer")) {
		answer(argv + 4, &from);
		return 0;
	}
	if (argc < 7)
		usage();
	parse_end(argv[4], argv[5], &to);
	if (from.address.any.sa_family != to.address.any.sa_family)
		usage();
	if (!strcmp(argv[1], "open"))
		open_and_send(argv + 6, &from, &to);
	else if (!strcmp(argv[1], "follow"))
		follow(argv + 6, &from, &to);
	else if (!strcmp(argv[1], "send"))
		send_all(argv + 6, &from, &to, 0, 0);
	else
		usage();
	return 0;
}
