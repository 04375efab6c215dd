// SPDX-License-Identifier: GPL-2.0-only
#include "log/watch.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/capabilities.h"
#include "base/clock.h"
#include "base/message.h"
#include "base/thread.h"
#include "base/utf8.h"
#include "log/rules.h"
#include "log/sender.h"

/* Lines held: the rest is counted. */
enum { HELD_MAX = 256 };
enum { LOOK_MS = 200 }; /* a file may have to be looked at now and then */
/* What the last look may take: a mount can hang, journalctl has its own two seconds. */
#define JOIN_NS (6 * NSEC_PER_SEC)

struct held {
	uint64_t mono_ns, wall_ns;
	struct log_observation line;
};

struct log_watch {
	char source[sizeof(((struct log_observation *)0)->source)];
	char *path; /* NULL: the journal */
	struct log_rules *rules;
	uint64_t start_ns;
	struct log_file *file;       /* the thread's */
	struct log_journal *journal; /* the thread's */
	bool has_ended;              /* the thread's: journalctl, by itself */
	struct log_budgets budgets;  /* the thread's: of the rate limit */
	struct clock_history clock;  /* the thread's */
	pthread_t thread;
	bool has_thread, is_left; /* left: it hung, and may come back to all of this */
	sem_t opened;
	bool is_open;
	char *why;
	int fd, stop_fd;
	pthread_mutex_t lock; /* of what follows */
	size_t first, count;
	uint64_t dropped;
	struct held held[HELD_MAX];
};

/* ---- the thread ---- */

static void wake(int fd)
{
	uint64_t one = 1;

	if (write(fd, &one, sizeof(one)) < 0)
		return; /* it is readable already */
}

static void hold(struct log_watch *w, const struct held *held)
{
	pthread_mutex_lock(&w->lock);
	if (held && w->count < HELD_MAX) {
		struct held *place = &w->held[(w->first + w->count++) % HELD_MAX];

		*place = *held;
		place->line.dropped = w->dropped;
		w->dropped = 0;
	} else {
		w->dropped++;
	}
	pthread_mutex_unlock(&w->lock);
	wake(w->fd);
}

static void take_line(void *ctx, const char *line, uint32_t sender, uint64_t mono_ns,
		      bool is_read_time)
{
	struct log_watch *w = ctx;
	struct held held = { .mono_ns = mono_ns,
			     .wall_ns = clock_history_wall(&w->clock, mono_ns),
			     .line.is_read_time = is_read_time };
	const char *rule = log_rules_match(w->rules, line);

	if (!rule || mono_ns < w->start_ns)
		return;
	if (!log_budgets_take(&w->budgets, sender, clock_mono_ns())) {
		hold(w, NULL);
		return;
	}
	snprintf(held.line.source, sizeof(held.line.source), "%s", w->source);
	snprintf(held.line.rule, sizeof(held.line.rule), "%s", rule);
	utf8_printable(line, held.line.line, sizeof(held.line.line));
	hold(w, &held);
}

static bool look(struct log_watch *w)
{
	clock_sample(&w->clock);
	return w->file ? log_file_turn(w->file, &w->clock, take_line, w) :
			 log_journal_turn(w->journal, &w->clock, take_line, w);
}

static void look_last(struct log_watch *w)
{
	if (w->file)
		look(w);
	else
		log_journal_finish(w->journal, &w->clock, take_line, w);
}

/* Said once: what comes later will be missed. */
static int journal_fd(struct log_watch *w)
{
	int fd = log_journal_fd(w->journal);

	if (fd < 0 && !w->has_ended)
		message("journalctl ended: the journal's further lines will be missing; see "
			"journalctl --verify");
	w->has_ended = fd < 0;
	return fd;
}

/* Readable once the wall clock was set, or came out of a suspend: so a step is known to
 * a millisecond or so. It never expires otherwise. */
static void watch_clock(int fd)
{
	struct itimerspec never = { .it_value.tv_sec = INT32_MAX };
	uint64_t expirations;

	if (fd < 0)
		return;
	if (read(fd, &expirations, sizeof(expirations)) < 0)
		expirations = 0; /* ECANCELED is what it is for */
	timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL);
}

static void follow(struct log_watch *w)
{
	struct pollfd fds[] = {
		{ .fd = w->stop_fd, .events = POLLIN },
		{ .events = POLLIN },
		{ .fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK),
		  .events = POLLIN },
	};

	watch_clock(fds[2].fd);
	do {
		bool has_more = look(w);

		fds[1].fd = w->file ? log_file_fd(w->file) : journal_fd(w);
		for (size_t i = 0; i < 3; i++)
			fds[i].revents = 0;
		poll(fds, 3, has_more ? 0 : LOOK_MS);
		if (fds[2].revents)
			watch_clock(fds[2].fd);
	} while (!fds[0].revents);
	look_last(w);
	if (fds[2].fd >= 0)
		close(fds[2].fd);
}

