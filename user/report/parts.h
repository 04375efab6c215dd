/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A recording that is divided (-C): each part can be read by itself, since it begins with
 * what the first began with: the start, the probes as they are now, the namespaces' names.
 */
#ifndef RSTBLAME_REPORT_PARTS_H
#define RSTBLAME_REPORT_PARTS_H

#include "base/json_writer.h"
#include "model/finding.h"
#include "model/netns_names.h"
#include "record/recorder.h"

enum { PARTS_PROBES_MAX = 32 };

struct parts {
	struct recorder_parts wish; /* bytes 0: it is not divided, and nothing below is used */
	const char *path;
	uint32_t part; /* that is written, from 1; 0: no start was told */
	uint64_t began_wall_ns, begin_mono_ns;
	struct finding *start; /* owned */
	size_t probes_count;
	struct finding *probes[PARTS_PROBES_MAX]; /* owned: what was told of each last */
	struct netns_names names;
};

void parts_init(struct parts *parts, const char *path, const struct recorder_parts *wish);
void parts_release(struct parts *parts);

/* Before `f` is recorded: remembers what the next part begins with, and returns what is to be
 * recorded instead (valid until `seen` changes): a start says which part it begins. */
const struct finding *parts_note(struct parts *parts, const struct finding *f,
				 struct finding *marked, struct observation *seen);

/* Begins another part where this one is full. `last` has the time where the window stands; `w`
 * is written over. 0, or what recorder_next_part() says. */
int parts_turn(struct parts *parts, struct recorder *recorder, const struct finding *last,
	       struct jsonw *w);

#endif
