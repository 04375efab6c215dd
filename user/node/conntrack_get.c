// SPDX-License-Identifier: GPL-2.0-only
#include "node/conntrack_get.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "node/built_in.h"
#include "node/conntrack_list.h"
#include "node/netlink.h"
#include "node/netns.h"
#include "node/netns_opener.h"

/* A storm of resets must not make a storm of questions; finding another namespace
 * takes a walk over /proc, so those are fewer. The rings wait meanwhile: of a second
 * it may take a twentieth of work, and on a busy machine or behind a lock a half: what the
 * others of that machine take says nothing of the verdict. */
enum { QUESTIONS_PER_S = 300, FOREIGN_PER_S = 30 };
#define WORK_NS_PER_S (50 * NSEC_PER_MSEC)
#define SPENT_NS_PER_S (500 * NSEC_PER_MSEC)
/* How long one socket of another namespace is waited for: opening it takes a walk over /proc,
 * and on a busy machine the other thread has to get a CPU first. */
#define OPEN_NS (250 * NSEC_PER_MSEC)
/* With so many questions within so short a time, the whole table is asked for instead. */
enum { BURST = 16, BURST_FOREIGN = 1 };
#define BURST_NS (20 * NSEC_PER_MSEC)
/* What that may take, and its own part of each second: a table may be very long. */
#define LIST_NS (250 * NSEC_PER_MSEC)
#define LIST_NS_PER_S (100 * NSEC_PER_MSEC)

/* Namespaces that a packet may have come through, beside the own one. */
enum { PLACES_MAX = 2 };

struct spending {
	uint64_t second_ns; /* when the present second began */
	uint64_t work_ns, spent_ns;
	unsigned int asked, asked_foreign;
};

/* Questions of one kind: none of the other's time is spent on them. */
struct asking {
	struct spending one, all;
	uint64_t burst_ns; /* since when questions come one after the other, and how many */
	unsigned int burst;
	struct conntrack_list list; /* the last */
};

struct conntrack_get {
	struct netns_opener *opener;
	uint32_t own_netns;
	struct mnl_socket *own;        /* NULL: not opened yet, or it could not be */
	struct asking here, elsewhere; /* where the reset was, and where its packet came through */
	uint32_t places[PLACES_MAX];   /* that are known to track, the newest first; 0: none */
	uint64_t unasked;              /* since the start */
	uint32_t sequence;
};

struct conntrack_get *conntrack_get_new(void)
{
	struct conntrack_get *lookup = calloc(1, sizeof(*lookup));

	if (!lookup)
		return NULL;
	lookup->own_netns = netns_own();
	lookup->opener = netns_opener_new();
	if (lookup->opener)
		return lookup;
	free(lookup);
	return NULL;
}

void conntrack_get_free(struct conntrack_get *lookup)
{
	if (!lookup)
		return;
	if (lookup->own)
		mnl_socket_close(lookup->own);
	netns_opener_free(lookup->opener);
	conntrack_list_release(&lookup->here.list);
	conntrack_list_release(&lookup->elsewhere.list);
	free(lookup);
}

/* By the opener's thread: this one stays where it is. */
static struct mnl_socket *open_in(struct conntrack_get *lookup, uint32_t netns, bool *is_late)
{
	struct mnl_socket *nl = NULL;
	int err = netns_opener_open(lookup->opener, netns, NETLINK_NETFILTER, OPEN_NS, &nl);

	*is_late = err == -ETIMEDOUT || err == -EBUSY;
	return nl;
}

/* Only the own namespace's is kept: an open socket keeps its namespace alive, and
 * another's may be deleted meanwhile. */
static struct mnl_socket *open_socket(struct conntrack_get *lookup, uint32_t netns, bool *is_late)
{
	if (netns != lookup->own_netns)
		return open_in(lookup, netns, is_late);
	if (!lookup->own)
		lookup->own = netlink_open(NETLINK_NETFILTER, SOCK_NONBLOCK);
	return lookup->own;
}

static void close_socket(const struct conntrack_get *lookup, struct mnl_socket *nl)
{
	if (nl && nl != lookup->own)
		mnl_socket_close(nl);
}

