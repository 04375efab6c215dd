// SPDX-License-Identifier: GPL-2.0-only
#include "node/sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "node/built_in.h"
#include "node/netlink.h"

/* 2 million sockets are 120 MB; past that the list is not whole. */
enum { ROWS_MAX = 2000000, LINE_BYTES = 512 };

void sockets_release(struct sockets *s)
{
	free(s->rows);
	memset(s, 0, sizeof(*s));
}

static bool has_state(uint32_t states, uint8_t state)
{
	return state < SOCKET_STATES && (states >> state & 1);
}

bool socket_is_open(const struct socket_row *row)
{
	if (row->state == SOCKET_SYN_SENT)
		return row->is_asking;
	if (row->state == SOCKET_ESTABLISHED || row->state == SOCKET_CLOSE_WAIT)
		return true;
	/* Half closed with shutdown(), it still waits; closed, nobody does. */
	return (row->state == SOCKET_FIN_WAIT1 || row->state == SOCKET_FIN_WAIT2) && row->inode;
}

void socket_row_normalize(struct socket_row *row)
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
	struct address *sides[] = { &row->tuple.src, &row->tuple.dst };

	if (row->family != AF_INET6 || memcmp(row->tuple.src.bytes, mapped, sizeof(mapped)) != 0 ||
	    memcmp(row->tuple.dst.bytes, mapped, sizeof(mapped)) != 0)
		return;
	row->family = AF_INET;
	for (size_t i = 0; i < 2; i++) {
		memmove(sides[i]->bytes, sides[i]->bytes + sizeof(mapped), 4);
		memset(sides[i]->bytes + 4, 0, sizeof(mapped));
	}
}

int sockets_append(struct sockets *s, const struct socket_row *row)
{
	if (s->count == ROWS_MAX)
		return -E2BIG;
	if (!array_reserve(&s->rows, &s->size, s->count + 1, sizeof(*s->rows)))
		return -ENOMEM;
	s->rows[s->count++] = *row;
	return 0;
}

/* ---- sock_diag ---- */

/* Whether sock_diag can be asked without loading a module. */
static bool has_diag(void)
{
	/* Each loads the other's family on demand ("net-pf-16-proto-4-type-2-6"). */
	return module_is_here("tcp_diag");
}

bool sockets_show_bindings(void)
{
	return has_diag();
}

static uint8_t timer_of(unsigned int kernels)
{
	return kernels < SOCKET_TIMER_PROBE ? (uint8_t)(kernels + 1) : SOCKET_TIMER_UNKNOWN;
}

struct answer {
	struct sockets *sockets; /* a list */
	struct socket_row *row;  /* or one */
	uint32_t netns;
	int err;
};

static int take_message(const struct nlmsghdr *header, void *data)
{
	const struct inet_diag_msg *m = mnl_nlmsg_get_payload(header);
	const struct nlattr *v6only;
	struct answer *answer = data;
	struct socket_row row = { .netns = answer->netns };

	if ((header->nlmsg_type != SOCK_DIAG_BY_FAMILY && header->nlmsg_type != TCPDIAG_GETSOCK) ||
	    mnl_nlmsg_get_payload_len(header) < sizeof(*m))
		return MNL_CB_OK;
	row.family = m->idiag_family;
	row.state = m->idiag_state;
	row.inode = m->idiag_inode;
	row.bound_ifindex = m->id.idiag_if;
	row.timer = timer_of(m->idiag_timer);
	row.timer_ms = m->idiag_expires;
	row.receive_queue = m->idiag_rqueue;
	row.send_queue = m->idiag_wqueue;
	row.tuple.sport = ntohs(m->id.idiag_sport);
	row.tuple.dport = ntohs(m->id.idiag_dport);
	memcpy(row.tuple.src.bytes, m->id.idiag_src, row.family == AF_INET ? 4 : 16);
	memcpy(row.tuple.dst.bytes, m->id.idiag_dst, row.family == AF_INET ? 4 : 16);
	/* Of listeners without being asked for (inet_diag_msg_attrs_fill()). */
	v6only = netlink_find(header, sizeof(*m), INET_DIAG_SKV6ONLY);
	row.is_v6only = netlink_u8(v6only, 0);
	socket_row_normalize(&row);
	if (answer->sockets)
		answer->err = sockets_append(answer->sockets, &row);
	else
		*answer->row = row;
	/* One answer is no list, and has no end. */
	return answer->err || answer->row ? MNL_CB_STOP : MNL_CB_OK;
}

