// SPDX-License-Identifier: GPL-2.0-only
#include "node/socket_census.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/array.h"

/* As many as sockets_append() takes. */
enum { SOCKETS_MAX = 2000000, LINE_BYTES = 256 };

/* ---- taking ---- */

struct taking {
	struct socket_census *census;
	uint32_t walker_jiffies, walker_seconds; /* net.ipv4.tcp_keepalive_time */
};

static void read_row(const struct socket_record *r, struct socket_row *out)
{
	out->family = r->family;
	out->state = r->state;
	out->inode = r->inode;
	out->netns = r->netns;
	out->bound_ifindex = r->bound_ifindex;
	/* As sock_diag has it. */
	out->is_v6only = r->state == SOCKET_LISTEN && (r->flags & SOCKET_RECORD_V6ONLY);
	if (r->flags & SOCKET_RECORD_MPTCP)
		return;
	out->tuple.sport = r->sport;
	out->tuple.dport = r->dport;
	memcpy(out->tuple.src.bytes, r->src, sizeof(out->tuple.src.bytes));
	memcpy(out->tuple.dst.bytes, r->dst, sizeof(out->tuple.dst.bytes));
	socket_row_normalize(out);
}

/* In jiffies as yet: the last record may be the first that tells what they are. */
static int take_record(void *ctx, const struct socket_record *r)
{
	struct taking *t = ctx;
	struct socket_census *c = t->census;
	struct held_socket *s;

	if (c->count == SOCKETS_MAX)
		return -E2BIG;
	if (!array_reserve(&c->sockets, &c->size, c->count + 1, sizeof(*c->sockets)))
		return -ENOMEM;
	s = &c->sockets[c->count++];
	*s = (struct held_socket){
		.id = r->id,
		.cookie = r->cookie,
		.pid = r->tgid,
		.tid = r->pid,
		.fd = r->fd,
		.start_ns = r->start_boottime_ns,
		.receive_queue = r->receive_queue,
		.send_queue = r->send_queue,
		.is_kept_alive = r->flags & SOCKET_RECORD_KEEPALIVE,
		.keepalive_probes = r->keepalive_probes,
		.keepalive_time_ms = r->keepalive_time,
		.keepalive_interval_ms = r->keepalive_interval,
		.user_timeout_ms = r->user_timeout_ms,
		.is_mptcp = r->flags & SOCKET_RECORD_MPTCP,
	};
	memcpy(s->comm, r->comm, sizeof(s->comm));
	read_row(r, &s->row);
	t->walker_jiffies = r->walker_keepalive_time;
	return 0;
}

/* By namespace, and of one socket's descriptors the one that counts first. */
static int compare(const void *a, const void *b)
{
	const struct held_socket *x = a, *y = b;

	if (x->row.netns != y->row.netns)
		return x->row.netns < y->row.netns ? -1 : 1;
	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	if (x->start_ns != y->start_ns)
		return x->start_ns < y->start_ns ? -1 : 1;
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	if (x->tid != y->tid)
		return x->tid < y->tid ? -1 : 1;
	return x->fd < y->fd ? -1 : x->fd > y->fd;
}

static void keep_each_once(struct socket_census *c)
{
	size_t kept = 0;

	if (c->count)
		qsort(c->sockets, c->count, sizeof(*c->sockets), compare);
	for (size_t i = 0; i < c->count; i++)
		if (!kept || c->sockets[kept - 1].id != c->sockets[i].id ||
		    c->sockets[kept - 1].row.netns != c->sockets[i].row.netns)
			c->sockets[kept++] = c->sockets[i];
	c->count = kept;
}

static int compare_inodes(const void *a, const void *b, void *sockets)
{
	const struct held_socket *all = sockets;
	uint32_t x = all[*(const uint32_t *)a].row.inode, y = all[*(const uint32_t *)b].row.inode;

	return x < y ? -1 : x > y;
}

static int index_inodes(struct socket_census *c)
{
	c->by_inode = malloc((c->count ? c->count : 1) * sizeof(*c->by_inode));
	if (!c->by_inode)
		return -ENOMEM;
	for (size_t i = 0; i < c->count; i++)
		c->by_inode[i] = (uint32_t)i;
	qsort_r(c->by_inode, c->count, sizeof(*c->by_inode), compare_inodes, c->sockets);
	return 0;
}

/* The kernel's own unit, which no interface tells: the same setting in both units tells it. */
static uint32_t find_hz(const struct taking *t)
{
	if (!t->walker_seconds || t->walker_jiffies % t->walker_seconds)
		return 0;
	return t->walker_jiffies / t->walker_seconds;
}

static uint32_t to_ms(uint32_t jiffies, uint32_t hz)
{
	uint64_t ms = hz ? (uint64_t)jiffies * 1000 / hz : 0;

	return ms <= UINT32_MAX ? (uint32_t)ms : UINT32_MAX;
}

