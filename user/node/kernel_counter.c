// SPDX-License-Identifier: GPL-2.0-only
#include "node/kernel_counter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/array.h"
#include "base/capabilities.h"
#include "base/clock.h"
#include "base/thread.h"
#include "node/entry_sample.h"
#include "node/namespaces.h"
#include "node/netns.h"

/* What one look may take to end: a namespace can hang. */
#define JOIN_NS (2 * NSEC_PER_SEC)

struct kernel_counter {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t is_asked, is_done;
	bool is_busy, is_over;
	struct kernel_reading *done; /* NULL: none */
	int event_fd, home_fd;
	uint32_t home;
	struct namespaces namespaces; /* these are the thread's own */
	struct entry_sample sample;   /* of the reading before */
};

/* A sample is a walk of the table that all namespaces share: of as many as fit into it. */
#define SAMPLE_NS (20 * NSEC_PER_MSEC)

struct round {
	struct kernel_reading *out;
	struct entry_sample sample;
	uint64_t until_ns; /* of this thread's time */
};

/* ---- reading ---- */

/* Where the words after the group's name begin, of its first line from `text` on. */
static const char *find_group(const char *text, const char *group)
{
	size_t len = strlen(group);

	while (text && *text) {
		if (!strncmp(text, group, len) && text[len] == ':')
			return text + len + 1;
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	return NULL;
}

bool snmp_read(const char *text, const char *group, const char *name, uint64_t *value)
{
	const char *names = find_group(text, group), *values = NULL;
	size_t len = strlen(name);

	if (names && (values = strchr(names, '\n')))
		values = find_group(values + 1, group);
	while (names && values) {
		names += strspn(names, " ");
		values += strspn(values, " ");
		if (!strncmp(names, name, len) && strchr(" \n", names[len])) {
			char *end;

			*value = strtoull(values, &end, 10);
			return end != values;
		}
		names += strcspn(names, " \n");
		values += strcspn(values, " \n");
		if (*names != ' ' || *values != ' ')
			return false;
	}
	return false;
}

/* The calling thread's own namespace's. 0, or -errno. */
static int read_here(struct kernel_count *count)
{
	char text[8192];
	ssize_t len;
	int fd = open("/proc/thread-self/net/snmp", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[len > 0 ? len : 0] = '\0';
	return snmp_read(text, "Tcp", "OutRsts", &count->resets) ? 0 : -EINVAL;
}

static int read_namespace(const struct kernel_counter *c, const struct namespace *ns,
			  struct round *round)
{
	struct kernel_reading *out = round->out;
	struct kernel_count *count;
	/* Its own comes first, and takes no privilege. */
	int err = ns->inum == c->home ? 0 : namespace_enter(ns);

	if (err)
		return err;
	if (!array_reserve(&out->counts, &out->size, out->count + 1, sizeof(*out->counts)))
		return -ENOMEM;
	count = &out->counts[out->count];
	*count = (struct kernel_count){ .inum = ns->inum };
	err = read_here(count);
	out->count += !err;
	entry_sample_ask(&c->sample, ns->inum, out);
	if (clock_thread_ns() < round->until_ns)
		entry_sample_take(&round->sample, ns->inum);
	return err;
}

/* One that went has nothing left to count. */
static void read_if(const struct kernel_counter *c, bool is_own, struct round *round)
{
	for (size_t i = 0; i < c->namespaces.count; i++) {
		const struct namespace *ns = &c->namespaces.items[i];
		int err;

		if ((ns->inum == c->home) != is_own)
			continue;
		err = read_namespace(c, ns, round);
		round->out->unread += err && err != -ENOENT && err != -ESRCH;
	}
}

static struct kernel_reading *read_all(struct kernel_counter *c)
{
	struct round round = { .out = calloc(1, sizeof(*round.out)) };

	if (!round.out)
		return NULL;
	namespaces_scan(&c->namespaces);
	round.until_ns = clock_thread_ns() + SAMPLE_NS;
	read_if(c, true, &round);
	read_if(c, false, &round);
	round.out->unread += c->namespaces.is_cut || c->namespaces.is_denied;
	entry_sample_release(&c->sample);
	c->sample = round.sample;
	return round.out;
}

/* ---- in the thread ---- */

static void *work(void *arg)
{
	struct kernel_counter *c = arg;
	bool is_lost = false;

	pthread_mutex_lock(&c->lock);
	while (!c->is_over) {
		struct kernel_reading *out;

		if (!c->is_busy || c->done || is_lost) {
			pthread_cond_wait(&c->is_asked, &c->lock);
			continue;
		}
		pthread_mutex_unlock(&c->lock);
		out = read_all(c);
		is_lost = namespace_return(c->home_fd) != 0; /* nothing is read any more */
		pthread_mutex_lock(&c->lock);
		c->done = out;
		c->is_busy = false;
		pthread_cond_signal(&c->is_done);
		eventfd_write(c->event_fd, 1);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

/* ---- the caller's side ---- */

struct kernel_counter *kernel_counter_new(void)
{
	struct kernel_counter *c = calloc(1, sizeof(*c));
	pthread_condattr_t attr;
	int err;

	if (!c)
		return NULL;
	c->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	c->home_fd = namespace_remember();
	c->home = netns_own();
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->is_asked, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&c->is_done, &attr);
	pthread_condattr_destroy(&attr);
	err = c->event_fd < 0 || c->home_fd < 0 ?
		      -EIO :
		      thread_start(&c->thread, work, c, CAPABILITIES_TO_LOOK);
	if (!err)
		return c;
	if (c->event_fd >= 0)
		close(c->event_fd);
	if (c->home_fd >= 0)
		close(c->home_fd);
	free(c);
	errno = -err;
	return NULL;
}

void kernel_counter_free(struct kernel_counter *c)
{
	if (!c)
		return;
	pthread_mutex_lock(&c->lock);
	c->is_over = true;
	pthread_cond_signal(&c->is_asked);
	pthread_mutex_unlock(&c->lock);
	if (!thread_join(c->thread, JOIN_NS))
		return; /* it may look at all of it yet */
	kernel_reading_free(c->done);
	namespaces_release(&c->namespaces);
	entry_sample_release(&c->sample);
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->is_asked);
	pthread_cond_destroy(&c->is_done);
	close(c->event_fd);
	close(c->home_fd);
	free(c);
}

void kernel_counter_ask(struct kernel_counter *c)
{
	pthread_mutex_lock(&c->lock);
	c->is_busy = true;
	pthread_cond_signal(&c->is_asked);
	pthread_mutex_unlock(&c->lock);
}

static struct kernel_reading *take_done(struct kernel_counter *c)
{
	struct kernel_reading *done = c->done;
	eventfd_t count;

	c->done = NULL;
	eventfd_read(c->event_fd, &count);
	return done;
}

struct kernel_reading *kernel_counter_take(struct kernel_counter *c)
{
	struct kernel_reading *done;

	pthread_mutex_lock(&c->lock);
	done = take_done(c);
	pthread_mutex_unlock(&c->lock);
	return done;
}

struct kernel_reading *kernel_counter_wait(struct kernel_counter *c, uint64_t wait_ns)
{
	uint64_t until_ns = clock_mono_ns() + wait_ns;
	const struct timespec until = { .tv_sec = (time_t)(until_ns / NSEC_PER_SEC),
					.tv_nsec = (long)(until_ns % NSEC_PER_SEC) };
	struct kernel_reading *done;
	int err = 0;

	pthread_mutex_lock(&c->lock);
	while (c->is_busy && !c->done && !err)
		err = pthread_cond_timedwait(&c->is_done, &c->lock, &until);
	done = take_done(c);
	pthread_mutex_unlock(&c->lock);
	return done;
}

void kernel_reading_free(struct kernel_reading *reading)
{
	if (!reading)
		return;
	free(reading->counts);
	free(reading->gone);
	free(reading);
}

int kernel_counter_fd(const struct kernel_counter *c)
{
	return c->event_fd;
}
