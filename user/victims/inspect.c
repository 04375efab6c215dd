// SPDX-License-Identifier: GPL-2.0-only
/* Where sockets are: the namespaces and their addresses, sweeps, and looking again. */
#include "victims/inspector_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "node/conntrack_here.h"
#include "victims/standing.h"

/* What following the translations of a sweep may take. */
#define INWARD_NS (2 * NSEC_PER_SEC)
/* And finding out which of several sockets is meant. */
#define STANDING_NS (NSEC_PER_SEC / 2)

void inspector_scan(struct inspector *ins, uint64_t older_than_ns)
{
	uint64_t now_ns = clock_mono_ns();

	if (ins->scanned_ns && now_ns - ins->scanned_ns < older_than_ns)
		return;
	namespaces_scan(&ins->namespaces);
	ins->scanned_ns = now_ns;
}

void inspection_note_failure(struct inspection *i, int err)
{
	i->unseen++;
	if (!i->err)
		i->err = err;
}

int inspector_enter(struct inspector *ins, uint32_t inum)
{
	const struct namespace *ns;
	int err;

	if (inum == ins->inside)
		return 0;
	ns = namespaces_find(&ins->namespaces, inum);
	err = ns ? namespace_enter(ns) : -ESRCH;
	if (!err)
		ins->inside = inum;
	return err;
}

void inspector_go_home(struct inspector *ins)
{
	if (ins->inside != ins->home && !namespace_return(ins->home_fd))
		ins->inside = ins->home;
}

static uint32_t *copy_inums(const struct inspector *ins)
{
	uint32_t *inums = calloc(ins->namespaces.count, sizeof(*inums));

	for (size_t k = 0; inums && k < ins->namespaces.count; k++)
		inums[k] = ins->namespaces.items[k].inum;
	return inums;
}

static void list_in(struct inspector *ins, struct inspection *i, uint32_t inum)
{
	int err = inspector_enter(ins, inum);

	/* One that went has no sockets any more. */
	if (!err)
		err = sockets_list(&i->sockets, inum, SOCKETS_OPEN);
	else if (err == -ENOENT || err == -ESRCH)
		err = 0;
	if (err)
		inspection_note_failure(i, err);
}

static int compare_netns(const void *a, const void *b)
{
	uint32_t x = ((const struct socket_row *)a)->netns;
	uint32_t y = ((const struct socket_row *)b)->netns;

	return x < y ? -1 : x > y;
}

void inspector_sort(struct sockets *s)
{
	if (s->count)
		qsort(s->rows, s->count, sizeof(*s->rows), compare_netns);
}

struct placing {
	struct address_owners address_owners;
	uint32_t inum;
	bool has_failed;
};

static void take_address(void *ctx, uint8_t family, const struct address *address)
{
	struct placing *p = ctx;

	p->has_failed |= address_owners_add(&p->address_owners, family, address, p->inum) != 0;
}

void inspector_find_addresses(struct inspector *ins, struct inspection *i)
{
	uint64_t start_ns = clock_mono_ns();
	size_t count = ins->namespaces.count;
	uint32_t *inums = copy_inums(ins); /* an urgent one may scan anew meanwhile */
	struct placing p = { .has_failed = !inums };

	for (size_t k = 0; inums && k < count; k++) {
		int err = inspector_enter(ins, inums[k]);

		p.inum = inums[k];
		if (!err)
			err = namespace_addresses(take_address, &p);
		if (!i)
			continue;
		i->namespaces++;
		if (err && err != -ENOENT && err != -ESRCH)
			inspection_note_failure(i, err);
		inspector_serve_urgent(ins);
	}
	if (i && p.has_failed)
		inspection_note_failure(i, -ENOMEM);
	free(inums);
	address_owners_sort(&p.address_owners);
	address_owners_release(&ins->address_owners);
	ins->address_owners = p.address_owners;
	ins->placed_ns = start_ns;
	ins->placing_ns = clock_mono_ns() - start_ns;
}

static bool is_loopback(const struct socket_row *row)
{
	static const struct address v6 = { { [15] = 1 } };

	return row->family == AF_INET ? row->tuple.src.bytes[0] == 127 :
					address_equal(&row->tuple.src, &v6);
}

