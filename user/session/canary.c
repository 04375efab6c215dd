// SPDX-License-Identifier: GPL-2.0-only
#include "session/canary.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/conntrack_get.h"
#include "node/netlink.h"
#include "node/netns.h"
#include "session/canary_rules.h"

enum { CLOSED_PORT = 1, REJECTED_PORT = 2, ENTRY_TIMEOUT_S = 60, ANSWER_MS = 500, CHILD_MS = 4000 };

/* Of the documentation's (RFC 5737): what is masqueraded gets it. */
#define ADDRESS "192.0.2.1"

/* An alias goes with its address. */
static int set_up(const char *name, bool is_up)
{
	struct ifreq request = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = 0;

	if (fd < 0)
		return -errno;
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(fd, SIOCGIFFLAGS, &request))
		err = -errno;
	if (is_up)
		request.ifr_flags |= IFF_UP;
	else
		request.ifr_flags = (short)(request.ifr_flags & ~IFF_UP);
	if (!err && ioctl(fd, SIOCSIFFLAGS, &request))
		err = -errno;
	close(fd);
	return err;
}

static int add_address(void)
{
	struct ifreq request = { .ifr_name = "lo:1" };
	struct sockaddr_in address = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err;

	if (fd < 0)
		return -errno;
	inet_pton(AF_INET, ADDRESS, &address.sin_addr);
	memcpy(&request.ifr_addr, &address, sizeof(address));
	err = ioctl(fd, SIOCSIFADDR, &request) ? -errno : 0;
	close(fd);
	return err;
}

/* A rule may swallow what is sent. */
static void be_impatient(int fd)
{
	const struct timeval patience = { .tv_usec = ANSWER_MS * 1000 };

	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
}

/* A SYN to a port where nobody listens. True when it was refused, as it must. */
static bool provoke_reset(const struct sockaddr *to, socklen_t len)
{
	int fd = socket(to->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool is_refused;

	if (fd < 0)
		return false;
	be_impatient(fd);
	is_refused = connect(fd, to, len) && errno == ECONNREFUSED;
	close(fd);
	return is_refused;
}

/* A listener with one connection. */
struct connection {
	int listener, client, server; /* negative: none */
};

/* At once: a FIN that nobody answers would keep the namespace. */
static void abort_socket(int fd)
{
	const struct linger none = { .l_onoff = 1 };

	if (fd < 0)
		return;
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
	close(fd);
}

static void disconnect(struct connection *c)
{
	abort_socket(c->client);
	abort_socket(c->server);
	if (c->listener >= 0)
		close(c->listener);
}

static bool make_connection(struct connection *c)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(to);

	c->server = -1;
	c->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	c->client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->listener < 0 || c->client < 0)
		return false;
	be_impatient(c->listener);
	be_impatient(c->client);
	if (!bind(c->listener, (struct sockaddr *)&to, len) && !listen(c->listener, 1) &&
	    !getsockname(c->listener, (struct sockaddr *)&to, &len) &&
	    !connect(c->client, (struct sockaddr *)&to, len))
		c->server = accept4(c->listener, NULL, NULL, SOCK_CLOEXEC);
	if (c->server >= 0)
		be_impatient(c->server);
	return c->server >= 0;
}

/* Its client aborts it (linger 0): a reset sent by a socket, and one received by its
 * peer; and a listener is closed. */
static void provoke_abort(struct provoked *provoked)
{
	struct connection c;
	char byte;

	if (make_connection(&c)) {
		abort_socket(c.client);
		c.client = -1;
		provoked->has_abort = read(c.server, &byte, 1) < 0 && errno == ECONNRESET;
	}
	provoked->has_listener = c.listener >= 0;
	disconnect(&c);
}

static struct nlmsghdr *begin_request(void *buf, unsigned int type, unsigned int flags)
{
	return netlink_netfilter(buf, NFNL_SUBSYS_CTNETLINK, type, NLM_F_ACK | flags, AF_INET);
}

