/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When what the probes counted of a storm of SYNs (bpf/syns.bpf.h) is looked at, when it is
 * reported, and how its maps are kept from being full for good: not more than one look a
 * second, and none where nothing was counted. Pure: the maps are functions, now is passed in.
 */
#ifndef RSTBLAME_WIRE_SYN_STORM_H
#define RSTBLAME_WIRE_SYN_STORM_H

#include "model/source.h"
#include "wire/syn_counts.h"

/* The maps that the probes count in. */
struct syn_maps {
	/* What they hold; `is_other`: ports that are not told apart. Each array has room for
	 * EVENT_SYN_PORTS_MAX. Returns how many, or -errno. */
	int (*read)(void *ctx, bool is_other, struct event_syn_key *keys,
		    struct event_syn_count *counts);
	/* To be called after each such look. */
	void (*end_round)(void *ctx);
	uint8_t (*generation)(void *ctx);
	/* From here on other keys are counted, and none of those before any more. False: they
	 * may still be. */
	bool (*next_generation)(void *ctx);
	/* Takes ports of past generations out; returns how many of them, in their order. */
	size_t (*remove)(void *ctx, const struct event_syn_key *keys, size_t count);
	void *ctx;
};

/* All zero, then the maps set. Times are CLOCK_MONOTONIC. */
struct syn_storm {
	struct syn_maps maps;
	struct syn_counts counts;
	struct event_syn_key *keys; /* NULL until the first look */
	struct event_syn_count *values;
	uint64_t due_ns;     /* the next look; 0: none */
	uint64_t until_ns;   /* more may be counted up to then */
	uint64_t read_ns;    /* of a look that is not reported yet; 0: there is none */
	size_t ports;        /* in the map, at the last look */
	bool is_over;        /* the last look was taken */
	bool is_retiring;    /* those of past generations go when they are reported */
	bool are_ports_kept; /* making room for others did not work */
};

void syn_storm_release(struct syn_storm *s);

/* A reset of that time was the last sample of its second, on its CPU: the others of the
 * second are only counted. */
void syn_storm_expect(struct syn_storm *s, uint64_t sample_ns);

/* A look is due. It is never while one is not reported yet. */
bool syn_storm_is_due(const struct syn_storm *s, uint64_t now_ns);

/* Looks, and makes room where there will soon be none. */
void syn_storm_look(struct syn_storm *s);
/* Looks at the end of the window; no other look is due after it. 0, or -errno: some of what
 * was counted could not be read. */
int syn_storm_look_last(struct syn_storm *s);
/* To be called after either: a look takes its time, and is of its end. */
void syn_storm_end_look(struct syn_storm *s, uint64_t now_ns);

/* When there is something to do, a look or a report; 0: there is nothing. */
uint64_t syn_storm_due_ns(const struct syn_storm *s);
/* Hands on what was looked at. `wall_offset_ns`: from CLOCK_MONOTONIC. 0, or what `take`
 * returned. */
int syn_storm_report(struct syn_storm *s, uint64_t wall_offset_ns, source_take_fn take, void *ctx);

#endif
