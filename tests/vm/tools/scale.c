// SPDX-License-Identifier: GPL-2.0-only
/*
 * A large node, for make bench-scale: namespaces by the hundred, sockets by the
 * hundred thousand, storms of resets; and what a command took.
 *
 * scale node NAMESPACES SOCKETS       connections to itself, spread evenly; "ready N"
 * scale serve ADDRESS PORT RATE       on SIGUSR1 says a byte on each connection
 * scale hold ADDRESS PORT COUNT       connects, says "held", and rests
 * scale acks FROM TO PORT COUNT RATE  mid-stream segments of flows that nobody has
 *     RATE a second, 0: as fast as it goes
 * scale syns FROM TO PORT COUNT RATE PORTS
 *     SYNs to so many ports from PORT on, in turn
 * scale scan ADDRESS COUNT            a datagram to each of so many ports: an entry each
 * scale timed FILE COMMAND [ARG...]   runs it, passes SIGINT on; one JSON object
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { NODE_PORT = 7000, NAMED_EVERY = 3, FIRST_SOURCE_PORT = 1024, SOURCE_PORTS = 60000 };

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void allow_files(rlim_t count)
{
	struct rlimit limit = { count, count };

	if (setrlimit(RLIMIT_NOFILE, &limit))
		die("RLIMIT_NOFILE");
}

static struct sockaddr_in address_of(const char *address, int port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };

	if (inet_pton(AF_INET, address, &in.sin_addr) != 1)
		die(address);
	return in;
}

static int listen_at(const char *address, int port)
{
	struct sockaddr_in in = address_of(address, port);
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&in, sizeof(in)) || listen(fd, 4096))
		die("listen");
	return fd;
}

static int connect_to(const char *address, int port)
{
	struct sockaddr_in in = address_of(address, port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&in, sizeof(in)))
		die("connect");
	return fd;
}

/* ---- a node ---- */

static void raise_loopback(void)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	request.ifr_flags = IFF_UP | IFF_RUNNING;
	if (ioctl(fd, SIOCSIFFLAGS, &request))
		die("lo");
	close(fd);
}

/* As `ip netns add` does; docker's have no such name, so most here have none. */
static void name_namespace(int index)
{
	char path[64];

	snprintf(path, sizeof(path), "/run/netns/scale%d", index);
	close(open(path, O_CREAT | O_RDONLY | O_CLOEXEC, 0444));
	if (mount("/proc/self/ns/net", path, NULL, MS_BIND, NULL))
		die(path);
}

/* Not by a shell: busybox's has an ip of its own. */
static void run_ip(char *const *arguments)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		execvp("ip", arguments);
		die("ip");
	}
	if (waitpid(pid, &status, 0) != pid || status)
		die("ip failed");
}

/* An interface and an address as a container has. */
static void make_address(int index, char address[32])
{
	snprintf(address, 32, "10.99.%d.%d/16", index / 250, index % 250 + 1);
	run_ip((char *[]){ "ip", "link", "add", "eth0", "type", "dummy", NULL });
	run_ip((char *[]){ "ip", "addr", "add", address, "dev", "eth0", NULL });
	run_ip((char *[]){ "ip", "link", "set", "eth0", "up", NULL });
	*strchr(address, '/') = '\0';
}

static _Noreturn void be_container(int index, int connections, int ready_fd)
{
	char address[32];
	int listener;

	if (unshare(CLONE_NEWNET))
		die("unshare");
	raise_loopback();
	if (index % NAMED_EVERY == 0)
		name_namespace(index);
	make_address(index, address);
	listener = listen_at(address, NODE_PORT);
	for (int i = 0; i < connections; i++) {
		connect_to(address, NODE_PORT);
		if (accept(listener, NULL, NULL) < 0)
			die("accept");
	}
	if (write(ready_fd, "x", 1) != 1)
		die("ready");
	for (;;)
		pause();
}

static int make_node(int namespaces, int sockets)
{
	int ready[2], connections = sockets / 2 / namespaces, done = 0;
	char byte;

	allow_files((rlim_t)(2 * connections + 64));
	if (pipe(ready))
		die("pipe");
	for (int i = 0; i < namespaces; i++)
		if (!fork())
			be_container(i, connections, ready[1]);
	close(ready[1]);
	while (done < namespaces && read(ready[0], &byte, 1) == 1)
		done++;
	printf("ready %d\n", done * 2 * connections);
	fflush(stdout);
	for (;;)
		pause();
}

/* ---- the two ends of flows ---- */

