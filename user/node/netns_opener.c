// SPDX-License-Identifier: GPL-2.0-only
#include "node/netns_opener.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "base/capabilities.h"
#include "base/clock.h"
#include "base/thread.h"
#include "node/netlink.h"
#include "node/netns.h"

/* A namespace can hang, its path be on a mount that does. */
#define JOIN_NS (2 * NSEC_PER_SEC)

enum phase {
	PHASE_IDLE,
	PHASE_ASKED,
	PHASE_ABANDONED, /* nobody waits for it any more */
	PHASE_DONE,
};

struct netns_opener {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t is_asked, is_done;
	enum phase phase;
	bool has_thread;
	bool is_lost; /* the thread could not come home, and ended */
	bool is_over;
	uint32_t inum;
	int bus;
	struct mnl_socket *nl; /* PHASE_DONE: the answer; NULL: see err */
	int err;
};

/* ---- in the thread ---- */

static struct mnl_socket *open_there(uint32_t inum, int bus, int *err, bool *is_lost)
{
	struct mnl_socket *nl;
	int home = netns_enter(inum);

	*err = home < 0 ? home : 0;
	if (home < 0)
		return NULL;
	nl = netlink_open(bus, SOCK_NONBLOCK);
	*err = nl ? 0 : -errno;
	*is_lost = netns_leave(home) != 0;
	return nl;
}

static void answer(struct netns_opener *o, struct mnl_socket *nl, int err)
{
	if (o->phase == PHASE_ABANDONED) {
		if (nl)
			mnl_socket_close(nl);
		o->phase = PHASE_IDLE;
		return;
	}
	o->nl = nl;
	o->err = err;
	o->phase = PHASE_DONE;
	pthread_cond_signal(&o->is_done);
}

static void *work(void *arg)
{
	struct netns_opener *o = arg;
	bool is_lost = false;

	pthread_mutex_lock(&o->lock);
	while (!o->is_over && !is_lost) {
		struct mnl_socket *nl;
		uint32_t inum = o->inum;
		int bus = o->bus, err;

		if (o->phase == PHASE_ABANDONED) /* before it began */
			o->phase = PHASE_IDLE;
		if (o->phase != PHASE_ASKED) {
			pthread_cond_wait(&o->is_asked, &o->lock);
			continue;
		}
		pthread_mutex_unlock(&o->lock);
		nl = open_there(inum, bus, &err, &is_lost);
		pthread_mutex_lock(&o->lock);
		answer(o, nl, err);
		o->is_lost = is_lost;
	}
	pthread_mutex_unlock(&o->lock);
	return NULL;
}

/* ---- the caller's side ---- */

static int wait_for_answer(struct netns_opener *o, uint64_t until_ns, struct mnl_socket **out)
{
	const struct timespec until = { .tv_sec = (time_t)(until_ns / NSEC_PER_SEC),
					.tv_nsec = (long)(until_ns % NSEC_PER_SEC) };
	int err = 0;

	while (o->phase != PHASE_DONE && !err)
		err = pthread_cond_timedwait(&o->is_done, &o->lock, &until);
	if (o->phase != PHASE_DONE) {
		o->phase = PHASE_ABANDONED;
		return -err;
	}
	o->phase = PHASE_IDLE;
	*out = o->nl;
	return o->err;
}

static int begin(struct netns_opener *o, uint32_t inum, int bus)
{
	if (o->is_lost)
		return -EIO;
	if (o->phase != PHASE_IDLE)
		return -EBUSY;
	if (!o->has_thread) {
		int err = thread_start(&o->thread, work, o, CAPABILITIES_TO_LOOK);

		if (err)
			return err;
		o->has_thread = true;
	}
	o->inum = inum;
	o->bus = bus;
	o->phase = PHASE_ASKED;
	pthread_cond_signal(&o->is_asked);
	return 0;
}

int netns_opener_open(struct netns_opener *o, uint32_t inum, int bus, uint64_t wait_ns,
		      struct mnl_socket **out)
{
	uint64_t until_ns = clock_mono_ns() + wait_ns;
	int err;

	pthread_mutex_lock(&o->lock);
	err = begin(o, inum, bus);
	if (!err)
		err = wait_for_answer(o, until_ns, out);
	pthread_mutex_unlock(&o->lock);
	return err;
}

struct netns_opener *netns_opener_new(void)
{
	struct netns_opener *o = calloc(1, sizeof(*o));
	pthread_condattr_t attr;

	if (!o)
		return NULL;
	pthread_mutex_init(&o->lock, NULL);
	pthread_cond_init(&o->is_asked, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&o->is_done, &attr);
	pthread_condattr_destroy(&attr);
	return o;
}

void netns_opener_free(struct netns_opener *o)
{
	if (!o)
		return;
	pthread_mutex_lock(&o->lock);
	o->is_over = true;
	pthread_cond_signal(&o->is_asked);
	pthread_mutex_unlock(&o->lock);
	if (o->has_thread && !thread_join(o->thread, JOIN_NS))
		return; /* it may look at all of it yet */
	pthread_mutex_destroy(&o->lock);
	pthread_cond_destroy(&o->is_asked);
	pthread_cond_destroy(&o->is_done);
	free(o);
}
