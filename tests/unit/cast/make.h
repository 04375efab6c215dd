/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Observations out of words, and a watch that feeds them to a blame, so that a
 * test reads as the story it tells. The cast: a container 10.88.0.2 talks to a
 * server 10.9.0.2:6379 through a node that masquerades it to 10.9.0.1 on up0.
 */
#ifndef RSTBLAME_TESTS_MAKE_H
#define RSTBLAME_TESTS_MAKE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* After those four: */
#include <cmocka.h>

#include "base/nsec.h"
#include "blame/blame.h"
#include "model/observation.h"
#include "summary/summary.h"

enum { UP0 = 3, UP1 = 4 };
enum { NODE_NETNS = 4026531840, OTHER_NETNS = 4026532999 };

/* 2026-11-22T10:00:00Z is mono 1000 s here. */
#define WALL_BASE_NS 1795341600000000000ULL
#define MONO_BASE_NS (1000 * NSEC_PER_SEC)
#define MS(ms) ((ms)*NSEC_PER_MSEC)
#define SECONDS(s) ((s)*NSEC_PER_SEC)
#define HOURS(h) SECONDS((h)*3600ULL)

extern const struct actor networkd, ip_command, conntrack_command, agent;
extern const struct actor nobody; /* pid 0 */

struct address make_ip(const char *text);
struct tuple make_tuple(const char *src, uint16_t sport, const char *dst, uint16_t dport);

/* 10.88.0.2:port -> 10.9.0.2:6379, masqueraded to 10.9.0.1:port */
struct flow masqueraded(uint16_t port);
struct flow masqueraded_to(const char *node, uint16_t port);
struct flow masqueraded_v6(uint16_t port); /* fd00:88::2 -> fd00:9::2, as fd00:9::1 */
struct flow untranslated(const char *src, uint16_t sport, const char *dst, uint16_t dport);

struct observation make_address(enum change_op op, const char *address, uint32_t ifindex,
				const struct actor *actor);
struct observation make_link(enum change_op op, uint32_t ifindex, const struct actor *actor);
/* `address` NULL: none */
struct observation make_act(uint64_t act, enum cause cause, const char *address, uint32_t ifindex,
			    const struct actor *actor);
struct observation make_act_end(uint64_t act, uint64_t entries, uint64_t tcp_entries);
struct observation make_removal(uint64_t act, enum cause cause, const struct flow *flow);
struct observation make_entry(const struct flow *flow, bool by_syn);
/* A keepalive ACK that met no socket; conntrack picked it up mid-stream. */
struct observation make_reset(const struct flow *flow, const struct tuple *packet);
struct observation make_lost(const char *probe, uint64_t count);
/* Answers to SYNs that were counted, in the second before: `count` in all. */
struct observation make_resets(uint64_t count, const struct port_count *ports, size_t ports_count);

enum { KEPT_MAX = 256 };

struct kept_reset {
	uint64_t id;
	struct reset_blame blame;
};

/* A blame under watch: what it found, counted, and kept up to a limit. */
struct watch {
	struct blame *blame;
	uint64_t now_ns;
	struct netns_id netns;
	size_t found[FINDING_END + 1];
	size_t verdicts[VERDICTS];
	size_t confidences[3];
	size_t resets_count;
	struct kept_reset resets[KEPT_MAX];
	size_t flushes_count; /* deliveries of ended flushes */
	struct flush flushes[KEPT_MAX];
	uint64_t delivered_ids[4 * KEPT_MAX]; /* of changes, flushes, removals */
	size_t delivered_count;
	struct summary summary;
	blame_sink_fn also; /* another taker of each finding, or NULL */
	void *also_ctx;
};

/* Both fail the test rather than return without a blame. */
void watch_begin(struct watch *w);
void watch_begin_limited(struct watch *w, const struct blame_limits *limits);
void watch_end(struct watch *w); /* frees; blame_finish() is the test's own */

void pass(struct watch *w, uint64_t ns);
/* Stamps the observation with the watch's time and namespace, and feeds it. */
void see(struct watch *w, struct observation seen);
void see_in(struct watch *w, uint32_t netns, struct observation seen);
/* Feeds a reset and returns what was found of it. */
const struct reset_blame *see_reset(struct watch *w, struct observation seen);
/* The usual one: the server's next packet of that flow. */
const struct reset_blame *see_server_packet(struct watch *w, const struct flow *flow);
/* Whether one of the links that were not seen is told with these words. */
bool is_inferred(const struct reset_blame *r, enum unseen what);

/* 10.9.0.1/24 removed from up0 by `actor`, then 3 ms later its flush `act` of
 * `flow` (and of nothing else), complete. */
void see_address_flush(struct watch *w, uint64_t act, const char *address,
		       const struct actor *actor, const struct flow *flow);

#define assert_judged(r, verdict_, cause_, confidence_)                                            \
	do {                                                                                       \
		assert_string_equal(verdict_name((r)->verdict), verdict_name(verdict_));           \
		assert_string_equal(cause_name((r)->cause), cause_name(cause_));                   \
		assert_string_equal(confidence_name((r)->confidence),                              \
				    confidence_name(confidence_));                                 \
	} while (0)

/* Padding does not count. */
void assert_flow_equal(const struct flow *a, const struct flow *b);

#define assert_innocent(r) assert_false(reset_is_blamed(r))

#include "model/words.h"

#endif
