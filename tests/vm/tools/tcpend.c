// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpend connect ADDRESS PORT [COUNT [FROM]]
 * tcpend listen ADDRESS PORT
 *
 * One end of COUNT TCP connections, for the test guest: it reads nothing and says
 * nothing until a line on standard input tells it to, and does that to each of its
 * connections, which come from port FROM, FROM + 1, … if that is given:
 *
 *   say TEXT    send TEXT           shut        shutdown() for sending
 *   read        read from now on    close       close()
 *   linger      SO_LINGER with 0    linger2     TCP_LINGER2 below 0
 *   keepalive   probe after 1 s, each second, twice
 *   disconnect  connect() to AF_UNSPEC
 *   bind DEVICE SO_BINDTODEVICE, and before there is a connection of the listener
 *   hog         take memory until somebody says no
 *
 * TCPEND_SIGN in the environment: the peer's IPv4 address; what goes to it, and what comes
 * from it, is signed (TCP MD5).
 *
 * TCPEND_SHARE in the environment: others may listen at the same port (SO_REUSEPORT).
 *
 * What happens is told on standard output: "connected PORT" or "accepted PORT"
 * (the port that the client has), "got BYTES", "end", "reset", "failed WHY".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 128 };

union any_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static int connections[CONNECTIONS_MAX]; /* -1: closed */
static int connections_count;
static int listener = -1;
static bool reads;

static socklen_t parse_address(const char *text, const char *port, union any_address *out)
{
	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, text, &out->v4.sin_addr) == 1) {
		out->v4.sin_family = AF_INET;
		out->v4.sin_port = htons((uint16_t)atoi(port));
		return sizeof(out->v4);
	}
	if (inet_pton(AF_INET6, text, &out->v6.sin6_addr) == 1) {
		out->v6.sin6_family = AF_INET6;
		out->v6.sin6_port = htons((uint16_t)atoi(port));
		return sizeof(out->v6);
	}
	fprintf(stderr, "tcpend: no address: %s\n", text);
	exit(2);
}

static unsigned int port_of(int fd, int (*get)(int, struct sockaddr *, socklen_t *))
{
	union any_address address = { 0 };
	socklen_t length = sizeof(address);

	get(fd, &address.any, &length);
	return ntohs(address.v4.sin_port); /* at the same place in both */
}

static void keep(int fd, const char *what, unsigned int port)
{
	if (connections_count == CONNECTIONS_MAX) {
		fprintf(stderr, "tcpend: too many connections\n");
		exit(1);
	}
	connections[connections_count++] = fd;
	printf("%s %u\n", what, port);
}

static void sign(int fd)
{
	const char *peer = getenv("TCPEND_SIGN");
	struct tcp_md5sig key = { .tcpm_keylen = 6, .tcpm_key = "secret" };
	union any_address address;

	if (!peer)
		return;
	parse_address(peer, "0", &address);
	memcpy(&key.tcpm_addr, &address, sizeof(address));
	if (setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, &key, sizeof(key))) {
		perror("tcpend: TCP_MD5SIG");
		exit(1);
	}
}

/* From any port, if that is 0. */
static bool come_from(int fd, sa_family_t family, unsigned int port)
{
	union any_address from = { .any.sa_family = family };
	int one = 1;

	if (!port)
		return true;
	from.v4.sin_port = htons((uint16_t)port); /* at the same place in both */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	return !bind(fd, &from.any, family == AF_INET ? sizeof(from.v4) : sizeof(from.v6));
}

static void connect_to(const union any_address *to, socklen_t length, unsigned int from)
{
	int fd = socket(to->any.sa_family, SOCK_STREAM, 0);

	if (fd >= 0)
		sign(fd);
	if (fd < 0 || !come_from(fd, to->any.sa_family, from) || connect(fd, &to->any, length)) {
		printf("failed %s\n", strerror(errno));
		if (fd >= 0)
			close(fd);
		return;
	}
	keep(fd, "connected", port_of(fd, getsockname));
}

static void listen_at(const union any_address *at, socklen_t length)
{
	int one = 1;

	listener = socket(at->any.sa_family, SOCK_STREAM, 0);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (getenv("TCPEND_SHARE"))
		setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
	sign(listener);
	if (bind(listener, &at->any, length) || listen(listener, CONNECTIONS_MAX)) {
		perror("tcpend: listen");
		exit(1);
	}
}

static void accept_one(void)
{
	int fd = accept(listener, NULL, NULL);

	if (fd >= 0)
		keep(fd, "accepted", port_of(fd, getpeername));
}

