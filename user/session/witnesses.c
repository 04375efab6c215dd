// SPDX-License-Identifier: GPL-2.0-only
#include "session/witnesses.h"

#include <stdlib.h>

#include "base/clock.h"
#include "node/kernel_counter.h"
#include "node/netns.h"

/* What was only counted is handed on up to a second late, and in the second after that
 * (wire/syn_storm.h). */
#define SETTLE_NS (3 * NSEC_PER_SEC)
#define BEGIN_WAIT_NS (200 * NSEC_PER_MSEC)
#define END_WAIT_NS (2 * NSEC_PER_SEC)

struct witnesses {
	struct kernel_counter *counter;
	struct tally *tally;
	struct kernel_reading *reading; /* to be compared; NULL: none */
	uint64_t due_ns;                /* when */
	source_take_fn take;
	void *ctx;
};

struct witnesses *witnesses_new(source_take_fn take, void *ctx)
{
	struct witnesses *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->take = take;
	w->ctx = ctx;
	w->tally = tally_new();
	w->counter = kernel_counter_new();
	if (w->tally && w->counter)
		return w;
	witnesses_free(w);
	return NULL;
}

void witnesses_free(struct witnesses *w)
{
	if (!w)
		return;
	kernel_counter_free(w->counter);
	kernel_reading_free(w->reading);
	tally_free(w->tally);
	free(w);
}

void witnesses_note(struct witnesses *w, const struct observation *seen)
{
	if (w)
		tally_note(w->tally, seen);
}

/* A comparison gets its time and place when it is made. */
static int take_stamped(void *ctx, const struct observation *found)
{
	struct witnesses *w = ctx;
	struct observation seen = *found;

	if (!seen.netns.inum)
		seen.netns.inum = netns_own();
	seen.mono_ns = clock_mono_ns();
	seen.wall_ns = seen.mono_ns + clock_wall_offset_ns();
	return w->take(w->ctx, &seen);
}

static int compare(struct witnesses *w, bool is_last)
{
	struct kernel_reading *reading = w->reading;
	int err = 0;

	w->reading = NULL;
	w->due_ns = 0;
	if (reading)
		err = tally_compare(w->tally, reading, is_last, take_stamped, w);
	kernel_reading_free(reading);
	return err;
}

void witnesses_ask(struct witnesses *w)
{
	if (!w || w->reading)
		return;
	tally_ask(w->tally);
	kernel_counter_ask(w->counter);
}

void witnesses_begin(struct witnesses *w)
{
	if (!w)
		return;
	witnesses_ask(w);
	w->reading = kernel_counter_wait(w->counter, BEGIN_WAIT_NS);
	compare(w, false); /* with nothing yet: this is where counting begins */
}

int witnesses_fd(const struct witnesses *w)
{
	return w ? kernel_counter_fd(w->counter) : -1;
}

void witnesses_read(struct witnesses *w)
{
	kernel_reading_free(w->reading);
	w->reading = kernel_counter_take(w->counter);
	w->due_ns = w->reading ? clock_mono_ns() + SETTLE_NS : 0;
}

uint64_t witnesses_due_ns(const struct witnesses *w)
{
	return w ? w->due_ns : 0;
}

int witnesses_turn(struct witnesses *w, uint64_t until_ns)
{
	return w && w->due_ns && until_ns >= w->due_ns ? compare(w, false) : 0;
}

void witnesses_ask_last(struct witnesses *w)
{
	if (!w)
		return;
	/* One that is under way may have begun earlier. */
	kernel_reading_free(kernel_counter_wait(w->counter, END_WAIT_NS));
	kernel_reading_free(w->reading);
	w->reading = NULL;
	witnesses_ask(w);
	w->reading = kernel_counter_wait(w->counter, END_WAIT_NS);
}

int witnesses_end(struct witnesses *w)
{
	return w ? compare(w, true) : 0;
}