/* A socket is where its address is: to look it up there takes microseconds, while to
 * list the sockets of a namespace is a walk over those of all (inet_diag walks the
 * one hash table of the kernel). Appends a row for each place. False: out of memory. */
bool inspector_place(const struct inspector *ins, const struct socket_row *row, struct sockets *out)
{
	size_t count;
	const struct home *at =
		address_owners_find(&ins->address_owners, row->family, &row->tuple.src, &count);
	struct socket_row copy = *row;
	bool is_ok = true;

	/* That every namespace has: conntrack's own is meant. */
	if (is_loopback(row))
		return !sockets_append(out, row);
	for (size_t k = 0; k < count; k++) {
		copy.netns = at[k].inum;
		is_ok &= !sockets_append(out, &copy);
	}
	return is_ok;
}

static int look_up_here(struct socket_row *rows, size_t count, enum look_up which)
{
	sockets_look_up_all(rows, count);
	return which == LOOK_UP_ALL ? sockets_find_bound(rows, count) : 0;
}

void inspector_look_up(struct inspector *ins, struct inspection *i, struct socket_row *rows,
		       size_t count, enum look_up which)
{
	size_t end;

	if (count)
		qsort(rows, count, sizeof(*rows), compare_netns);

	for (size_t k = 0; k < count; k = end) {
		uint32_t inum = rows[k].netns;
		int err = inum ? inspector_enter(ins, inum) : -ENXIO; /* nobody knows where */
		bool is_gone = err == -ENOENT || err == -ESRCH;

		for (end = k; end < count && rows[end].netns == inum; end++)
			rows[end].state = is_gone ? SOCKET_NONE : SOCKET_UNKNOWN;
		if (!err)
			err = look_up_here(&rows[k], end - k, which);
		if (err && !is_gone && i)
			inspection_note_failure(i, err);
		if (i)
			inspector_serve_urgent(ins);
	}
}

/* Of sockets that are in several places the one that is meant, as far as can be told. */
static void choose(struct inspector *ins, const struct sockets *asked, struct sockets *found)
{
	uint32_t *places = calloc(asked->count, sizeof(*places));

	for (size_t k = 0; places && k < asked->count; k++)
		places[k] = asked->rows[k].netns;
	if (places)
		standing_find(ins, found, places, clock_mono_ns() + STANDING_NS);
	free(places);
	standing_choose(found, NULL);
}

/* Those that were not found may be behind another translation of this node. */
static void sweep_inward(struct inspector *ins, struct inspection *i)
{
	uint8_t *marks = calloc(i->asked.count, sizeof(*marks));
	struct sockets left = { 0 }, found = { 0 };
	bool is_ok = marks != NULL;

	for (size_t k = 0, at = 0; marks && k < i->asked.count; k++) {
		if (at < i->sockets.count && i->sockets.rows[at].tag == k)
			at++;
		else
			is_ok &= !sockets_append(&left, &i->asked.rows[k]);
	}
	if (marks && left.count)
		inspector_look_inward(ins, i, &left, clock_mono_ns() + INWARD_NS, &found, marks);
	choose(ins, &i->asked, &found);
	for (size_t k = 0; k < found.count; k++)
		is_ok &= !sockets_append(&i->sockets, &found.rows[k]);
	for (size_t k = 0; marks && k < i->asked.count; k++)
		i->untraced += marks[k] == INWARD_CUT;
	if (!is_ok)
		inspection_note_failure(i, -ENOMEM);
	sockets_release(&left);
	sockets_release(&found);
	free(marks);
}

static void sweep_for(struct inspector *ins, struct inspection *i)
{
	struct sockets placed = { 0 };
	bool is_ok = true;

	inspector_find_addresses(ins, i);
	for (size_t k = 0; k < i->sockets.count; k++) {
		i->sockets.rows[k].tag = (uint32_t)k;
		is_ok &= inspector_place(ins, &i->sockets.rows[k], &placed);
	}
	if (!is_ok)
		inspection_note_failure(i, -ENOMEM);
	i->asked = i->sockets;
	i->sockets = placed;
	inspector_sort(&i->sockets);
	inspector_look_up(ins, i, i->sockets.rows, i->sockets.count, LOOK_UP_ALL);
	choose(ins, &i->asked, &i->sockets);
	sweep_inward(ins, i);
}

