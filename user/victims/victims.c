// SPDX-License-Identifier: GPL-2.0-only
#include "victims/victims.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "blame/settle.h"
#include "victims/hold_queue.h"

/* How long a reset may wait for its victim, which only a busy machine makes it do. */
#define VICTIM_NS NSEC_PER_SEC
/* One whose verdict depends on it waits longer: a busy machine must not decide (truth rule 12). */
#define SETTLE_NS (5 * NSEC_PER_SEC)
/* journald tells a line within 10 ms as a rule; syslog daemons are slower. */
#define LATE_LINE_NS (500 * NSEC_PER_MSEC)

/* To be looked up at once; the others wait until they can be asked for. */
enum { ASKED_MAX = 256 };
/* Nobody is hurt who could be late; the first look takes the longest, and a busy machine too. */
#define LISTENER_NS (2 * NSEC_PER_SEC)
/* Listeners of ports that SYNs were refused at; a scan of ports would have more of them. */
enum { LISTENERS_PER_S = 64 };
/* Of sockets that are not there, which have ended only now. */
enum { ENDS_PER_S = 16 };

struct victims {
	struct inspector *inspector; /* NULL: nobody looks */
	blame_sink_fn next;
	void *ctx;
	struct hold_queue queue;
	bool has_log, is_over;
	uint64_t tickets;
	size_t asked, unasked; /* looked up now; and to be, of those that are held */
	uint64_t unlooked;
	uint64_t second_ns; /* listeners that were asked for since then: */
	size_t listeners;
	victims_ended_fn ended; /* NULL: nobody knows */
	void *ended_ctx;
	uint64_t ends_ns; /* asked for since then: */
	size_t ends;
};

/* ---- going on ---- */

/* The verdict hears what came of looking. */
static void set_victim(struct finding *f, const struct victim *found, enum victim_look look)
{
	struct victim victim = *found;
	struct reset_blame blamed = *f->reset;

	victim.role = f->wanted->role;
	victim.look = (uint8_t)look;
	settle_reset(f->seen, &victim, &blamed);
	finding_set_victim(f, &victim, &blamed);
}

/* In its time nobody could look, but its flow may be known to have been at risk: then
 * the socket was seen before. */
static void take_as_known(struct victims *v, struct finding *f)
{
	static const struct victim nobody;
	struct victim victim;

	if (!f->wanted->known) {
		v->unlooked += f->wanted->role != VICTIM_LISTENER;
		return set_victim(f, &nobody, LOOK_LATE);
	}
	victim = *f->wanted->known;
	victim.looked_ago_ns = f->wanted->known_ago_ns;
	set_victim(f, &victim, LOOK_FOUND);
}

/* The state tells whether one was found; without the time for all, that none was says
 * nothing. */
static enum victim_look look_of(const struct inspection *found)
{
	if (found->victims[0].socket_state != SOCKET_NONE)
		return LOOK_FOUND;
	return found->is_cut || found->err ? LOOK_LATE : LOOK_ABSENT;
}

static bool may_ask_for_end(struct victims *v)
{
	uint64_t now_ns = clock_mono_ns();

	if (now_ns - v->ends_ns >= NSEC_PER_SEC) {
		v->ends_ns = now_ns;
		v->ends = 0;
	}
	return v->ended && v->ends++ < ENDS_PER_S;
}

/* Where the verdict depends on it: a process that was reset closes its socket at once. */
static enum victim_look look_again(struct victims *v, const struct finding *f)
{
	struct tuple packet = tuple_inverse(&f->wanted->tuple);

	if ((f->reset->needs_socket || f->reset->doubted_cause) && may_ask_for_end(v) &&
	    v->ended(v->ended_ctx, f->seen->reset.family, &packet, f->mono_ns))
		return LOOK_ENDED;
	return LOOK_ABSENT;
}

static void let_go(struct victims *v)
{
	struct held held = hold_queue_take(&v->queue);

	v->unasked -= held.is_unasked;
	if (held.ticket || held.is_unasked)
		take_as_known(v, held.finding);
	v->next(v->ctx, held.finding);
	finding_free(held.finding);
}

/* ---- asking ---- */

/* The answer to a SYN: its socket has no connection yet. */
static bool is_handshake(const struct finding *f)
{
	const uint8_t both = PACKET_SYN | PACKET_ACK;

	return (f->seen->reset.flags & both) == both;
}

static void ask(struct victims *v, struct held *held)
{
	const struct wanted_socket *wanted = held->finding->wanted;
	bool is_listener = wanted->role == VICTIM_LISTENER;
	struct inspection *i = inspection_new(is_listener ? INSPECT_LISTENER : INSPECT_ONE, 1);

	if (!i)
		return; /* it stays unasked */
	i->sockets.rows[0] = (struct socket_row){ .tuple = wanted->tuple,
						  .family = held->finding->seen->reset.family,
						  .netns = wanted->inum,
						  .inode = wanted->inode,
						  .is_asking = is_handshake(held->finding) };
	i->is_own = wanted->role == VICTIM_OWN;
	i->place = held->finding->seen->netns.inum;
	memcpy(i->ifname, held->finding->seen->reset.ifname, sizeof(i->ifname));
	i->id = held->ticket = ++v->tickets;
	i->until_ns = held->until_ns = clock_mono_ns() + (is_listener ? LISTENER_NS :
							  held->finding->reset->needs_socket ?
									SETTLE_NS :
									VICTIM_NS);
	held->is_unasked = false;
	v->unasked--;
	v->asked++;
	inspector_submit(v->inspector, i);
}