static void read_some(int *fd)
{
	char buffer[4096];
	ssize_t n = read(*fd, buffer, sizeof(buffer));

	if (n > 0) {
		printf("got %zd\n", n);
		return;
	}
	puts(n ? "reset" : "end");
	/* Half-closed is no reason to hang up; of a reset nothing is left. */
	if (n)
		close(*fd);
	*fd = n ? -1 : ~*fd - 1; /* -2 - fd: open, and nothing more to read */
}

static int set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value));
}

static void obey_one(const char *line, int fd)
{
	const struct linger at_once = { .l_onoff = 1 };
	const struct sockaddr nobody = { .sa_family = AF_UNSPEC };
	int error = 0;

	if (!strncmp(line, "say ", 4))
		error = send(fd, line + 4, strlen(line + 4), MSG_NOSIGNAL) < 0;
	else if (!strcmp(line, "shut"))
		error = shutdown(fd, SHUT_WR);
	else if (!strcmp(line, "close"))
		error = close(fd);
	else if (!strcmp(line, "linger"))
		error = setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	else if (!strcmp(line, "linger2"))
		error = set(fd, IPPROTO_TCP, TCP_LINGER2, -1);
	else if (!strcmp(line, "keepalive"))
		error = set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 1) ||
			set(fd, IPPROTO_TCP, TCP_KEEPINTVL, 1) ||
			set(fd, IPPROTO_TCP, TCP_KEEPCNT, 2) ||
			set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	else if (!strncmp(line, "bind ", 5))
		error = setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, line + 5,
				   (socklen_t)strlen(line + 5));
	else if (!strcmp(line, "disconnect"))
		error = connect(fd, &nobody, sizeof(nobody));
	if (error)
		printf("failed %s\n", strerror(errno));
}

static void hog(void)
{
	const size_t some = 1 << 20;
	char *taken;

	while ((taken = malloc(some)))
		memset(taken, 1, some);
}

static void obey(const char *line)
{
	if (!strcmp(line, "hog"))
		hog();
	if (!strcmp(line, "read"))
		reads = true;
	if (!strncmp(line, "bind ", 5) && listener >= 0 && !connections_count)
		obey_one(line, listener);
	for (int i = 0; i < connections_count; i++) {
		int fd = connections[i];

		if (fd == -1)
			continue;
		obey_one(line, fd < 0 ? -2 - fd : fd);
		if (!strcmp(line, "close"))
			connections[i] = -1;
	}
}

static bool obey_input(void)
{
	static char input[1024];
	static size_t used;
	ssize_t n = read(0, input + used, sizeof(input) - 1 - used);
	char *end;

	if (n <= 0)
		return false;
	used += (size_t)n;
	input[used] = 0;
	while ((end = strchr(input, '\n'))) {
		*end = 0;
		obey(input);
		used -= (size_t)(end + 1 - input);
		memmove(input, end + 1, used + 1);
	}
	return used < sizeof(input) - 1;
}

static bool wait_and_act(void)
{
	struct pollfd polled[CONNECTIONS_MAX + 2] = {
		{ .fd = 0, .events = POLLIN },
		{ .fd = listener, .events = POLLIN },
	};
	int count = connections_count;

	/* A negative descriptor is none to poll. */
	for (int i = 0; i < count; i++)
		polled[i + 2] =
			(struct pollfd){ .fd = reads ? connections[i] : -1, .events = POLLIN };
	if (poll(polled, (nfds_t)count + 2, -1) < 0)
		return errno == EINTR;
	for (int i = 0; i < count; i++)
		if (polled[i + 2].revents)
			read_some(&connections[i]);
	if (polled[1].revents)
		accept_one();
	return !polled[0].revents || obey_input();
}

int main(int argc, char **argv)
{
	union any_address address;
	unsigned int count, from;
	socklen_t length;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 4 || (strcmp(argv[1], "connect") && strcmp(argv[1], "listen"))) {
		fprintf(stderr, "usage: tcpend connect|listen ADDRESS PORT [COUNT [FROM]]\n");
		return 2;
	}
	length = parse_address(argv[2], argv[3], &address);
	count = argc > 4 ? (unsigned int)atoi(argv[4]) : 1;
	from = argc > 5 ? (unsigned int)atoi(argv[5]) : 0;
	if (!strcmp(argv[1], "listen"))
		listen_at(&address, length);
	else
		for (unsigned int i = 0; i < count; i++)
			connect_to(&address, length, from ? from + i : 0);
	while (wait_and_act())
		;
	return 0;
}
