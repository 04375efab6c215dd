// SPDX-License-Identifier: GPL-2.0-only
/* The thread, and the queues there and back. */
#include "victims/inspector_private.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/capabilities.h"
#include "base/clock.h"
#include "base/thread.h"
#include "node/netns.h"

/* What a search of /proc may take for all of a flush. */
#define DETAILS_NS (5 * NSEC_PER_SEC)
/* What one look may take to end: a /proc or a namespace can hang. */
#define JOIN_NS (2 * NSEC_PER_SEC)
enum { NICE = 10 };

struct inspection *inspection_new(enum inspection_kind kind, size_t rows)
{
	bool has_victims = kind == INSPECT_ONE || kind == INSPECT_LISTENER ||
			   kind == INSPECT_DETAILS;
	struct inspection *i = calloc(1, sizeof(*i));

	if (!i)
		return NULL;
	i->kind = kind;
	if (rows) {
		i->sockets.rows = calloc(rows, sizeof(*i->sockets.rows));
		i->sockets.size = i->sockets.count = rows;
	}
	if (rows && has_victims)
		i->victims = calloc(rows, sizeof(*i->victims));
	if (rows && (!i->sockets.rows || (has_victims && !i->victims))) {
		inspection_free(i);
		return NULL;
	}
	return i;
}

void inspection_free(struct inspection *i)
{
	if (!i)
		return;
	sockets_release(&i->sockets);
	sockets_release(&i->asked);
	free(i->victims);
	free(i);
}

/* ---- queues ---- */

static void queue_init(struct inspection_queue *queue)
{
	queue->first = NULL;
	queue->last = &queue->first;
}

void inspection_push(struct inspection_queue *queue, struct inspection *i)
{
	i->next = NULL;
	*queue->last = i;
	queue->last = &i->next;
}

struct inspection *inspection_pop(struct inspection_queue *queue)
{
	struct inspection *i = queue->first;

	if (!i)
		return NULL;
	queue->first = i->next;
	if (!queue->first)
		queue->last = &queue->first;
	return i;
}

static void drop_all(struct inspection_queue *queue)
{
	struct inspection *i;

	while ((i = inspection_pop(queue)))
		inspection_free(i);
}

void inspector_hand_back(struct inspector *ins, struct inspection *i)
{
	pthread_mutex_lock(&ins->lock);
	inspection_push(&ins->done, i);
	pthread_mutex_unlock(&ins->lock);
	eventfd_write(ins->event_fd, 1);
}

/* Up to BATCH_MAX of them. False: none waits. */
static bool take_urgent(struct inspector *ins, struct inspection_queue *victims,
			struct inspection_queue *listeners)
{
	struct inspection *i;
	size_t count = 0;

	queue_init(victims);
	queue_init(listeners);
	pthread_mutex_lock(&ins->lock);
	while (count < BATCH_MAX && (i = inspection_pop(&ins->urgent))) {
		inspection_push(i->kind == INSPECT_LISTENER ? listeners : victims, i);
		count++;
	}
	pthread_mutex_unlock(&ins->lock);
	return count > 0;
}

/* ---- in the thread ---- */

/* A victim of now is not kept waiting by a sweep. */
void inspector_serve_urgent(struct inspector *ins)
{
	struct inspection_queue victims, listeners;

	while (take_urgent(ins, &victims, &listeners)) {
		if (victims.first)
			inspect_victims(ins, victims.first);
		inspect_listeners(ins, listeners.first);
	}
}