/* journalctl ends with the thread that started it: this one. */
static void *run(void *watch)
{
	struct log_watch *w = watch;

	if (w->path)
		w->file = log_file_open(w->path, w->why);
	else
		w->journal = log_journal_open(w->why);
	w->is_open = w->file || w->journal;
	w->why = NULL;
	sem_post(&w->opened);
	if (w->is_open)
		follow(w);
	log_file_close(w->file);
	log_journal_close(w->journal);
	return NULL;
}

/* ---- the others ---- */

static int start_thread(struct log_watch *w)
{
	int err = thread_start(&w->thread, run, w, CAPABILITY(CAP_DAC_READ_SEARCH));

	w->has_thread = !err;
	return err;
}

struct log_watch *log_watch_new(const char *source, char why[LOG_WHY_BYTES])
{
	struct log_watch *w = calloc(1, sizeof(*w));
	bool is_journal = !strcmp(source, "journal");

	snprintf(why, LOG_WHY_BYTES, "cannot follow the log %.120s: out of memory", source);
	if (!w)
		return NULL;
	pthread_mutex_init(&w->lock, NULL);
	sem_init(&w->opened, 0, 0);
	utf8_printable(source, w->source, sizeof(w->source));
	w->why = why;
	w->start_ns = clock_mono_ns();
	log_budgets_init(&w->budgets, w->start_ns);
	w->path = is_journal ? NULL : strdup(source);
	w->rules = log_rules_new();
	w->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	w->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if ((is_journal || w->path) && w->rules && w->fd >= 0 && w->stop_fd >= 0 &&
	    !start_thread(w)) {
		while (sem_wait(&w->opened) && errno == EINTR)
			;
		if (w->is_open)
			return w;
	}
	log_watch_free(w);
	return NULL;
}

void log_watch_finish(struct log_watch *w)
{
	if (!w || !w->has_thread)
		return;
	wake(w->stop_fd);
	w->is_left = !thread_join(w->thread, JOIN_NS);
	w->has_thread = false;
	if (w->is_left)
		message("the log %s hangs: its last lines may be missing", w->source);
}

void log_watch_free(struct log_watch *w)
{
	if (!w)
		return;
	log_watch_finish(w);
	if (w->is_left)
		return;
	if (w->fd >= 0)
		close(w->fd);
	if (w->stop_fd >= 0)
		close(w->stop_fd);
	log_rules_free(w->rules);
	sem_destroy(&w->opened);
	pthread_mutex_destroy(&w->lock);
	free(w->path);
	free(w);
}

int log_watch_fd(const struct log_watch *w)
{
	return w->fd;
}

bool log_watch_has_lines(struct log_watch *w)
{
	bool has_lines;

	pthread_mutex_lock(&w->lock);
	has_lines = w->count > 0;
	pthread_mutex_unlock(&w->lock);
	return has_lines;
}

/* What found no room, and no line came after to say so. */
static bool take_dropped(struct log_watch *w, uint64_t until_ns, struct observation *out)
{
	if (!w->dropped || w->has_thread)
		return false;
	out->mono_ns = until_ns;
	out->wall_ns = until_ns + clock_wall_offset_ns();
	out->log.dropped = w->dropped;
	snprintf(out->log.source, sizeof(out->log.source), "%s", w->source);
	w->dropped = 0;
	return true;
}

bool log_watch_take(struct log_watch *w, uint64_t until_ns, struct observation *out)
{
	struct held *held = &w->held[w->first];
	uint64_t seen;
	bool is_taken;

	if (read(w->fd, &seen, sizeof(seen)) < 0)
		seen = 0; /* nothing new came: what is held may be due now */
	memset(out, 0, sizeof(*out));
	out->type = OBSERVATION_LOG;
	pthread_mutex_lock(&w->lock);
	is_taken = w->count && held->mono_ns <= until_ns;
	if (is_taken) {
		out->mono_ns = held->mono_ns;
		out->wall_ns = held->wall_ns;
		out->log = held->line;
		w->first = (w->first + 1) % HELD_MAX;
		w->count--;
	} else if (!w->count) {
		is_taken = take_dropped(w, until_ns, out);
	}
	pthread_mutex_unlock(&w->lock);
	return is_taken;
}