static struct inet_diag_req_v2 *begin_request(void *buf, uint8_t family)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(buf);
	struct inet_diag_req_v2 *request;

	header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	header->nlmsg_flags = NLM_F_REQUEST;
	header->nlmsg_seq = 1;
	request = mnl_nlmsg_put_extra_header(header, sizeof(*request));
	request->sdiag_family = family;
	request->sdiag_protocol = IPPROTO_TCP;
	return request;
}

static int ask(struct mnl_socket *nl, const void *request, struct answer *answer)
{
	int err = netlink_ask(nl, request, take_message, answer);

	return answer->err ? answer->err : err;
}

/* Not kept: an open netlink socket would keep a namespace alive that is to go. */
static struct mnl_socket *open_diag(void)
{
	return netlink_open(NETLINK_SOCK_DIAG, 0);
}

/* Both families by one walk over the kernel's table, which holds the sockets of all
 * namespaces: by the older request, which names none. */
static int list_by_diag(struct sockets *s, uint32_t netns, uint32_t states)
{
	struct answer answer = { .sockets = s, .netns = netns };
	struct mnl_socket *nl = open_diag();
	struct inet_diag_req *request;
	struct nlmsghdr *header;
	_Alignas(8) char buf[256];
	int err;

	if (!nl)
		return -errno;
	header = mnl_nlmsg_put_header(buf);
	header->nlmsg_type = TCPDIAG_GETSOCK;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	header->nlmsg_seq = 1;
	request = mnl_nlmsg_put_extra_header(header, sizeof(*request));
	request->idiag_family = AF_INET;
	request->idiag_states = states;
	err = ask(nl, buf, &answer);
	mnl_socket_close(nl);
	return err;
}

static int look_up_by_diag(struct mnl_socket *nl, struct socket_row *row)
{
	struct socket_row found = { .netns = row->netns };
	struct answer answer = { .row = &found, .netns = row->netns };
	uint32_t states = SOCKETS_OPEN | (row->is_asking ? SOCKETS_ASKING : 0);
	size_t size = row->family == AF_INET ? 4 : 16;
	struct inet_diag_req_v2 *request;
	_Alignas(8) char buf[256];
	int err;

	request = begin_request(buf, row->family);
	request->idiag_states = states;
	request->id.idiag_sport = htons(row->tuple.sport);
	request->id.idiag_dport = htons(row->tuple.dport);
	memcpy(request->id.idiag_src, row->tuple.src.bytes, size);
	memcpy(request->id.idiag_dst, row->tuple.dst.bytes, size);
	request->id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
	request->id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	err = ask(nl, buf, &answer);
	/* The kernel falls back to a listener on that port. */
	if (err == -ENOENT || (!err && !tuple_equal(&found.tuple, &row->tuple)))
		found.state = SOCKET_NONE;
	else if (err)
		return err;
	if (!has_state(states, found.state))
		found.state = SOCKET_NONE;
	row->state = found.state;
	row->inode = found.inode;
	row->bound_ifindex = found.bound_ifindex;
	return 0;
}

/* ---- /proc ---- */

/* The kernel prints 32-bit words of the address as it finds them in memory. */
static bool parse_endpoint(const char *text, size_t words, struct address *a, uint16_t *port)
{
	unsigned int value;

	memset(a, 0, sizeof(*a));
	for (size_t i = 0; i < words; i++) {
		uint32_t word;

		if (sscanf(text + i * 8, "%8x", &value) != 1)
			return false;
		word = value;
		memcpy(a->bytes + i * 4, &word, sizeof(word));
	}
	if (sscanf(text + words * 8, ":%4x", &value) != 1)
		return false;
	*port = (uint16_t)value;
	return true;
}

bool sockets_parse_line(const char *line, uint8_t family, struct socket_row *out)
{
	char local[48], remote[48];
	unsigned int state, sending, receiving, timer;
	unsigned long inode, when;
	size_t words = family == AF_INET ? 1 : 4;

	/* sl local rem st tx:rx tr:when retrnsmt uid timeout inode */
	if (sscanf(line, " %*u: %47s %47s %2x %8x:%8x %2x:%8lx %*s %*u %*u %lu", local, remote,
		   &state, &sending, &receiving, &timer, &when, &inode) != 8 ||
	    strlen(local) != words * 8 + 5 || strlen(remote) != words * 8 + 5)
		return false;
	memset(out, 0, sizeof(*out));
	out->family = family;
	out->state = (uint8_t)state;
	out->inode = (uint32_t)inode;
	out->timer = timer_of(timer);
	out->timer_ms = (uint32_t)(when * 1000 / (unsigned long)sysconf(_SC_CLK_TCK));
	out->receive_queue = receiving;
	out->send_queue = sending;
	if (!parse_endpoint(local, words, &out->tuple.src, &out->tuple.sport) ||
	    !parse_endpoint(remote, words, &out->tuple.dst, &out->tuple.dport))
		return false;
	socket_row_normalize(out);
	return true;
}