static void ask_for_more(struct victims *v)
{
	size_t before = v->unasked + 1;

	/* Without memory it gets nowhere. */
	while (v->inspector && v->unasked && v->unasked < before && v->asked < ASKED_MAX) {
		before = v->unasked;
		ask(v, hold_queue_unasked(&v->queue));
	}
}

void victims_found(struct victims *v, const struct inspection *found)
{
	struct held *held = hold_queue_find(&v->queue, found->id);
	enum victim_look look = look_of(found);

	v->asked--;
	if (!held)
		return; /* it went on without */
	held->ticket = 0;
	if (found->is_cut && found->victims[0].socket_state == SOCKET_NONE) {
		take_as_known(v, held->finding);
		return;
	}
	v->unlooked += found->is_cut && found->kind != INSPECT_LISTENER;
	if (look == LOOK_ABSENT)
		look = look_again(v, held->finding);
	set_victim(held->finding, &found->victims[0], look);
}

/* ---- holding ---- */

static void hand_on_unlooked(struct victims *v, const struct finding *f)
{
	const struct victim nobody = { .role = f->wanted->role, .look = LOOK_LATE };
	struct reset_blame blamed = *f->reset;
	struct finding settled = *f;

	v->unlooked++;
	settle_reset(f->seen, &nobody, &blamed);
	settled.reset = &blamed;
	v->next(v->ctx, &settled);
}

/* Without memory it goes on, after all that came before it, and nobody looks. */
static void hand_on_unheld(struct victims *v, const struct finding *f)
{
	while (v->queue.count)
		let_go(v);
	if (f->wanted)
		hand_on_unlooked(v, f);
	else
		v->next(v->ctx, f);
}

static bool may_ask_for_listener(struct victims *v)
{
	uint64_t now_ns = clock_mono_ns();

	if (now_ns - v->second_ns >= NSEC_PER_SEC) {
		v->second_ns = now_ns;
		v->listeners = 0;
	}
	return v->inspector && v->listeners++ < LISTENERS_PER_S;
}

static void hold(struct victims *v, const struct finding *f)
{
	uint64_t due_ns = v->has_log ? clock_mono_ns() + LATE_LINE_NS : 0;
	bool is_line = f->type == FINDING_LOG;
	struct held *held;

	/* In a storm the report goes on; who was hurt is told of some only. */
	if (v->queue.count == HELD_MAX)
		let_go(v);
	held = hold_queue_put(&v->queue, f, due_ns, is_line);
	if (!held)
		return hand_on_unheld(v, f);
	held->is_unasked = f->wanted != NULL;
	v->unasked += held->is_unasked;
	ask_for_more(v);
}

void victims_take(void *victims, const struct finding *f)
{
	struct victims *v = victims;
	bool is_first = f->type == FINDING_START; /* nothing comes before it */
	struct finding unasked = *f;

	if (f->wanted && f->wanted->role == VICTIM_LISTENER && !may_ask_for_listener(v)) {
		unasked.wanted = NULL;
		f = &unasked;
	}
	if (v->is_over || is_first || (!v->queue.count && !f->wanted && !v->has_log))
		v->next(v->ctx, f);
	else
		hold(v, f);
}

void victims_turn(struct victims *v)
{
	ask_for_more(v);
	while (hold_queue_is_ready(&v->queue, clock_mono_ns()))
		let_go(v);
}

uint64_t victims_due_ns(const struct victims *v)
{
	return hold_queue_due_ns(&v->queue);
}

bool victims_wait(const struct victims *v)
{
	return hold_queue_waits(&v->queue);
}

void victims_end(struct victims *v)
{
	while (v->queue.count)
		let_go(v);
	v->is_over = true;
}

/* ---- set up ---- */

void victims_set_ended(struct victims *v, victims_ended_fn ended, void *ctx)
{
	v->ended = ended;
	v->ended_ctx = ctx;
}

struct victims *victims_new(struct inspector *inspector, bool has_log, blame_sink_fn next,
			    void *ctx)
{
	struct victims *v = calloc(1, sizeof(*v));

	if (!v)
		return NULL;
	v->inspector = inspector;
	v->has_log = has_log;
	v->next = next;
	v->ctx = ctx;
	return v;
}

void victims_free(struct victims *v)
{
	if (!v)
		return;
	hold_queue_release(&v->queue);
	free(v);
}

uint64_t victims_unlooked(const struct victims *v)
{
	return v->unlooked;
}