static bool ask(struct mnl_socket *socket, const struct nlmsghdr *message)
{
	return !netlink_ask(socket, message, NULL, NULL);
}

static bool make_entry(struct mnl_socket *socket)
{
	char buf[512];
	struct nlmsghdr *message = begin_request(buf, IPCTNL_MSG_CT_NEW, NLM_F_CREATE | NLM_F_EXCL);
	const struct tuple orig = { .src = { { 127, 0, 0, 1 } },
				    .dst = { { 127, 0, 0, 2 } },
				    .sport = CLOSED_PORT,
				    .dport = CLOSED_PORT };
	const struct tuple reply = {
		.src = orig.dst, .dst = orig.src, .sport = CLOSED_PORT, .dport = CLOSED_PORT
	};

	conntrack_put_tuple(message, CTA_TUPLE_ORIG, AF_INET, &orig);
	conntrack_put_tuple(message, CTA_TUPLE_REPLY, AF_INET, &reply);
	mnl_attr_put_u32(message, CTA_TIMEOUT, htonl(ENTRY_TIMEOUT_S));
	return ask(socket, message);
}

static bool flush_entries(struct mnl_socket *socket)
{
	char buf[512];

	return ask(socket, begin_request(buf, IPCTNL_MSG_CT_DELETE, 0));
}

/* An entry that is made, flushed, and made again in the removed one's place. */
static void provoke_entries(struct mnl_socket *socket, struct provoked *provoked)
{
	provoked->has_conntrack = make_entry(socket) && flush_entries(socket);
	provoked->has_insert = provoked->has_conntrack && make_entry(socket);
	if (!provoked->has_conntrack)
		snprintf(provoked->entries_why, sizeof(provoked->entries_why),
			 "conntrack refuses entries by netlink: %s", strerror(errno));
}

/* A connection that is masqueraded. Its entry is flushed and made again by the client's
 * next word (nobody else's: a packet's); then its address goes. */
static void provoke_masquerade(struct mnl_socket *socket, struct provoked *provoked)
{
	struct connection c;
	bool is_made = make_connection(&c);
	char byte;

	if (!is_made) {
		snprintf(provoked->rules_why, sizeof(provoked->rules_why),
			 "no connection could be masqueraded");
		return;
	}
	if (socket && provoked->has_conntrack && flush_entries(socket))
		provoked->has_entry = send(c.client, "x", 1, MSG_NOSIGNAL) == 1 &&
				      read(c.server, &byte, 1) == 1;
	provoked->has_masquerade = !set_up("lo:1", false);
	disconnect(&c);
}

static void provoke_rules(struct mnl_socket *socket, struct provoked *provoked)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(REJECTED_PORT),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct canary_rules rules;
	int err;

	if (!canary_rules_look(&rules, provoked->rules_why))
		return;
	/* First: what cannot be masqueraded is dropped. */
	err = add_address();
	if (!err)
		err = canary_rules_put(&rules, REJECTED_PORT);
	if (err) {
		snprintf(provoked->rules_why, sizeof(provoked->rules_why),
			 "rules of nftables are refused: %s", strerror(-err));
		return;
	}
	if (rules.has_reject)
		provoked->has_reject = provoke_reset((struct sockaddr *)&to, sizeof(to));
	if (rules.has_masquerade)
		provoke_masquerade(socket, provoked);
	provoked->has_rules = !canary_rules_remove() && rules.has_masquerade;
}

/* Where nothing is loaded by asking. */
static struct mnl_socket *open_conntrack(struct provoked *provoked)
{
	struct mnl_socket *socket;

	if (!conntrack_get_is_there()) {
		snprintf(provoked->entries_why, sizeof(provoked->entries_why),
			 "nf_conntrack_netlink is not loaded");
		return NULL;
	}
	socket = netlink_open(NETLINK_NETFILTER, 0);
	if (!socket)
		snprintf(provoked->entries_why, sizeof(provoked->entries_why), "no netlink: %s",
			 strerror(errno));
	return socket;
}