void conntrack_put_tuple(struct nlmsghdr *h, uint16_t type, uint8_t family, const struct tuple *t)
{
	struct nlattr *tuple = mnl_attr_nest_start(h, type), *nest;

	nest = mnl_attr_nest_start(h, CTA_TUPLE_IP);
	if (family == AF_INET) {
		mnl_attr_put(h, CTA_IP_V4_SRC, 4, t->src.bytes);
		mnl_attr_put(h, CTA_IP_V4_DST, 4, t->dst.bytes);
	} else {
		mnl_attr_put(h, CTA_IP_V6_SRC, 16, t->src.bytes);
		mnl_attr_put(h, CTA_IP_V6_DST, 16, t->dst.bytes);
	}
	mnl_attr_nest_end(h, nest);
	nest = mnl_attr_nest_start(h, CTA_TUPLE_PROTO);
	mnl_attr_put_u8(h, CTA_PROTO_NUM, IPPROTO_TCP);
	mnl_attr_put_u16(h, CTA_PROTO_SRC_PORT, htons(t->sport));
	mnl_attr_put_u16(h, CTA_PROTO_DST_PORT, htons(t->dport));
	mnl_attr_nest_end(h, nest);
	mnl_attr_nest_end(h, tuple);
}

/* ctnetlink finds an entry by either of its tuples, whichever it is asked by. */
static int ask(struct mnl_socket *nl, uint32_t sequence, uint8_t family, const struct tuple *t)
{
	char buf[512] __attribute__((aligned(8)));
	struct nlmsghdr *h =
		netlink_netfilter(buf, NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET, 0, family);

	h->nlmsg_seq = sequence;
	conntrack_put_tuple(h, CTA_TUPLE_ORIG, family, t);
	return mnl_socket_sendto(nl, h, h->nlmsg_len) < 0 ? -errno : 0;
}

static void copy_address(const struct nlattr *ip, uint16_t v4, uint16_t v6, struct address *out)
{
	const struct nlattr *attr = netlink_find_in(ip, v4);
	size_t len;

	if (!attr)
		attr = netlink_find_in(ip, v6);
	len = attr ? mnl_attr_get_payload_len(attr) : 0;
	if (len)
		memcpy(out->bytes, mnl_attr_get_payload(attr),
		       len < sizeof(out->bytes) ? len : sizeof(out->bytes));
}

static void parse_tuple(const struct nlattr *tuple, struct tuple *out)
{
	const struct nlattr *ip = netlink_find_in(tuple, CTA_TUPLE_IP);
	const struct nlattr *proto = netlink_find_in(tuple, CTA_TUPLE_PROTO);

	copy_address(ip, CTA_IP_V4_SRC, CTA_IP_V6_SRC, &out->src);
	copy_address(ip, CTA_IP_V4_DST, CTA_IP_V6_DST, &out->dst);
	out->sport = netlink_be16(netlink_find_in(proto, CTA_PROTO_SRC_PORT), 0);
	out->dport = netlink_be16(netlink_find_in(proto, CTA_PROTO_DST_PORT), 0);
}

void conntrack_get_parse(const struct nlmsghdr *h, struct flow *entry)
{
	const size_t header = sizeof(struct nfgenmsg);

	memset(entry, 0, sizeof(*entry));
	entry->family = netlink_netfilter_family(h);
	parse_tuple(netlink_find(h, header, CTA_TUPLE_ORIG), &entry->orig);
	parse_tuple(netlink_find(h, header, CTA_TUPLE_REPLY), &entry->reply);
}

bool conntrack_is_in_zone(const struct nlmsghdr *h)
{
	static const uint16_t tuples[] = { CTA_TUPLE_ORIG, CTA_TUPLE_REPLY };

	for (size_t i = 0; i < 2; i++)
		if (netlink_find_in(netlink_find(h, sizeof(struct nfgenmsg), tuples[i]),
				    CTA_TUPLE_ZONE))
			return true;
	return netlink_find(h, sizeof(struct nfgenmsg), CTA_ZONE);
}

/* The kernel answers within the request: what is not there now will not come. */
static enum lookup read_answer(struct mnl_socket *nl, uint32_t sequence, struct flow *entry)
{
	char buf[8192] __attribute__((aligned(8)));
	ssize_t len;