static void run(struct inspector *ins, struct inspection *i)
{
	i->looked_ns = clock_mono_ns();
	switch (i->kind) {
	case INSPECT_ONE: /* by themselves: see inspector_serve_urgent() */
	case INSPECT_LISTENER:
		break;
	case INSPECT_SWEEP:
		inspect_sweep(ins, i);
		break;
	case INSPECT_DETAILS:
		inspector_scan(ins, 60 * NSEC_PER_SEC);
		inspector_describe(ins, i, i->looked_ns + DETAILS_NS);
		break;
	case INSPECT_AGAIN:
		inspect_again(ins, i);
		break;
	case INSPECT_BOUND:
		inspect_bound(ins, i);
		if (i->victims)
			inspector_describe(ins, i, i->looked_ns + DETAILS_NS);
		break;
	case INSPECTIONS:
		break;
	}
	i->spent_ns = clock_mono_ns() - i->looked_ns;
	inspector_hand_back(ins, i);
}

static void *work(void *arg)
{
	struct inspector *ins = arg;
	struct inspection *i;
	bool is_over;

	/* Of this thread only: the rings are drained by another. */
	setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
	for (;;) {
		pthread_mutex_lock(&ins->lock);
		while (!ins->urgent.first && !ins->patient.first && !ins->is_over)
			pthread_cond_wait(&ins->has_work, &ins->lock);
		is_over = ins->is_over;
		i = ins->urgent.first ? NULL : inspection_pop(&ins->patient);
		pthread_mutex_unlock(&ins->lock);
		if (is_over)
			return NULL;
		if (i)
			run(ins, i);
		inspector_serve_urgent(ins);
	}
}

/* ---- the caller's side ---- */

struct inspector *inspector_new(const struct socket_walk *walk)
{
	struct inspector *ins = calloc(1, sizeof(*ins));
	int err = 0;

	if (!ins)
		return NULL;
	queue_init(&ins->urgent);
	queue_init(&ins->patient);
	queue_init(&ins->done);
	pthread_mutex_init(&ins->lock, NULL);
	pthread_cond_init(&ins->has_work, NULL);
	ins->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ins->home_fd = namespace_remember();
	ins->home = ins->inside = netns_own();
	ins->memory = socket_owner_memory_new();
	if (walk)
		ins->walk = *walk;
	if (ins->event_fd >= 0 && ins->home_fd >= 0 &&
	    !(err = thread_start(&ins->thread, work, ins,
				 CAPABILITIES_TO_LOOK | ins->walk.capabilities)))
		return ins;
	if (ins->event_fd >= 0)
		close(ins->event_fd);
	if (ins->home_fd >= 0)
		close(ins->home_fd);
	socket_owner_memory_free(ins->memory);
	free(ins);
	errno = -err;
	return NULL;
}

void inspector_free(struct inspector *ins)
{
	if (!ins)
		return;
	pthread_mutex_lock(&ins->lock);
	ins->is_over = true;
	drop_all(&ins->urgent);
	drop_all(&ins->patient);
	pthread_cond_signal(&ins->has_work);
	pthread_mutex_unlock(&ins->lock);
	if (!thread_join(ins->thread, JOIN_NS))
		return; /* it may look at all of it yet */
	drop_all(&ins->done);
	namespaces_release(&ins->namespaces);
	address_owners_release(&ins->address_owners);
	socket_owner_memory_free(ins->memory);
	pthread_mutex_destroy(&ins->lock);
	pthread_cond_destroy(&ins->has_work);
	close(ins->event_fd);
	close(ins->home_fd);
	free(ins);
}

void inspector_submit(struct inspector *ins, struct inspection *i)
{
	pthread_mutex_lock(&ins->lock);
	inspection_push(i->kind == INSPECT_ONE || i->kind == INSPECT_LISTENER ? &ins->urgent :
										&ins->patient,
			i);
	pthread_cond_signal(&ins->has_work);
	pthread_mutex_unlock(&ins->lock);
}

struct inspection *inspector_take(struct inspector *ins)
{
	struct inspection *i;
	eventfd_t count;

	pthread_mutex_lock(&ins->lock);
	i = inspection_pop(&ins->done);
	if (!i)
		eventfd_read(ins->event_fd, &count);
	pthread_mutex_unlock(&ins->lock);
	return i;
}

int inspector_fd(const struct inspector *ins)
{
	return ins->event_fd;
}
