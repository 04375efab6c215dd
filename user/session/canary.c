// SPDX-License-Identifier: GPL-2.0-only
#include "session/canary.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/conntrack_get.h"
#include "node/netlink.h"
#include "node/netns.h"

enum { CLOSED_PORT = 1, ENTRY_TIMEOUT_S = 60 };

/* The loopback brings its addresses along: a link and two address events. */
static int bring_loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (ioctl(fd, SIOCGIFFLAGS, &request))
		err = -errno;
	request.ifr_flags |= IFF_UP;
	if (!err && ioctl(fd, SIOCSIFFLAGS, &request))
		err = -errno;
	close(fd);
	return err;
}

/* A SYN to a port where nobody listens. True when it was refused, as it must. */
static bool provoke_reset(const struct sockaddr *to, socklen_t len)
{
	int fd = socket(to->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool is_refused;

	if (fd < 0)
		return false;
	is_refused = connect(fd, to, len) && errno == ECONNREFUSED;
	close(fd);
	return is_refused;
}

/* A listener with one connection, which its client aborts (linger 0): a reset sent by
 * a socket, and one received by its peer. */
static bool provoke_abort(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct linger none = { .l_onoff = 1 };
	socklen_t len = sizeof(to);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int server = -1;
	char byte;
	bool is_told = false;

	if (listener >= 0 && client >= 0 && !bind(listener, (struct sockaddr *)&to, len) &&
	    !listen(listener, 1) && !getsockname(listener, (struct sockaddr *)&to, &len) &&
	    !connect(client, (struct sockaddr *)&to, len))
		server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (server >= 0 && !setsockopt(client, SOL_SOCKET, SO_LINGER, &none, sizeof(none))) {
		close(client);
		client = -1;
		is_told = read(server, &byte, 1) < 0 && errno == ECONNRESET;
	}
	if (client >= 0)
		close(client);
	if (server >= 0)
		close(server);
	if (listener >= 0)
		close(listener);
	return is_told;
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

/* An entry that is made, flushed, and made again in the removed one's place. It goes
 * with the namespace. */
static void provoke_conntrack(struct provoked *provoked)
{
	struct mnl_socket *socket;

	/* Asking would load it. */
	if (!conntrack_get_is_there())
		return;
	socket = mnl_socket_open(NETLINK_NETFILTER);
	if (!socket)
		return;
	if (!mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID)) {
		provoked->has_conntrack = make_entry(socket) && flush_entries(socket);
		provoked->has_insert = provoked->has_conntrack && make_entry(socket);
	}
	mnl_socket_close(socket);
}

static int provoke_all(struct provoked *provoked)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET,
				  .sin_port = htons(CLOSED_PORT),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
				   .sin6_port = htons(CLOSED_PORT),
				   .sin6_addr = in6addr_loopback };
	int err;

	if (unshare(CLONE_NEWNET))
		return -errno;
	provoked->netns = netns_own();
	err = bring_loopback_up();
	if (err)
		return err;
	provoke_reset((struct sockaddr *)&v4, sizeof(v4));
	provoked->has_ipv6 = provoke_reset((struct sockaddr *)&v6, sizeof(v6));
	provoked->has_abort = provoke_abort();
	provoke_conntrack(provoked);
	return 0;
}

int canary_run(struct provoked *provoked)
{
	struct {
		struct provoked provoked;
		int err;
	} result = { .err = -EIO };
	int fds[2];
	pid_t pid;

	if (pipe(fds))
		return -errno;
	pid = fork();
	if (pid == 0) {
		memset(&result, 0, sizeof(result));
		result.err = provoke_all(&result.provoked);
		_exit(write(fds[1], &result, sizeof(result)) != (ssize_t)sizeof(result));
	}
	close(fds[1]);
	if (pid < 0 || read(fds[0], &result, sizeof(result)) != (ssize_t)sizeof(result))
		result.err = pid < 0 ? -errno : -EIO;
	close(fds[0]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	*provoked = result.provoked;
	return result.err;
}
