// SPDX-License-Identifier: GPL-2.0-only
/* Sockets of flows that this node translates more than once: truth rule 11. What one
 * namespace's conntrack takes for the client's address may be another namespace's, which
 * translates for a third (docker in a container, a router in one). */
#include "victims/inspector_private.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "node/conntrack_here.h"

/* Translations behind the first; and how many questions an urgent victim waits for. */
enum { STEPS_MAX = 4, QUESTIONS_A_TURN = 64 };

struct inward {
	struct inspector *ins;
	struct inspection *i;
	uint64_t until_ns;
	uint8_t *marks; /* enum inward_mark, by tag */
};

/* Where their addresses are. A loopback address is nobody's to translate for others. */
static void place_all(const struct inward *w, const struct sockets *rows, bool with_loopback,
		      struct sockets *out)
{
	out->count = 0;
	for (size_t k = 0; k < rows->count; k++) {
		const struct socket_row *row = &rows->rows[k];

		if (!with_loopback && address_is_loopback(&row->tuple.src, row->family))
			continue;
		if (!inspector_place(w->ins, row, out))
			w->marks[row->tag] |= INWARD_CUT;
	}
	inspector_sort(out);
}

/* One translation further in: who sends what leaves that namespace as row's tuple. Its
 * inverse is what comes back, and is one direction of the entry there; the sender sends the
 * other. */
static void step(const struct inward *w, struct conntrack_here *conntrack,
		 const struct socket_row *row, struct sockets *out)
{
	const struct tuple back = tuple_inverse(&row->tuple);
	struct socket_row inner = *row;
	struct flow entry;
	enum lookup answer = LOOKUP_NONE;

	if (conntrack)
		answer = conntrack_here_ask(conntrack, row->family, &back, &entry);
	if (answer == LOOKUP_NONE || answer == LOOKUP_SKIPPED)
		w->marks[row->tag] |= INWARD_CUT;
	if (answer != LOOKUP_ALIVE || !flow_is_translated(&entry))
		return;
	inner.tuple = tuple_equal(&entry.reply, &back) ? entry.orig : entry.reply;
	inner.is_inner = true;
	inner.via = row->netns;
	if (sockets_append(out, &inner))
		w->marks[row->tag] |= INWARD_CUT;
}

/* Rows of one namespace. */
static void step_in(const struct inward *w, const struct socket_row *rows, size_t count,
		    struct sockets *out)
{
	uint32_t inum = rows[0].netns;
	int err = inspector_enter(w->ins, inum);
	struct conntrack_here *conntrack = err ? NULL : conntrack_here_open(inum, w->until_ns);

	if (err == -ENOENT || err == -ESRCH)
		return; /* what was behind it went with it */
	for (size_t k = 0; k < count; k++) {
		if (w->i && k % QUESTIONS_A_TURN == QUESTIONS_A_TURN - 1) {
			inspector_serve_urgent(w->ins);
			err = inspector_enter(w->ins, inum);
		}
		step(w, err ? NULL : conntrack, &rows[k], out);
	}
	conntrack_here_close(conntrack);
}

static void step_all(const struct inward *w, const struct sockets *placed, struct sockets *out)
{
	size_t end;

	out->count = 0;
	for (size_t k = 0; k < placed->count; k = end) {
		for (end = k + 1;
		     end < placed->count && placed->rows[end].netns == placed->rows[k].netns; end++)
			;
		step_in(w, &placed->rows[k], end - k, out);
	}
}

/* Takes the open ones, and leaves those that may be behind another translation. */
static void take_open(const struct inward *w, struct sockets *placed, struct sockets *found)
{
	size_t left = 0;

	for (size_t k = 0; k < placed->count; k++) {
		const struct socket_row *row = &placed->rows[k];

		if (socket_is_open(row) && !sockets_append(found, row))
			w->marks[row->tag] |= INWARD_FOUND;
		else if (row->state == SOCKET_UNKNOWN || socket_is_open(row))
			w->marks[row->tag] |= INWARD_CUT;
	}
	for (size_t k = 0; k < placed->count; k++)
		if (!(w->marks[placed->rows[k].tag] & INWARD_FOUND) &&
		    !address_is_loopback(&placed->rows[k].tuple.src, placed->rows[k].family))
			placed->rows[left++] = placed->rows[k];
	placed->count = left;
}

void inspector_look_inward(struct inspector *ins, struct inspection *i, const struct sockets *rows,
			   uint64_t until_ns, struct sockets *found, uint8_t *marks)
{
	const struct inward w = { ins, i, until_ns, marks };
	struct sockets placed = { 0 }, inner = { 0 };

	place_all(&w, rows, false, &placed);
	for (int steps = 0; placed.count && steps < STEPS_MAX; steps++) {
		step_all(&w, &placed, &inner);
		place_all(&w, &inner, true, &placed);
		inspector_look_up(ins, i, placed.rows, placed.count, LOOK_UP_ALL);
		take_open(&w, &placed, found);
	}
	for (size_t k = 0; k < placed.count; k++)
		marks[placed.rows[k].tag] |= INWARD_CUT;
	sockets_release(&placed);
	sockets_release(&inner);
}
