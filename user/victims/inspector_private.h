/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of the inspector share: inspector.c (the thread, the queues), inspect.c
 * (where sockets are), inspect_inward.c (behind which translations), inspect_victims.c
 * (whose they are), inspect_listeners.c (whose packets could not reach). All but the queues is called in
 * the inspector's own thread. */
#ifndef RSTBLAME_VICTIMS_INSPECTOR_PRIVATE_H
#define RSTBLAME_VICTIMS_INSPECTOR_PRIVATE_H

#include <pthread.h>

#include "node/address_owners.h"
#include "node/namespaces.h"
#include "node/socket_owners.h"
#include "victims/inspector.h"

/* Victims that are looked up together. */
enum { BATCH_MAX = 64 };

struct inspection_queue {
	struct inspection *first, **last;
};

struct inspector {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t has_work;
	struct inspection_queue urgent, patient, done;
	bool is_over;
	int event_fd;
	/* The thread's own: */
	int home_fd;
	uint32_t home, inside; /* the namespaces it belongs to, and is in */
	struct namespaces namespaces;
	uint64_t scanned_ns;
	struct address_owners address_owners; /* of those namespaces */
	uint64_t placed_ns, placing_ns;       /* when, and how long that took; 0: not yet */
	uint64_t second_ns, everywhere_ns;    /* spent in it on looking everywhere */
	struct socket_owner_memory *memory;   /* NULL: none */
	struct socket_walk walk;              /* no `open`: none */
};

/* ---- inspector.c ---- */

void inspection_push(struct inspection_queue *queue, struct inspection *i);
struct inspection *inspection_pop(struct inspection_queue *queue); /* NULL: empty */

/* To the caller's side. */
void inspector_hand_back(struct inspector *ins, struct inspection *i);

/* A victim of now is not kept waiting by a sweep: called within one, now and then. */
void inspector_serve_urgent(struct inspector *ins);

/* ---- inspect.c ---- */

void inspect_sweep(struct inspector *ins, struct inspection *i);
void inspect_again(struct inspector *ins, struct inspection *i);
void inspect_bound(struct inspector *ins, struct inspection *i);

/* Lists the namespaces anew if the list is older. */
void inspector_scan(struct inspector *ins, uint64_t older_than_ns);
int inspector_enter(struct inspector *ins, uint32_t inum); /* 0, or -errno */
void inspector_go_home(struct inspector *ins);
void inspection_note_failure(struct inspection *i, int err);

/* Asks each namespace for its addresses. `i` is what to count it in, and urgent ones are
 * served meanwhile; NULL: it is for one of those. */
void inspector_find_addresses(struct inspector *ins, struct inspection *i);

/* Appends a row for each namespace that the socket may be in, by its address. False: out
 * of memory. */
bool inspector_place(const struct inspector *ins, const struct socket_row *row,
		     struct sockets *out);

/* By namespace. */
void inspector_sort(struct sockets *s);

/* With sockets that are bound to a device, which takes a list of all; or without. */
enum look_up { LOOK_UP_ALL, LOOK_UP_UNBOUND };

/* Looks rows up where they are placed; they are sorted by namespace, and each is entered
 * once. Those that it cannot see are left SOCKET_UNKNOWN, of those that went nothing is
 * left. `i` as for inspector_find_addresses(). */
void inspector_look_up(struct inspector *ins, struct inspection *i, struct socket_row *rows,
		       size_t count, enum look_up which);

/* ---- inspect_inward.c ---- */

/* What came of a row, by its tag. */
enum inward_mark {
	INWARD_FOUND = 1,
	INWARD_CUT = 2, /* not every translation of it could be followed */
};

/* For rows of which no socket was found: asks the namespaces that have their addresses
 * whether they translate for others, and so on inwards, four times at most. What is found
 * open is put into `found` (all zero), all of it, with the tuple that the socket itself sends;
 * sets the marks. `i` as for inspector_find_addresses(). */
void inspector_look_inward(struct inspector *ins, struct inspection *i, const struct sockets *rows,
			   uint64_t until_ns, struct sockets *found, uint8_t *marks);

/* ---- inspect_victims.c ---- */

/* Each of the list (by its `next`), BATCH_MAX at most, and hands it back. */
void inspect_victims(struct inspector *ins, struct inspection *first);

/* ---- inspect_listeners.c ---- */

/* As inspect_victims(), of kind INSPECT_LISTENER; NULL is fine. */
void inspect_listeners(struct inspector *ins, struct inspection *first);

/* ---- inspect_victims.c ---- */

/* Fills the victims of those rows that are sockets. False: there was no time for all. */
bool inspector_describe(struct inspector *ins, struct inspection *i, uint64_t deadline_ns);

#endif
