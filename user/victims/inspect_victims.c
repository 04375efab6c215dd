// SPDX-License-Identifier: GPL-2.0-only
/* Whose they are: the processes of sockets, and the victims of resets, all that wait at once. */
#include "victims/inspector_private.h"

#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "node/vrf.h"
#include "victims/standing.h"

/* What a search of /proc may take for one victim. */
#define ONE_NS (150 * NSEC_PER_MSEC)
/* The list of namespaces and their addresses is made anew when it is older and a socket
 * was not found. Of its time, that may take a fifth. */
#define SCAN_AGE_NS (200 * NSEC_PER_MSEC)
/* What following translations may take, in one go. */
#define INWARD_NS (100 * NSEC_PER_MSEC)
/* For sockets that are not where their address is, in one go, and of each second. */
#define EVERYWHERE_NS (100 * NSEC_PER_MSEC)
#define EVERYWHERE_NS_PER_S (200 * NSEC_PER_MSEC)
/* For telling which of several sockets is meant, in one go. */
#define STANDING_NS (50 * NSEC_PER_MSEC)
enum { SCAN_SHARE = 5 };

/* ---- processes ---- */

static void name_netns(const struct inspector *ins, uint32_t inum, struct victim *out)
{
	const struct namespace *ns = namespaces_find(&ins->namespaces, inum);

	out->process.netns = inum;
	if (ns)
		memcpy(out->netns_name, ns->name, sizeof(out->netns_name));
}

