// SPDX-License-Identifier: GPL-2.0-only
#include "session/witnesses.h"

#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "node/address_monitor.h"
#include "node/kernel_counter.h"
#include "node/netlink.h"
#include "node/netns.h"

/* What was only counted is handed on up to a second late, and in the second after that
 * (wire/syn_storm.h). */
#define SETTLE_NS (3 * NSEC_PER_SEC)
#define BEGIN_WAIT_NS (200 * NSEC_PER_MSEC)
#define ANNOUNCED_NS (100 * NSEC_PER_MSEC)
#define END_WAIT_NS (2 * NSEC_PER_SEC)

struct witnesses {
	struct kernel_counter *counter;
	struct tally *tally;
	struct mnl_socket *addresses;   /* NULL: no announcements are heard */
	struct kernel_reading *reading; /* to be compared; NULL: none */
	uint64_t due_ns;                /* when */
	bool is_asked;                  /* and not read yet */
	uint64_t heard_ns;              /* when an address was last announced */
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
	w->addresses = address_monitor_open();
	if (w->tally && !w->addresses)
		tally_hear_gap(w->tally);
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
	if (w->addresses)
		mnl_socket_close(w->addresses);
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
	static const struct kernel_reading none = { .unread = 1 };
	struct kernel_reading *reading = w->reading;
	int err = 0;

	w->reading = NULL;
	w->due_ns = 0;
	if (reading || is_last) /* that it was not there in time is said, too */
		err = tally_compare(w->tally, reading ? reading : &none, is_last, take_stamped, w);
	kernel_reading_free(reading);
	return err;
}

static void hear_removed(void *ctx, uint8_t family, uint32_t ifindex, const struct address *local)
{
	struct witnesses *w = ctx;

	w->heard_ns = clock_mono_ns();
	tally_hear(w->tally, family, ifindex, local);
}

void witnesses_hear(struct witnesses *w)
{
	if (w && w->addresses && !address_monitor_read(w->addresses, hear_removed, w))
		tally_hear_gap(w->tally);
}

void witnesses_ask(struct witnesses *w)
{
	/* One that is under way is of what was asked then. */
	if (!w || w->reading || w->is_asked)
		return;
	w->is_asked = true;
	witnesses_hear(w);
	tally_ask(w->tally);
	kernel_counter_ask(w->counter);
}

/* The reading that was asked for, if it comes in time. */
static struct kernel_reading *wait_for(struct witnesses *w, uint64_t wait_ns)
{
	struct kernel_reading *reading = kernel_counter_wait(w->counter, wait_ns);

	w->is_asked &= !reading;
	return reading;
}

void witnesses_begin(struct witnesses *w)
{
	if (!w)
		return;
	witnesses_ask(w);
	w->reading = wait_for(w, BEGIN_WAIT_NS);
	compare(w, false); /* with nothing yet: this is where counting begins */
}

int witnesses_addresses_fd(const struct witnesses *w)
{
	return w && w->addresses ? mnl_socket_get_fd(w->addresses) : -1;
}

int witnesses_fd(const struct witnesses *w)
{
	return w ? kernel_counter_fd(w->counter) : -1;
}

void witnesses_read(struct witnesses *w)
{
	kernel_reading_free(w->reading);
	w->reading = kernel_counter_take(w->counter);
	w->is_asked &= !w->reading;
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
	kernel_reading_free(wait_for(w, END_WAIT_NS));
	kernel_reading_free(w->reading);
	w->reading = NULL;
	witnesses_ask(w);
	w->reading = wait_for(w, END_WAIT_NS);
	/* An address is announced before its probe sees it: whoever is in between goes on. */
	if (w->heard_ns && clock_mono_ns() - w->heard_ns < ANNOUNCED_NS)
		nanosleep(&(struct timespec){ .tv_nsec = ANNOUNCED_NS }, NULL);
}

int witnesses_end(struct witnesses *w)
{
	return w ? compare(w, true) : 0;
}
