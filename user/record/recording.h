/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Recordings read back: JSON Lines, plain or gzip, of one node or of several.
 * Fields and types that it does not know are skipped; a line that is not JSON
 * counts as a lost event of the probe "recording", and a missing summary at the end as one
 * of "recording-end", so that the verdict says it.
 */
#ifndef RSTBLAME_RECORD_RECORDING_H
#define RSTBLAME_RECORD_RECORDING_H

#include <stddef.h>

#include "model/source.h"

struct recording;

/* Opens a file ("-": stdin) as one of the recordings of `node`s that are
 * numbered in the order of opening. NULL and a message (static) in *why. */
struct recording *recording_open(const char *path, uint32_t node, const char **why);
void recording_close(struct recording *recording);

/* Its first observation, where that is a START: read ahead, told by recording_next() all the
 * same. NULL: it begins otherwise. */
const struct start_observation *recording_start(struct recording *recording);

/* Puts `next` behind the last part of `first`, whose node it takes: recording_next() of `first`
 * reads on there, and parts that are missing in between are a loss of "recording-end". `first`
 * does not own it. */
void recording_append(struct recording *first, struct recording *next);
void recording_set_node(struct recording *recording, uint32_t node);

/* Finds the parts of divided recordings (-C) and appends them in their order, whatever theirs
 * was. Leaves what is to be played in `recordings`, numbered anew; returns how many. */
size_t recordings_join(struct recording **recordings, size_t count);

/* The next observation, valid until the next call. 1, 0 at the end, -errno. */
int recording_next(struct recording *recording, struct observation *out);

/* Whether one line of ours was read so far: if not at the end, the file is another. */
bool recording_is_one(const struct recording *r);

/* It was read to its end, and its last line is no summary: it was cut short, or is still
 * being written. That was told as one loss of "recording-end". */
bool recording_lacks_end(const struct recording *recording);

/* It was read to its end, which says that it goes on, and the next part was not read: the
 * number of that. 0: no such thing. */
uint32_t recording_wants_part(const struct recording *recording);

/* How far it was read: lines, and of how many bytes of the file (as it is: compressed). `of_bytes`
 * 0: not known (stdin, a pipe). Of this file, without the parts behind it. */
void recording_progress(const struct recording *recording, uint64_t *lines, uint64_t *bytes,
			uint64_t *of_bytes);

/* Lines that were not JSON, and the number of the first of them. */
uint64_t recording_bad_lines(const struct recording *recording, uint64_t *first);

/* Reads all of them merged by time. 0, or what `take` or the reading returned. */
int recordings_play(struct recording **recordings, size_t count, source_take_fn take, void *ctx);

/* What an observation may point into. All zero: nothing. */
struct recording_keep {
	struct json_reader *reader;
	struct port_count *ports;
};

void recording_keep_release(struct recording_keep *keep);

/* One line. 1: an observation; 0: a type it skips; -EINVAL: not a JSON object, a removal
 * or entry without its flow, or resets whose counts cannot be right.
 * What `out` points to lives until the next call with that `keep`, or its release. */
int recording_parse(const char *line, size_t len, uint32_t node, struct observation *out,
		    struct recording_keep *keep);

#endif
