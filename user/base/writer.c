// SPDX-License-Identifier: GPL-2.0-only
#include "base/writer.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/thread.h"

/* What is written at once: small, so that a slow reader is seen to go on. */
enum { BLOCK_BYTES = 16 << 10, KICK_BYTES = 256 << 10 };
#define LOOK_NS (20 * NSEC_PER_MSEC)

struct block {
	struct block *next;
	size_t len, size;
	char text[];
};

struct writer {
	const struct writer_target *target;
	void *ctx;
	size_t limit;
	int event_fd;
	pthread_t thread;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t wake;
	struct block *first, *last;
	size_t held;       /* what is being written included */
	uint64_t progress; /* grows with each block that was written */
	bool is_closing, has_ended;
	int err;
};

/* ---- the thread ---- */

/* All that waits; NULL: it is over. */
static struct block *take_all(struct writer *w)
{
	struct block *all;

	pthread_mutex_lock(&w->lock);
	while (!w->first && !w->is_closing)
		pthread_cond_wait(&w->wake, &w->lock);
	all = w->first;
	w->first = w->last = NULL;
	pthread_mutex_unlock(&w->lock);
	return all;
}

static void note_done(struct writer *w, size_t len, int err)
{
	pthread_mutex_lock(&w->lock);
	w->held -= len;
	w->progress++;
	if (err && !w->err) {
		w->err = err;
		eventfd_write(w->event_fd, 1);
	}
	pthread_mutex_unlock(&w->lock);
}

static void *work(void *arg)
{
	struct writer *w = arg;
	struct block *b, *next;
	int err = 0;

	while ((b = take_all(w))) {
		for (; b; b = next) {
			next = b->next;
			if (!err)
				err = w->target->write(w->ctx, b->text, b->len);
			note_done(w, b->len, err);
			free(b);
		}
		if (!err && w->target->flush && (err = w->target->flush(w->ctx)))
			note_done(w, 0, err);
	}
	err = w->target->close(w->ctx);
	note_done(w, 0, err);
	pthread_mutex_lock(&w->lock);
	w->has_ended = true;
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

/* ---- the others ---- */

struct writer *writer_new(const struct writer_target *target, void *ctx, size_t limit,
			  uint64_t keep)
{
	struct writer *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->target = target;
	w->ctx = ctx;
	w->limit = limit;
	w->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->wake, NULL);
	if (w->event_fd >= 0 && !thread_start(&w->thread, work, w, keep))
		return w;
	if (w->event_fd >= 0)
		close(w->event_fd);
	free(w);
	return NULL;
}

/* Room for `len` bytes in one piece. */
static struct block *block_for(struct writer *w, size_t len)
{
	size_t size = len > BLOCK_BYTES ? len : BLOCK_BYTES;
	struct block *b = w->last;

	if (b && b->size - b->len >= len)
		return b;
	b = malloc(sizeof(*b) + size);
	if (!b)
		return NULL;
	*b = (struct block){ .size = size };
	if (w->last)
		w->last->next = b;
	else
		w->first = b;
	w->last = b;
	return b;
}

static int put(struct writer *w, const char *text, size_t len, bool is_last)
{
	struct block *b;

	if (w->err)
		return w->err;
	if (!is_last && (len > w->limit || w->held > w->limit - len))
		return -EAGAIN;
	/* A page is long: in pieces, that it is seen to go on. */
	while (len) {
		size_t piece = is_last && len > BLOCK_BYTES ? BLOCK_BYTES : len;

		b = block_for(w, piece);
		if (!b)
			return -EAGAIN;
		memcpy(b->text + b->len, text, piece);
		b->len += piece;
		w->held += piece;
		text += piece;
		len -= piece;
	}
	if (w->held >= KICK_BYTES)
		pthread_cond_signal(&w->wake);
	return 0;
}

int writer_put(struct writer *w, const char *text, size_t len, bool is_last)
{
	int err;

	pthread_mutex_lock(&w->lock);
	err = put(w, text, len, is_last);
	pthread_mutex_unlock(&w->lock);
	return err;
}

int writer_kick(struct writer *w)
{
	int err;

	pthread_mutex_lock(&w->lock);
	err = w->err;
	if (w->first)
		pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
	return err;
}

bool writer_has_room(struct writer *w)
{
	return writer_held(w) <= w->limit / 2;
}

size_t writer_held(struct writer *w)
{
	size_t held;

	pthread_mutex_lock(&w->lock);
	held = w->held;
	pthread_mutex_unlock(&w->lock);
	return held;
}

int writer_fd(const struct writer *w)
{
	return w->event_fd;
}

struct state {
	bool is_done;
	uint64_t progress;
	int err;
};

static struct state look(struct writer *w, bool is_closing)
{
	struct state s;

	pthread_mutex_lock(&w->lock);
	w->is_closing |= is_closing;
	s = (struct state){ is_closing ? w->has_ended : !w->held || w->err, w->progress, w->err };
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
	return s;
}

static int wait_for(struct writer *w, bool is_closing, uint64_t patience_ns,
		    const volatile sig_atomic_t *hurry)
{
	struct timespec pause = { .tv_nsec = NSEC_PER_MSEC / 4 };
	uint64_t since_ns = clock_mono_ns();
	struct state s = look(w, is_closing), now;

	while (!s.is_done) {
		if (clock_mono_ns() - since_ns >= patience_ns || (hurry && *hurry))
			return -ETIMEDOUT;
		nanosleep(&pause, NULL);
		if (pause.tv_nsec < (long)LOOK_NS)
			pause.tv_nsec *= 2;
		now = look(w, is_closing);
		if (now.progress != s.progress)
			since_ns = clock_mono_ns();
		s = now;
	}
	return s.err;
}

int writer_wait(struct writer *w, uint64_t patience_ns, const volatile sig_atomic_t *hurry)
{
	return wait_for(w, false, patience_ns, hurry);
}

int writer_close(struct writer *w, uint64_t patience_ns, const volatile sig_atomic_t *hurry)
{
	int err = wait_for(w, true, patience_ns, hurry);

	if (err == -ETIMEDOUT && !look(w, true).is_done) {
		pthread_detach(w->thread);
		return err;
	}
	pthread_join(w->thread, NULL);
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->wake);
	close(w->event_fd);
	free(w);
	return err;
}