	while ((len = mnl_socket_recvfrom(nl, buf, sizeof(buf))) > 0) {
		const struct nlmsghdr *h = (const void *)buf;
		int left = (int)len;

		for (; mnl_nlmsg_ok(h, left); h = mnl_nlmsg_next(h, &left)) {
			if (h->nlmsg_seq != sequence)
				continue;
			if (h->nlmsg_type == NLMSG_ERROR) {
				const struct nlmsgerr *e = mnl_nlmsg_get_payload(h);

				if (mnl_nlmsg_get_payload_len(h) < sizeof(*e))
					return LOOKUP_NONE;
				return e->error == -ENOENT ? LOOKUP_ABSENT : LOOKUP_NONE;
			}
			conntrack_get_parse(h, entry);
			return LOOKUP_ALIVE;
		}
	}
	return LOOKUP_NONE;
}

enum lookup conntrack_ask(struct mnl_socket *nl, uint32_t sequence, uint8_t family,
			  const struct tuple *tuple, struct flow *entry)
{
	return ask(nl, sequence, family, tuple) ? LOOKUP_NONE : read_answer(nl, sequence, entry);
}

bool conntrack_get_is_there(void)
{
	return module_is_here("nf_conntrack_netlink");
}

/* ---- how much is spent ---- */

static bool may_spend(struct spending *s, uint64_t work_ns_per_s)
{
	uint64_t now_ns = clock_mono_ns();

	if (now_ns - s->second_ns >= NSEC_PER_SEC)
		*s = (struct spending){ .second_ns = now_ns };
	return s->work_ns < work_ns_per_s && s->spent_ns < SPENT_NS_PER_S;
}

/* Adds what the time since was. */
static void spend(struct spending *s, uint64_t since_ns, uint64_t worked_ns)
{
	s->spent_ns += clock_mono_ns() - since_ns;
	s->work_ns += clock_thread_ns() - worked_ns;
}

static bool may_ask(struct asking *asking, bool is_own)
{
	struct spending *s = &asking->one;

	return may_spend(s, WORK_NS_PER_S) && s->asked++ < QUESTIONS_PER_S &&
	       (is_own || s->asked_foreign++ < FOREIGN_PER_S);
}

/* Whether it comes in a burst: many wait behind it. */
static bool is_burst(struct asking *asking, bool is_own)
{
	uint64_t now_ns = clock_mono_ns();

	if (now_ns - asking->burst_ns >= BURST_NS) {
		asking->burst_ns = now_ns;
		asking->burst = 0;
	}
	return ++asking->burst > (is_own ? BURST : BURST_FOREIGN);
}

/* ---- asking ---- */

static enum lookup ask_one(struct conntrack_get *lookup, struct asking *asking, uint32_t netns,
			   const struct reset_observation *r, struct flow *entry)
{
	uint64_t start_ns = clock_mono_ns(), worked_ns = clock_thread_ns();
	enum lookup answer = LOOKUP_NONE;
	bool is_late = false;
	struct mnl_socket *nl = open_socket(lookup, netns, &is_late);

	if (nl)
		answer = conntrack_ask(nl, ++lookup->sequence, r->family, &r->packet, entry);
	close_socket(lookup, nl);
	spend(&asking->one, start_ns, worked_ns);
	return is_late ? LOOKUP_SKIPPED : answer;
}

/* By a socket of its own: a walk that was cut short leaves answers behind. */
static void list_all(struct conntrack_get *lookup, struct asking *asking, uint32_t netns,
		     uint8_t family)
{
	uint64_t start_ns = clock_mono_ns(), worked_ns = clock_thread_ns();
	bool is_late = false;
	struct mnl_socket *nl = netns == lookup->own_netns ?
					netlink_open(NETLINK_NETFILTER, SOCK_NONBLOCK) :
					open_in(lookup, netns, &is_late);

	if (nl) {
		conntrack_list_read(&asking->list, nl, netns, family, clock_mono_ns() + LIST_NS);
		mnl_socket_close(nl);
	}
	spend(&asking->all, start_ns, worked_ns);
}

static enum lookup find(struct conntrack_get *lookup, struct asking *asking, uint32_t netns,
			const struct observation *reset, struct flow *entry)
{
	const struct reset_observation *r = &reset->reset;
	const bool is_own = netns == lookup->own_netns;
	enum lookup answer = conntrack_list_find(&asking->list, netns, r->family, &r->packet,
						 reset->mono_ns, entry);
	bool is_one_of_many, may_one;

	if (answer != LOOKUP_NONE)
		return answer;
	is_one_of_many = is_burst(asking, is_own);
	may_one = may_ask(asking, is_own);
	if ((is_one_of_many || !may_one) && may_spend(&asking->all, LIST_NS_PER_S)) {
		list_all(lookup, asking, netns, r->family);
		answer = conntrack_list_find(&asking->list, netns, r->family, &r->packet,
					     reset->mono_ns, entry);
	}
	if (answer != LOOKUP_NONE)
		return answer;
	return may_one ? ask_one(lookup, asking, netns, r, entry) : LOOKUP_SKIPPED;
}