static void say_refused(struct provoked *provoked, const char *what, const char *needs, int err)
{
	bool is_privilege = err == -EPERM || err == -EACCES;

	/* So many namespaces may be made as the sysctl of that name says. */
	if (err == -ENOSPC)
		needs = " (user.max_net_namespaces)";
	snprintf(provoked->why, sizeof(provoked->why), "%s: %s%s", what, strerror(-err),
		 is_privilege || err == -ENOSPC ? needs : "");
}

static void provoke_all(struct provoked *provoked)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET,
				  .sin_port = htons(CLOSED_PORT),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
				   .sin6_port = htons(CLOSED_PORT),
				   .sin6_addr = in6addr_loopback };
	struct mnl_socket *socket;
	int err;

	provoked->insert_port = CLOSED_PORT;
	if (unshare(CLONE_NEWNET))
		return say_refused(provoked, "no network namespace can be made",
				   " (CAP_SYS_ADMIN, seccomp)", -errno);
	provoked->netns = netns_own();
	err = set_up("lo", true);
	if (err)
		return say_refused(provoked, "lo cannot be set up", " (CAP_NET_ADMIN)", err);
	if (!provoke_reset((struct sockaddr *)&v4, sizeof(v4)))
		return say_refused(provoked, "no SYN to a closed port can be sent", "", -errno);
	provoked->has_ipv6 = provoke_reset((struct sockaddr *)&v6, sizeof(v6));
	provoke_abort(provoked);
	socket = open_conntrack(provoked);
	if (socket)
		provoke_entries(socket, provoked);
	provoke_rules(socket, provoked);
	if (socket)
		mnl_socket_close(socket);
}

/* ---- the child, which lives until all that it did was looked at ---- */

static void play(int answer_fd, int end_fd)
{
	struct provoked provoked = { 0 };
	char byte;

	provoke_all(&provoked);
	if (write(answer_fd, &provoked, sizeof(provoked)) == (ssize_t)sizeof(provoked))
		while (read(end_fd, &byte, 1) < 0 && errno == EINTR)
			;
	_exit(0);
}

void canary_begin(struct canary *c, struct provoked *provoked)
{
	struct pollfd ready = { .events = POLLIN };
	int answer[2], end[2], ok;
	char path[64];

	*c = (struct canary){ .pid = -1, .end_fd = -1, .netns_fd = -1 };
	memset(provoked, 0, sizeof(*provoked));
	if (pipe2(answer, O_CLOEXEC))
		return say_refused(provoked, "no pipe can be made", "", -errno);
	if (pipe2(end, O_CLOEXEC)) {
		say_refused(provoked, "no pipe can be made", "", -errno);
		close(answer[0]);
		close(answer[1]);
		return;
	}
	c->pid = fork();
	if (c->pid == 0) {
		close(answer[0]);
		close(end[1]);
		play(answer[1], end[0]);
	}
	close(answer[1]);
	close(end[0]);
	c->end_fd = end[1];
	ready.fd = answer[0];
	ok = c->pid > 0 && poll(&ready, 1, CHILD_MS) == 1 &&
	     read(answer[0], provoked, sizeof(*provoked)) == (ssize_t)sizeof(*provoked);
	close(answer[0]);
	if (!ok)
		snprintf(provoked->why, sizeof(provoked->why),
			 "the process that provokes them died");
	snprintf(path, sizeof(path), "/proc/%d/ns/net", c->pid);
	if (ok && provoked->netns)
		c->netns_fd = open(path, O_RDONLY | O_CLOEXEC);
}

void canary_release(struct canary *c)
{
	if (c->end_fd >= 0)
		close(c->end_fd);
	if (c->pid > 0)
		while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
			;
	c->pid = c->end_fd = -1;
}

void canary_end(struct canary *c)
{
	canary_release(c);
	if (c->netns_fd >= 0)
		close(c->netns_fd);
	c->netns_fd = -1;
}
