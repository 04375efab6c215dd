// SPDX-License-Identifier: GPL-2.0-only
/* A busy, innocent node: 200,000 events, and not one reset laid to a removal. */
#include "cast/make.h"

#include <string.h>

enum { EVENTS = 200000 };

static uint64_t random_state = 20261122;

static uint32_t random_below(uint32_t limit) /* xorshift64*: the same everywhere */
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (uint32_t)((random_state * 2685821657736338717ULL >> 32) % limit);
}

static uint16_t random_port(void)
{
	return (uint16_t)(32768 + random_below(2000)); /* few, so that they come back */
}

/* A masqueraded connection, from its SYN to its expiry after a clean close; then
 * the server's late packet. */
static void close_normally(struct watch *w)
{
	struct flow flow = masqueraded(random_port());
	struct observation expiry = make_removal(0, CAUSE_TIMEOUT, &flow);

	see(w, make_entry(&flow, true));
	expiry.removal.tcp_state = random_below(2) ? TRACKER_TIME_WAIT : TRACKER_CLOSE;
	see(w, expiry);
	if (random_below(4) == 0)
		see_server_packet(w, &flow);
}

/* The node's own connection, ended whichever way. */
static void close_own(struct watch *w)
{
	struct flow flow = untranslated("10.9.0.1", random_port(), "10.9.0.2", 443);
	struct observation removal = make_removal(0, CAUSE_TIMEOUT, &flow);

	removal.removal.tcp_state = (uint8_t)(1 + random_below(TRACKER_STATES - 1));
	see(w, make_entry(&flow, true));
	see(w, removal);
	see_reset(w, make_reset(&flow, &flow.reply));
}

static void scan(struct watch *w)
{
	struct flow flow = untranslated("192.0.2.9", random_port(), "10.9.0.1",
					(uint16_t)(1 + random_below(65535)));
	struct observation reset = make_reset(&flow, &flow.orig);

	reset.reset.flags = PACKET_SYN;
	see(w, make_entry(&flow, true));
	see_reset(w, reset);
}

/* Ports used over and over, by containers in turn: a flush long ago, and a new
 * connection made by a SYN since. */
static void reuse(struct watch *w, uint64_t act)
{
	struct flow flow = masqueraded(random_port()), next = flow;

	see_address_flush(w, act, "10.9.0.1", &networkd, &flow);
	next.orig.src = make_ip(random_below(2) ? "10.88.0.3" : "10.88.0.2");
	see(w, make_entry(&next, true));
	see_server_packet(w, &flow);
	if (random_below(2)) { /* and closes it cleanly */
		struct observation expiry = make_removal(0, CAUSE_TIMEOUT, &next);

		expiry.removal.tcp_state = TRACKER_TIME_WAIT;
		see(w, expiry);
		see_server_packet(w, &flow);
	}
}

static void refuse(struct watch *w)
{
	struct flow flow = masqueraded(random_port());
	struct observation reset = make_reset(&flow, &flow.reply);

	reset.reset.socket = (uint8_t)(1 + random_below(4)); /* live */
	see_reset(w, reset);
}

static void storm(void **state)
{
	struct watch *w = test_malloc(sizeof(*w));
	size_t events = 0;

	(void)state;
	watch_begin(w);
	for (uint64_t turn = 1; events < EVENTS; turn++) {
		switch (random_below(5)) {
		case 0:
			close_normally(w);
			break;
		case 1:
			close_own(w);
			break;
		case 2:
			scan(w);
			break;
		case 3:
			reuse(w, turn);
			break;
		case 4:
			refuse(w);
			break;
		}
		pass(w, MS(1 + random_below(50)));
		events = 0;
		for (size_t i = 0; i <= FINDING_END; i++)
			events += w->found[i];
	}
	blame_finish(w->blame);
	assert_true(w->resets_count > 50000);
	assert_int_equal(w->verdicts[VERDICT_ENTRY_REMOVED], 0);
	assert_int_equal(w->verdicts[VERDICT_ENTRY_UNKNOWN], 0);
	assert_int_equal(w->summary.blamed, 0);
	assert_int_equal(summary_status(&w->summary), STATUS_OK);
	watch_end(w);
	test_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(storm) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