/* ---- another namespace's ---- */

void conntrack_get_note(struct conntrack_get *lookup, const struct observation *seen)
{
	const uint32_t inum = seen->netns.inum;

	if ((seen->type != OBSERVATION_REMOVAL && seen->type != OBSERVATION_RULESET) ||
	    inum == lookup->places[0] || inum == lookup->own_netns)
		return;
	memmove(&lookup->places[1], &lookup->places[0],
		(PLACES_MAX - 1) * sizeof(lookup->places[0]));
	lookup->places[0] = inum;
}

/* That namespace would have translated the packet, to come here. */
static bool leads_here(const struct flow *entry, const struct tuple *packet)
{
	return flow_is_translated(entry) && tuple_equal(&entry->reply, packet) &&
	       entry->orig.sport == packet->dport && address_equal(&entry->orig.src, &packet->dst);
}

static enum lookup find_in(struct conntrack_get *lookup, uint32_t netns, struct observation *reset)
{
	struct reset_observation *r = &reset->reset;
	struct flow entry;
	enum lookup answer = find(lookup, &lookup->elsewhere, netns, reset, &entry);

	if (answer != LOOKUP_ALIVE || !leads_here(&entry, &r->packet))
		return answer == LOOKUP_ALIVE ? LOOKUP_ABSENT : answer;
	r->entry = entry;
	r->entry_netns = netns;
	r->entry_hooks = netns == r->from_netns ? r->from_hooks : 0;
	return LOOKUP_ALIVE;
}

/* Truth rule 11: it came into a container through this namespace, which has an entry that
 * is alive, and did not use it. */
static void find_elsewhere(struct conntrack_get *lookup, struct observation *reset)
{
	const uint32_t from = reset->reset.from_netns, own = lookup->own_netns;
	enum lookup answer = from && from != own ? find_in(lookup, from, reset) : LOOKUP_ABSENT;
	bool is_skipped = answer == LOOKUP_SKIPPED;

	if (answer != LOOKUP_ALIVE)
		answer = find_in(lookup, own, reset);
	is_skipped |= answer == LOOKUP_SKIPPED;
	for (size_t i = 0; i < PLACES_MAX && answer != LOOKUP_ALIVE; i++)
		if (lookup->places[i] && lookup->places[i] != reset->netns.inum &&
		    lookup->places[i] != from)
			answer = find_in(lookup, lookup->places[i], reset);
	if (answer == LOOKUP_ALIVE)
		reset->reset.lookup = LOOKUP_ALIVE;
	else if (is_skipped)
		reset->reset.lookup = LOOKUP_SKIPPED;
}

/* ---- of a reset ---- */

/* TCP answered in the middle of a connection that it knows nothing of. */
static bool does_matter(const struct observation *seen)
{
	const struct reset_observation *r = &seen->reset;
	bool is_syn = (r->flags & PACKET_SYN) && !(r->flags & PACKET_ACK);

	return seen->type == OBSERVATION_RESET && r->kind == RESET_ANSWER && !is_syn &&
	       (r->socket == SOCKET_NONE || r->socket == SOCKET_LISTEN) &&
	       (r->pickup == PICKUP_NONE || r->pickup == PICKUP_FRESH);
}

void conntrack_get_reset(struct conntrack_get *lookup, struct observation *reset)
{
	struct reset_observation *r = &reset->reset;

	if (!does_matter(reset) || !conntrack_get_is_there())
		return;
	if (r->pickup == PICKUP_NONE)
		r->lookup = find(lookup, &lookup->here, reset->netns.inum, reset, &r->entry);
	if (r->lookup != LOOKUP_ALIVE)
		r->entry.family = 0;
	if (reset->netns.inum != lookup->own_netns &&
	    (r->lookup != LOOKUP_ALIVE || !flow_is_translated(&r->entry)))
		find_elsewhere(lookup, reset);
	lookup->unasked += r->lookup == LOOKUP_SKIPPED;
}

uint64_t conntrack_get_unasked(const struct conntrack_get *lookup)
{
	return lookup->unasked;
}