/* Of the namespace that the thread is in, whose value the walk tells, too. */
static uint32_t read_keepalive_time(void)
{
	FILE *file = fopen("/proc/sys/net/ipv4/tcp_keepalive_time", "re");
	unsigned int seconds = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%u", &seconds) != 1)
		seconds = 0;
	fclose(file);
	return seconds;
}

static int finish(struct taking *t)
{
	struct socket_census *c = t->census;

	c->hz = find_hz(t);
	for (size_t i = 0; i < c->count; i++) {
		struct held_socket *s = &c->sockets[i];

		s->keepalive_time_ms = to_ms(s->keepalive_time_ms, c->hz);
		s->keepalive_interval_ms = to_ms(s->keepalive_interval_ms, c->hz);
	}
	keep_each_once(c);
	return index_inodes(c);
}

int socket_census_take(struct socket_census *out, const struct socket_walk *walk,
		       uint64_t deadline_ns)
{
	struct taking taking = { .census = out, .walker_seconds = read_keepalive_time() };
	int fd = walk && walk->open ? walk->open(walk->ctx) : -ENODEV, err;

	*out = (struct socket_census){ 0 };
	if (fd < 0)
		return fd;
	err = socket_walk_read(fd, deadline_ns, take_record, &taking);
	close(fd);
	out->is_cut = err == -ETIME;
	if (!err || err == -ETIME)
		err = finish(&taking);
	if (err)
		socket_census_release(out);
	return err;
}

void socket_census_release(struct socket_census *c)
{
	free(c->sockets);
	free(c->by_inode);
	memset(c, 0, sizeof(*c));
}

/* ---- asking ---- */

static size_t first_of(const struct socket_census *c, uint64_t netns)
{
	size_t low = 0, high = c->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c->sockets[middle].row.netns < netns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct held_socket *socket_census_in(const struct socket_census *c, uint32_t netns,
					   size_t *count)
{
	size_t first = first_of(c, netns);

	*count = first_of(c, (uint64_t)netns + 1) - first;
	return c->sockets + first;
}

const struct held_socket *socket_census_find(const struct socket_census *c, uint32_t inode)
{
	size_t low = 0, high = c->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c->sockets[c->by_inode[middle]].row.inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == c->count || c->sockets[c->by_inode[low]].row.inode != inode)
		return NULL;
	return &c->sockets[c->by_inode[low]];
}

/* ---- what the kernel counts ---- */

bool socket_census_parse_count(const char *line, uint64_t *count)
{
	unsigned long long value;

	if (sscanf(line, "TCP: inuse %llu", &value) != 1 &&
	    sscanf(line, "TCP6: inuse %llu", &value) != 1)
		return false;
	*count = value;
	return true;
}

/* Those that are in the kernel's tables, orphans among them: by family of the socket, where an
 * IPv4-mapped one is an IPv6 one (sock_prot_inuse_get()). */
static int add_count(const char *path, uint64_t *sum)
{
	FILE *file = fopen(path, "re");
	char line[LINE_BYTES];
	uint64_t count;
	int err = -ENODATA;

	if (!file)
		return -errno;
	while (err && fgets(line, sizeof(line), file))
		if (socket_census_parse_count(line, &count))
			err = 0;
	fclose(file);
	if (!err)
		*sum += count;
	return err;
}

static bool is_whole(const struct socket_census *c, const struct held_socket *s, size_t count)
{
	uint64_t counted = 0, seen = 0;
	int err;

	if (c->is_cut || add_count("/proc/thread-self/net/sockstat", &counted))
		return false;
	err = add_count("/proc/thread-self/net/sockstat6", &counted);
	if (err && err != -ENOENT) /* without IPv6 there is no such file */
		return false;
	/* One that is closed or only bound is in no table. */
	for (size_t i = 0; i < count; i++)
		seen += !s[i].is_mptcp && s[i].row.state != SOCKET_CLOSE;
	return seen == counted;
}

/* As a list of sock_diag's has it. Which timer runs now is not seen: data that is not
 * acknowledged has its own, and comes before keepalive. */
static struct socket_row listed(const struct held_socket *s)
{
	struct socket_row row = s->row;

	row.receive_queue = s->receive_queue;
	row.send_queue = s->send_queue;
	row.timer = SOCKET_TIMER_NONE;
	if (row.state != SOCKET_LISTEN && s->send_queue) {
		row.timer = SOCKET_TIMER_RETRANSMIT;
	} else if (row.state != SOCKET_LISTEN && s->is_kept_alive) {
		row.timer = SOCKET_TIMER_KEEPALIVE;
		row.timer_ms = s->keepalive_time_ms;
	}
	return row;
}

int socket_census_list(const struct socket_census *c, uint32_t netns, uint32_t states,
		       struct sockets *out)
{
	size_t count;
	const struct held_socket *s = socket_census_in(c, netns, &count);
	int err = is_whole(c, s, count) ? 0 : -ENODATA;

	for (size_t i = 0; i < count && !err; i++)
		if (!s[i].is_mptcp && states >> s[i].row.state & 1) {
			struct socket_row row = listed(&s[i]);

			err = sockets_append(out, &row);
		}
	return err;
}
