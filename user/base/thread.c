// SPDX-License-Identifier: GPL-2.0-only
#include "base/thread.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "base/capabilities.h"
#include "base/clock.h"

struct start {
	void *(*work)(void *arg);
	void *arg;
	uint64_t keep;
};

static void *run(void *start)
{
	struct start s = *(struct start *)start;

	free(start);
	capabilities_keep(s.keep);
	return s.work(s.arg);
}

int thread_start(pthread_t *thread, void *(*work)(void *arg), void *arg, uint64_t keep)
{
	struct start *start = malloc(sizeof(*start));
	sigset_t all, before;
	int err;

	if (!start)
		return -ENOMEM;
	*start = (struct start){ work, arg, keep };
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(thread, NULL, run, start);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (err)
		free(start);
	return -err;
}

bool thread_join(pthread_t thread, uint64_t patience_ns)
{
	uint64_t until_ns = clock_mono_ns() + patience_ns;
	struct timespec until = { .tv_sec = (time_t)(until_ns / NSEC_PER_SEC),
				  .tv_nsec = (long)(until_ns % NSEC_PER_SEC) };

	if (!pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &until))
		return true;
	pthread_detach(thread);
	return false;
}