static int compare_owners(const void *a, const void *b)
{
	const struct socket_owner *x = a, *y = b;

	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

/* A process may have thousands: it is described once. */
static void describe_holders(struct socket_owner *socket_owners, size_t count)
{
	const struct victim *same = NULL;

	if (count)
		qsort(socket_owners, count, sizeof(*socket_owners), compare_owners);
	for (size_t k = 0; k < count; k++) {
		struct victim *v = socket_owners[k].owner;

		if (same && same->process.pid == socket_owners[k].pid &&
		    socket_owners[k].start_ticks == socket_owners[k - 1].start_ticks) {
			uint32_t netns = v->process.netns;

			v->process = same->process;
			v->process.netns = netns;
			memcpy(v->cmdline, same->cmdline, sizeof(v->cmdline));
			continue;
		}
		socket_owner_describe(&socket_owners[k], v);
		same = v->process.pid ? v : NULL;
	}
}

/* Why a socket has no name, where it has none. */
static enum unnamed why_unnamed(const struct inspector *ins, const struct socket_row *row,
				bool had_time)
{
	if (!row->netns) /* of several one, and nobody knows which */
		return UNNAMED_NONE;
	if (!row->inode)
		return UNNAMED_GONE;
	if (!had_time)
		return UNNAMED_TIME;
	return ins->namespaces.is_denied ? UNNAMED_DENIED : UNNAMED_GONE;
}

bool inspector_describe(struct inspector *ins, struct inspection *i, uint64_t deadline_ns)
{
	struct socket_owner *socket_owners = calloc(i->sockets.count, sizeof(*socket_owners));
	size_t count = 0;
	bool is_ok;

	for (size_t k = 0; k < i->sockets.count; k++) {
		const struct socket_row *row = &i->sockets.rows[k];

		if (row->state == SOCKET_NONE)
			continue;
		i->victims[k].socket_state = row->state;
		i->victims[k].one_of = row->one_of;
		i->victims[k].is_unsure = row->one_of || row->is_doubtful;
		name_netns(ins, row->netns, &i->victims[k]);
		if (socket_owners && row->inode)
			socket_owners[count++] = (struct socket_owner){ .inode = row->inode,
									.netns = row->netns,
									.owner = &i->victims[k] };
	}
	socket_owners_find(ins->memory, socket_owners, count, deadline_ns);
	is_ok = clock_mono_ns() < deadline_ns;
	describe_holders(socket_owners, count);
	free(socket_owners);
	for (size_t k = 0; k < i->sockets.count; k++)
		if (i->victims[k].socket_state != SOCKET_NONE && !i->victims[k].process.pid)
			i->victims[k].unnamed =
				(uint8_t)why_unnamed(ins, &i->sockets.rows[k], is_ok);
	return is_ok;
}

/* ---- victims ---- */

struct batch {
	struct inspection *all;                   /* one row for each, by tag */
	const struct inspection *each[BATCH_MAX]; /* they themselves */
	bool is_settled[BATCH_MAX];
	uint8_t inward[BATCH_MAX];           /* enum inward_mark */
	uint32_t places[BATCH_MAX];          /* where the packets came */
	struct sockets doubtful;             /* found, but anybody's for all that is known */
	struct socket_row rivals[BATCH_MAX]; /* by tag, where one_of is set */
	size_t unsettled;
	bool is_patient; /* somebody waits as long as it takes */
};

static void settle(struct batch *b, const struct socket_row *row)
{
	struct socket_row *own = &b->all->sockets.rows[row->tag];

	if (b->is_settled[row->tag])
		return;
	b->is_settled[row->tag] = true;
	b->unsettled--;
	*own = *row;
}

/* Of what was found in one way. What anybody could have made is kept for the end: there may be
 * a better one elsewhere. */
static void settle_found(struct inspector *ins, struct batch *b, struct sockets *found)
{
	struct socket_row rivals[BATCH_MAX] = { 0 };

	standing_find(ins, found, b->places,
		      b->is_patient ? UINT64_MAX : clock_mono_ns() + STANDING_NS);
	for (size_t k = 0; k < found->count; k++)
		if (standing_is_doubtful(found->rows[k].standing))
			sockets_append(&b->doubtful, &found->rows[k]);
	standing_choose(found, rivals);
	for (size_t k = 0; k < found->count; k++) {
		const struct socket_row *row = &found->rows[k];

		if (b->is_settled[row->tag] || standing_is_doubtful(row->standing))
			continue;
		b->rivals[row->tag] = rivals[row->tag];
		settle(b, row);
	}
}

/* At the end: better those than nobody. */
static void settle_doubtful(struct batch *b)
{
	struct socket_row rivals[BATCH_MAX] = { 0 };

	standing_choose(&b->doubtful, rivals);
	for (size_t k = 0; k < b->doubtful.count; k++) {
		struct socket_row *row = &b->doubtful.rows[k];

		if (b->is_settled[row->tag])
			continue;
		row->is_doubtful = true;
		b->rivals[row->tag] = rivals[row->tag];
		settle(b, row);
	}
}

/* A row's netns is where it was last, its inode which it was. */
static void look_where_hinted(struct inspector *ins, struct batch *b)
{
	const struct sockets *s = &b->all->sockets;
	struct sockets hinted = { 0 };

	for (size_t k = 0; k < s->count; k++)
		if (s->rows[k].inode)
			sockets_append(&hinted, &s->rows[k]);
	inspector_sort(&hinted);
	inspector_look_up(ins, NULL, hinted.rows, hinted.count, LOOK_UP_ALL);
	for (size_t k = 0; k < hinted.count; k++)
		if (hinted.rows[k].inode != s->rows[hinted.rows[k].tag].inode)
			hinted.rows[k].state = SOCKET_NONE;
	settle_found(ins, b, &hinted);
	sockets_release(&hinted);
}

/* In the namespace that the packet came to, first of all. */
static void look_for_own(struct inspector *ins, struct batch *b)
{
	const struct sockets *s = &b->all->sockets;
	struct sockets own = { 0 };

	for (size_t k = 0; k < s->count; k++)
		if (b->each[k]->is_own && s->rows[k].netns)
			sockets_append(&own, &s->rows[k]);
	inspector_look_up(ins, NULL, own.rows, own.count, LOOK_UP_ALL);
	for (size_t k = 0; k < own.count; k++) {
		if (socket_is_open(&own.rows[k]))
			settle(b, &own.rows[k]);
		b->all->is_cut |= own.rows[k].state == SOCKET_UNKNOWN;
	}
	sockets_release(&own);
}

static void look_by_address(struct inspector *ins, struct batch *b)
{
	const struct sockets *s = &b->all->sockets;
	struct sockets placed = { 0 };

	for (size_t k = 0; k < s->count; k++)
		if (!b->is_settled[k] && !b->each[k]->is_own)
			inspector_place(ins, &s->rows[k], &placed);
	inspector_sort(&placed);
	inspector_look_up(ins, NULL, placed.rows, placed.count, LOOK_UP_ALL);
	settle_found(ins, b, &placed);
	sockets_release(&placed);
}

/* Behind more translations of this node. A packet's own socket has its very tuple. */
static void look_inward(struct inspector *ins, struct batch *b)
{
	const struct sockets *s = &b->all->sockets;
	struct sockets left = { 0 }, found = { 0 };
	uint64_t until_ns = b->is_patient ? UINT64_MAX : clock_mono_ns() + INWARD_NS;

	for (size_t k = 0; k < s->count; k++)
		if (!b->is_settled[k] && !b->each[k]->is_own)
			sockets_append(&left, &s->rows[k]);
	inspector_look_inward(ins, NULL, &left, until_ns, &found, b->inward);
	settle_found(ins, b, &found);
	sockets_release(&left);
	sockets_release(&found);
}

/* The open ones among `left` in each namespace. False: there was no time for all. Clears
 * `is_seen` where one could not be looked into. */
static bool look_in_each(struct inspector *ins, const struct sockets *left, uint64_t until_ns,
			 struct sockets *found, bool *is_seen)
{
	struct sockets here = { 0 };
	bool has_time = true;

	for (size_t k = 0; k < ins->namespaces.count && has_time; k++) {
		uint32_t inum = ins->namespaces.items[k].inum;

		here.count = 0;
		for (size_t m = 0; m < left->count; m++) {
			struct socket_row copy = left->rows[m];

			copy.netns = inum;
			sockets_append(&here, &copy);
		}
		inspector_look_up(ins, NULL, here.rows, here.count, LOOK_UP_UNBOUND);
		for (size_t m = 0; m < here.count; m++) {
			if (socket_is_open(&here.rows[m]))
				sockets_append(found, &here.rows[m]);
			*is_seen &= here.rows[m].state != SOCKET_UNKNOWN;
		}
		has_time = clock_mono_ns() < until_ns;
	}
	sockets_release(&here);
	return has_time;
}

/* Of each second there is a share for it. */
static bool may_look_everywhere(struct inspector *ins)
{
	uint64_t now_ns = clock_mono_ns();

	if (now_ns - ins->second_ns >= NSEC_PER_SEC) {
		ins->second_ns = now_ns;
		ins->everywhere_ns = 0;
	}
	return ins->everywhere_ns < EVERYWHERE_NS_PER_S;
}

/* Its namespace has its address, too (tenants may have the same): what is sent to it comes to
 * it there, and another namespace's packet was never its own. */
static bool is_anothers(const struct inspector *ins, const struct batch *b,
			const struct socket_row *row)
{
	size_t count;
	const struct home *at =
		address_owners_find(&ins->address_owners, row->family, &row->tuple.src, &count);

	for (size_t k = 0; k < count && b->each[row->tag]->is_own; k++)
		if (at[k].inum == row->netns && at[k].inum != b->all->sockets.rows[row->tag].netns)
			return true;
	return false;
}

/* A socket may be bound to an address that its namespace has not, or not any more. */
static void look_everywhere(struct inspector *ins, struct batch *b)
{
	const struct sockets *s = &b->all->sockets;
	struct sockets left = { 0 }, found = { 0 };
	bool is_seen = !ins->namespaces.is_cut && !ins->namespaces.is_denied, had_time;
	uint64_t start_ns = clock_mono_ns();
	uint64_t until_ns = b->is_patient ? UINT64_MAX : start_ns + EVERYWHERE_NS;

	for (size_t k = 0; k < s->count; k++)
		if (!b->is_settled[k])
			sockets_append(&left, &s->rows[k]);
	had_time = look_in_each(ins, &left, until_ns, &found, &is_seen);
	b->all->is_cut |= !had_time || !is_seen;
	for (size_t k = 0; k < found.count; k++)
		if (is_anothers(ins, b, &found.rows[k]))
			found.rows[k].state = SOCKET_NONE;
	/* One that was found may have a twin where there was no time to look. */
	if (had_time)
		settle_found(ins, b, &found);
	sockets_release(&found);
	sockets_release(&left);
	ins->everywhere_ns += clock_mono_ns() - start_ns;
}

static bool may_renew(const struct inspector *ins)
{
	uint64_t age_ns = clock_mono_ns() - ins->placed_ns;

	return !ins->placed_ns || (age_ns >= SCAN_AGE_NS && age_ns >= SCAN_SHARE * ins->placing_ns);
}

/* What may have kept the packet from its socket. */
static void find_barriers(struct inspector *ins, struct batch *b)
{
	for (size_t k = 0; k < b->all->sockets.count; k++) {
		const struct socket_row *row = &b->all->sockets.rows[k];
		const struct inspection *asked = b->each[k];
		struct victim *v = &b->all->victims[k];

		v->bound_ifindex = row->bound_ifindex;
		if (!asked->is_own || row->state == SOCKET_NONE || !row->netns ||
		    inspector_enter(ins, row->netns))
			continue;
		if (row->bound_ifindex)
			if_indextoname(row->bound_ifindex, v->bound_ifname);
		if (row->netns == asked->sockets.rows[0].netns && asked->ifname[0])
			vrf_of(asked->ifname, v->vrf);
	}
}

static void look_for_all(struct inspector *ins, struct batch *b)
{
	inspector_scan(ins, 60 * NSEC_PER_SEC);
	look_where_hinted(ins, b);
	look_for_own(ins, b);
	if (b->unsettled)
		look_by_address(ins, b);
	if (b->unsettled && may_renew(ins)) {
		inspector_scan(ins, 0);
		inspector_find_addresses(ins, NULL);
		look_by_address(ins, b);
	}
	if (b->unsettled)
		look_inward(ins, b);
	if (b->unsettled && (b->is_patient || may_look_everywhere(ins)))
		look_everywhere(ins, b);
	else if (b->unsettled)
		b->all->is_cut = true; /* that it is nowhere is not known */
	if (b->unsettled)
		settle_doubtful(b);
	find_barriers(ins, b);
	inspector_go_home(ins);
}

/* Takes out of the list those that nobody waits for any more. */
static struct inspection *drop_late(struct inspector *ins, struct inspection *first, size_t *count)
{
	struct inspection_queue kept = { .last = &kept.first };
	uint64_t now_ns = clock_mono_ns();

	for (struct inspection *i = first, *next; i; i = next) {
		next = i->next;
		i->looked_ns = now_ns;
		i->is_cut = i->until_ns && i->until_ns <= now_ns;
		if (i->is_cut) {
			inspector_hand_back(ins, i);
		} else {
			inspection_push(&kept, i);
			++*count;
		}
	}
	return kept.first;
}

/* Nobody was found, and it is not known that there is nobody. */
static bool is_cut(const struct batch *b, size_t k, bool had_time)
{
	const struct victim *v = &b->all->victims[k];

	return ((b->all->is_cut || b->inward[k]) && !b->is_settled[k]) ||
	       (!had_time && v->socket_state != SOCKET_NONE && !v->process.pid);
}

/* The processes of the others, for those of which there are several. */
static void describe_rivals(struct inspector *ins, struct batch *b)
{
	struct inspection *others = NULL;
	size_t count = b->all->sockets.count, at = 0;

	for (size_t k = 0; k < count && !others; k++)
		if (b->all->sockets.rows[k].one_of)
			others = inspection_new(INSPECT_ONE, count);
	for (size_t k = 0; others && k < count; k++)
		if (b->all->sockets.rows[k].one_of) {
			others->sockets.rows[at] = b->rivals[k];
			others->sockets.rows[at++].tag = (uint32_t)k;
		}
	if (!others)
		return;
	others->sockets.count = at;
	inspector_describe(ins, others, clock_mono_ns() + ONE_NS);
	for (size_t k = 0; k < at; k++) {
		const struct victim *v = &others->victims[k];
		struct rival *out = &b->all->victims[others->sockets.rows[k].tag].rival;

		*out = (struct rival){ .netns = others->sockets.rows[k].netns,
				       .pid = v->process.pid,
				       .uid = v->process.uid,
				       .has_uid = v->process.has_uid };
		memcpy(out->comm, v->process.comm, sizeof(out->comm));
		memcpy(out->exe, v->process.exe, sizeof(out->exe));
		memcpy(out->netns_name, v->netns_name, sizeof(out->netns_name));
	}
	inspection_free(others);
}

void inspect_victims(struct inspector *ins, struct inspection *first)
{
	struct batch b = { .unsettled = 0 };
	struct inspection *next;
	bool had_time = true;
	size_t k = 0;

	first = drop_late(ins, first, &b.unsettled);
	b.all = b.unsettled ? inspection_new(INSPECT_ONE, b.unsettled) : NULL;
	for (struct inspection *i = first; b.all && i; i = i->next, k++) {
		b.all->sockets.rows[k] = i->sockets.rows[0];
		b.all->sockets.rows[k].state = SOCKET_NONE;
		b.all->sockets.rows[k].tag = (uint32_t)k;
		b.each[k] = i;
		b.places[k] = i->place;
		b.is_patient |= !i->until_ns;
	}
	if (b.all) {
		look_for_all(ins, &b);
		had_time = inspector_describe(ins, b.all,
					      b.is_patient ? UINT64_MAX : clock_mono_ns() + ONE_NS);
		describe_rivals(ins, &b);
	}
	sockets_release(&b.doubtful);
	k = 0;
	for (struct inspection *i = first; i; i = next, k++) {
		next = i->next;
		i->is_cut = !b.all || is_cut(&b, k, had_time);
		if (b.all) {
			i->sockets.rows[0] = b.all->sockets.rows[k];
			i->victims[0] = b.all->victims[k];
		}
		i->spent_ns = clock_mono_ns() - i->looked_ns;
		inspector_hand_back(ins, i);
	}
	inspection_free(b.all);
}