typedef int (*row_fn)(void *ctx, const struct socket_row *row);

static int read_proc(const char *path, uint8_t family, row_fn take, void *ctx)
{
	FILE *file = fopen(path, "re");
	char line[LINE_BYTES];
	struct socket_row row;
	int err = 0;

	if (!file) /* no IPv6 is no error */
		return errno == ENOENT && family == AF_INET6 ? 0 : -errno;
	while (!err && fgets(line, sizeof(line), file))
		if (sockets_parse_line(line, family, &row))
			err = take(ctx, &row);
	fclose(file);
	return err;
}

/* The thread's own: it may be in another namespace than its process. */
static int read_both(row_fn take, void *ctx)
{
	int err = read_proc("/proc/thread-self/net/tcp", AF_INET, take, ctx);

	return err ? err : read_proc("/proc/thread-self/net/tcp6", AF_INET6, take, ctx);
}

struct listing {
	struct sockets *sockets;
	uint32_t netns;
	uint32_t states;
};

static int take_listed(void *ctx, const struct socket_row *row)
{
	struct listing *l = ctx;
	struct socket_row copy = *row;

	if (!has_state(l->states, row->state))
		return 0;
	copy.netns = l->netns;
	return sockets_append(l->sockets, &copy);
}

int sockets_list(struct sockets *s, uint32_t netns, uint32_t states)
{
	struct listing listing = { .sockets = s, .netns = netns, .states = states };

	if (has_diag())
		return list_by_diag(s, netns, states);
	return read_both(take_listed, &listing);
}

static int compare_tuples(const void *a, const void *b)
{
	const struct socket_row *x = a, *y = b;

	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	return memcmp(&x->tuple, &y->tuple, sizeof(x->tuple));
}

static void take_found(struct socket_row *row, const struct socket_row *found)
{
	if (found && found->state == SOCKET_SYN_SENT && !row->is_asking)
		found = NULL;
	row->state = found ? found->state : SOCKET_NONE;
	row->inode = found ? found->inode : 0;
	row->bound_ifindex = found ? found->bound_ifindex : 0;
}

/* One reading serves all of them that are in `state` yet. */
static void find_in(struct sockets *all, struct socket_row *rows, size_t count, uint8_t state)
{
	if (all->count)
		qsort(all->rows, all->count, sizeof(*all->rows), compare_tuples);
	for (size_t i = 0; i < count; i++)
		if (rows[i].state == state)
			take_found(&rows[i], all->count ?
						     bsearch(&rows[i], all->rows, all->count,
							     sizeof(*all->rows), compare_tuples) :
						     NULL);
}

static void look_up_in_proc(struct socket_row *rows, size_t count)
{
	struct sockets all = { 0 };
	struct listing listing = { .sockets = &all, .states = SOCKETS_OPEN | SOCKETS_ASKING };

	if (!read_both(take_listed, &listing))
		find_in(&all, rows, count, SOCKET_UNKNOWN);
	sockets_release(&all);
}

int sockets_find_bound(struct socket_row *rows, size_t count)
{
	struct sockets all = { 0 };
	size_t missed = 0;
	int err;

	for (size_t i = 0; i < count; i++)
		missed += rows[i].state == SOCKET_NONE;
	if (!missed || !has_diag()) /* /proc has them all */
		return 0;
	err = sockets_list(&all, 0, SOCKETS_OPEN | SOCKETS_ASKING);
	if (!err)
		find_in(&all, rows, count, SOCKET_NONE);
	for (size_t i = 0; err && i < count; i++)
		if (rows[i].state == SOCKET_NONE)
			rows[i].state = SOCKET_UNKNOWN;
	sockets_release(&all);
	return err;
}

void sockets_look_up_all(struct socket_row *rows, size_t count)
{
	struct mnl_socket *nl;

	for (size_t i = 0; i < count; i++)
		rows[i].state = SOCKET_UNKNOWN;
	if (!has_diag()) {
		look_up_in_proc(rows, count);
		return;
	}
	nl = open_diag();
	for (size_t i = 0; nl && i < count; i++)
		look_up_by_diag(nl, &rows[i]);
	if (nl)
		mnl_socket_close(nl);
}

int sockets_look_up(struct socket_row *row)
{
	sockets_look_up_all(row, 1);
	sockets_find_bound(row, 1);
	return row->state == SOCKET_UNKNOWN ? -EIO : 0;
}