static void add_to(int epoll_fd, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static int open_said(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* By descriptor: which are connections. */
static char is_open[1 << 20];

/* The i-th of something is due; at most so many a second. 0: as fast as it goes. */
static void pace(int i, int rate)
{
	static uint64_t start_us;
	struct timespec t;
	int64_t early_us;

	clock_gettime(CLOCK_MONOTONIC, &t);
	early_us = (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
	if (!i)
		start_us = (uint64_t)early_us;
	if (!rate)
		return;
	early_us = (int64_t)start_us + (int64_t)i * 1000000 / rate - early_us;
	if (early_us > 10000)
		usleep((useconds_t)early_us);
}

static void say_to_all(int rate)
{
	int said = 0;

	for (int fd = 0; fd < (int)sizeof(is_open); fd++)
		if (is_open[fd]) {
			pace(said++, rate);
			send(fd, "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
		}
}

static _Noreturn void serve(const char *address, int port, int rate)
{
	int epoll_fd = epoll_create1(0), said = open_said(), listener = listen_at(address, port);
	struct epoll_event events[256];
	struct signalfd_siginfo info;
	char byte[64];

	allow_files(sizeof(is_open));
	add_to(epoll_fd, said);
	add_to(epoll_fd, listener);
	for (;;) {
		int count = epoll_wait(epoll_fd, events, 256, -1);

		for (int i = 0; i < count; i++) {
			int fd = events[i].data.fd;

			if (fd == said) {
				if (read(said, &info, sizeof(info)) > 0)
					say_to_all(rate);
			} else if (fd == listener) {
				fd = accept(listener, NULL, NULL);
				if (fd >= 0) {
					is_open[fd] = 1;
					add_to(epoll_fd, fd);
				}
			} else if (read(fd, byte, sizeof(byte)) <= 0) {
				is_open[fd] = 0;
				close(fd);
			}
		}
	}
}

static _Noreturn void hold(const char *address, int port, int count)
{
	allow_files((rlim_t)count + 64);
	for (int i = 0; i < count; i++)
		connect_to(address, port);
	printf("held\n");
	fflush(stdout);
	for (;;)
		pause();
}

/* ---- a storm ---- */

static uint16_t checksum(const struct tcphdr *tcp, uint32_t src, uint32_t dst)
{
	struct {
		uint32_t src, dst;
		uint16_t protocol, len;
		struct tcphdr tcp;
	} pseudo = { src, dst, htons(IPPROTO_TCP), htons(sizeof(*tcp)), *tcp };
	uint16_t words[sizeof(pseudo) / 2];
	uint32_t sum = 0;

	memcpy(words, &pseudo, sizeof(words));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		sum += words[i];
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t) ~(sum + (sum >> 16));
}

/* `ports` 0: mid-stream segments to one port; else SYNs to so many. */
static int flood(const char *from, const char *to, int port, int count, int rate, int ports)
{
	struct sockaddr_in src = address_of(from, 0), dst = address_of(to, 0);
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_TCP);

	if (fd < 0 || bind(fd, (struct sockaddr *)&src, sizeof(src)))
		die("raw socket");
	for (int i = 0; i < count; i++) {
		struct tcphdr tcp = {
			.th_sport = htons((uint16_t)(FIRST_SOURCE_PORT + i % SOURCE_PORTS)),
			.th_dport =
				htons((uint16_t)(port + (ports ? i % ports : i / SOURCE_PORTS))),
			.th_seq = htonl(1),
			.th_ack = htonl(!ports),
			.th_off = 5,
			.th_flags = ports ? TH_SYN : TH_ACK,
			.th_win = htons(1024)
		};

		pace(i, rate);
		tcp.th_sum = checksum(&tcp, src.sin_addr.s_addr, dst.sin_addr.s_addr);
		/* The other end's queue is full, and the packet was dropped there. */
		while (sendto(fd, &tcp, sizeof(tcp), 0, (struct sockaddr *)&dst, sizeof(dst)) < 0)
			if (errno != ENOBUFS || usleep(1000))
				die("send");
	}
	return 0;
}

/* Each may be answered by an ICMP error, which the next call returns. */
static int scan(const char *address, int count)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0)
		die("socket");
	for (int i = 0; i < count; i++) {
		struct sockaddr_in to = address_of(address, 1024 + i);

		if (sendto(fd, "", 1, 0, (struct sockaddr *)&to, sizeof(to)) < 0 &&
		    errno != ECONNREFUSED && errno != ENOBUFS)
			die("send");
	}
	return 0;
}

/* ---- what it took ---- */

static pid_t timed_child;

static void pass_on(int signal)
{
	kill(timed_child, signal);
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static long ms_of(const struct timeval *t)
{
	return t->tv_sec * 1000 + t->tv_usec / 1000;
}

static int timed(const char *file, char **command)
{
	uint64_t start = now_ms();
	struct rusage usage;
	FILE *out;
	int status;

	timed_child = fork();
	if (!timed_child) {
		execvp(command[0], command);
		die(command[0]);
	}
	signal(SIGINT, pass_on);
	while (wait4(timed_child, &status, 0, &usage) < 0 && errno == EINTR)
		;
	out = fopen(file, "w");
	if (!out)
		die(file);
	fprintf(out,
		"{\"ms\":%lu,\"cpu_user_ms\":%ld,\"cpu_system_ms\":%ld,\"peak_kb\":%ld,\"exit\":%d}\n",
		(unsigned long)(now_ms() - start), ms_of(&usage.ru_utime), ms_of(&usage.ru_stime),
		usage.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	return fclose(out) ? 1 : 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "node") && argc == 4)
		return make_node(atoi(argv[2]), atoi(argv[3]));
	if (!strcmp(what, "serve") && argc == 5)
		serve(argv[2], atoi(argv[3]), atoi(argv[4]));
	if (!strcmp(what, "hold") && argc == 5)
		hold(argv[2], atoi(argv[3]), atoi(argv[4]));
	if (!strcmp(what, "acks") && argc == 7)
		return flood(argv[2], argv[3], atoi(argv[4]), atoi(argv[5]), atoi(argv[6]), 0);
	if (!strcmp(what, "syns") && argc == 8)
		return flood(argv[2], argv[3], atoi(argv[4]), atoi(argv[5]), atoi(argv[6]),
			     atoi(argv[7]));
	if (!strcmp(what, "scan") && argc == 4)
		return scan(argv[2], atoi(argv[3]));
	if (!strcmp(what, "timed") && argc > 3)
		return timed(argv[2], argv + 3);
	fprintf(stderr, "usage: see the head of scale.c\n");
	return 2;
}