static void sweep_all(struct inspector *ins, struct inspection *i)
{
	size_t count = ins->namespaces.count;
	uint32_t *inums = copy_inums(ins);

	for (size_t k = 0; inums && k < count; k++) {
		i->namespaces++;
		list_in(ins, i, inums[k]);
		/* One that tracks may translate for others: which flows is not known here. */
		if (ins->inside == inums[k] && inums[k] != ins->home && conntrack_here_count())
			i->untraced = 1;
		inspector_serve_urgent(ins);
	}
	if (!inums)
		inspection_note_failure(i, -ENOMEM);
	free(inums);
}

void inspect_sweep(struct inspector *ins, struct inspection *i)
{
	i->sought = i->sockets.count;
	inspector_scan(ins, 0);
	if (ins->namespaces.is_cut || ins->namespaces.is_denied)
		inspection_note_failure(i, ins->namespaces.is_cut ? -E2BIG : -EACCES);
	if (i->sought)
		sweep_for(ins, i);
	else
		sweep_all(ins, i);
	inspector_go_home(ins);
}

/* A namespace that is gone took its sockets along; one that may not be entered
 * leaves open what became of them. */
void inspect_again(struct inspector *ins, struct inspection *i)
{
	struct socket_row *rows = i->sockets.rows;
	size_t count = i->sockets.count;
	uint32_t *inodes = calloc(count, sizeof(*inodes));

	inspector_scan(ins, 0);
	if (count)
		qsort(rows, count, sizeof(*rows), compare_netns);
	for (size_t k = 0; inodes && k < count; k++)
		inodes[k] = rows[k].inode;
	inspector_look_up(ins, i, rows, count, LOOK_UP_ALL);
	for (size_t k = 0; k < count; k++) {
		i->namespaces += !k || rows[k].netns != rows[k - 1].netns;
		if (rows[k].state == SOCKET_UNKNOWN)
			continue;
		if (!socket_is_open(&rows[k]) || (inodes && rows[k].inode != inodes[k]))
			rows[k].state = SOCKET_NONE;
	}
	inspector_go_home(ins);
	free(inodes);
}

/* ---- sockets of an address that is gone ---- */

struct wanted_address {
	const struct socket_row *row;
	bool is_there;
};

static void compare_address(void *ctx, uint8_t family, const struct address *address)
{
	struct wanted_address *wanted = ctx;

	wanted->is_there |= family == wanted->row->family &&
			    address_equal(address, &wanted->row->tuple.src);
}

/* It may be back, or on another interface. */
static int list_bound(struct inspector *ins, const struct socket_row *gone, struct sockets *out)
{
	struct wanted_address wanted = { .row = gone };
	struct sockets all = { 0 };
	int err = inspector_enter(ins, gone->netns);

	if (!err)
		err = namespace_addresses(compare_address, &wanted);
	if (!err && !wanted.is_there)
		err = sockets_list(&all, gone->netns, SOCKETS_OPEN);
	for (size_t k = 0; k < all.count; k++)
		if (socket_is_open(&all.rows[k]) && all.rows[k].family == gone->family &&
		    address_equal(&all.rows[k].tuple.src, &gone->tuple.src))
			sockets_append(out, &all.rows[k]);
	sockets_release(&all);
	return err == -ENOENT || err == -ESRCH ? 0 : err; /* its sockets went with it */
}

void inspect_bound(struct inspector *ins, struct inspection *i)
{
	struct sockets found = { 0 };

	inspector_scan(ins, 0);
	for (size_t k = 0; k < i->sockets.count; k++) {
		int err = list_bound(ins, &i->sockets.rows[k], &found);

		if (err)
			inspection_note_failure(i, err);
		inspector_serve_urgent(ins);
	}
	inspector_go_home(ins);
	sockets_release(&i->sockets);
	i->sockets = found;
	if (found.count)
		i->victims = calloc(found.count, sizeof(*i->victims));
}
