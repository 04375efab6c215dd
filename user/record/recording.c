// SPDX-License-Identifier: GPL-2.0-only
#include "record/recording.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/nsec.h"

/* A line longer than this is no line of ours. */
enum { LINE_BYTES_MAX = 1 << 20, FIRST_TEXT_BYTES = 64 * 1024 };

struct recording {
	gzFile file;
	uint64_t file_bytes; /* 0: not known */
	uint32_t node;
	char *text; /* what is read ahead */
	size_t size, at, len;
	uint64_t lines;
	uint64_t bad_lines;
	uint64_t first_bad;
	uint64_t bad_untold; /* of these, not told yet */
	bool has_read;       /* a line of ours: it is a recording */
	bool is_whole;       /* the last of them was its summary */
	bool has_told_end;   /* that it was not */
	uint64_t last_mono_ns, last_wall_ns;
	struct recording_keep keep;
	struct observation held; /* read after bad lines, which come first */
	bool has_held;
	bool has_ended;
	uint32_t part;                 /* 0: it is one file */
	uint64_t begin_ns;             /* mono_ns */
	bool has_begun;                /* its START was passed over */
	struct recording *next, *last; /* parts behind it; NULL: none */
	struct recording *current;     /* that is being read; NULL: itself */
	uint32_t wants_part;
};

static const char *explain_open(int err)
{
	return err == ENOENT ? "no such file" : err == EACCES ? "permission denied" : strerror(err);
}

struct recording *recording_open(const char *path, uint32_t node, const char **why)
{
	struct recording *r = calloc(1, sizeof(*r));
	bool is_stdin = !strcmp(path, "-");
	struct stat st;

	errno = 0;
	if (r)
		r->text = malloc(FIRST_TEXT_BYTES);
	if (r && r->text)
		r->file = is_stdin ? gzdopen(dup(STDIN_FILENO), "rb") : gzopen(path, "rb");
	if (!r || !r->file) {
		*why = explain_open(errno ? errno : ENOMEM);
		recording_close(r);
		return NULL;
	}
	r->size = FIRST_TEXT_BYTES;
	r->node = node;
	if (!is_stdin && !stat(path, &st) && S_ISREG(st.st_mode))
		r->file_bytes = (uint64_t)st.st_size;
	return r;
}

void recording_close(struct recording *r)
{
	if (!r)
		return;
	if (r->file)
		gzclose(r->file);
	recording_keep_release(&r->keep);
	free(r->text);
	free(r);
}

/* Room behind what is read ahead: a whole line has to fit. False: it is longer than any of ours. */
static bool make_room(struct recording *r)
{
	char *text;

	memmove(r->text, r->text + r->at, r->len - r->at);
	r->len -= r->at;
	r->at = 0;
	if (r->len < r->size)
		return true;
	text = r->size < LINE_BYTES_MAX ? realloc(r->text, r->size * 2) : NULL;
	if (!text)
		return false;
	r->text = text;
	r->size *= 2;
	return true;
}

/* 1: there is more now; 0: the end; -1: a line too long or a broken file. */
static int read_ahead(struct recording *r)
{
	int got, err;

	if (!make_room(r))
		return -1;
	got = gzread(r->file, r->text + r->len, (unsigned int)(r->size - r->len));
	if (got > 0) {
		r->len += (size_t)got;
		return 1;
	}
	gzerror(r->file, &err);
	return got < 0 || (err != Z_OK && err != Z_STREAM_END) ? -1 : 0;
}

/* Bytes of the next line without its newline, which begins at `*line`; -1 for a line too long or
 * a broken file. */
static ssize_t read_line(struct recording *r, const char **line)
{
	size_t len, seen = 0;
	int got = 1;

	for (;;) {
		const char *begin = r->text + r->at;
		const char *newline = memchr(begin + seen, '\n', r->len - r->at - seen);

		*line = begin;
		len = newline ? (size_t)(newline - begin) : r->len - r->at;
		if (newline || got <= 0)
			break;
		seen = len;
		got = read_ahead(r);
	}
	r->has_ended = got <= 0;
	r->at += got <= 0 ? len : len + 1;
	return got < 0 ? -1 : (ssize_t)len;
}

static void note_bad(struct recording *r)
{
	if (!r->bad_lines++)
		r->first_bad = r->lines;
	r->bad_untold++;
}

static void report_loss(const struct recording *r, enum sense sense, uint64_t count,
			struct observation *out)
{
	memset(out, 0, sizeof(*out));
	out->type = OBSERVATION_LOST;
	out->netns.node = r->node;
	out->mono_ns = r->last_mono_ns;
	out->wall_ns = r->last_wall_ns;
	out->lost.sense = sense;
	snprintf(out->lost.probe, sizeof(out->lost.probe), "%s", sense_word(sense));
	out->lost.count = count;
}

/* 1: a line into an observation; 0: the end. What cannot be read on the way is noted. */
static int read_observation(struct recording *r, struct observation *out)
{
	while (!r->has_ended) {
		const char *line;
		ssize_t len = read_line(r, &line);
		int got;

		if (!len && r->has_ended)
			break;
		r->lines++;
		if (!len)
			continue;
		got = len < 0 ? -EINVAL :
				recording_parse(line, (size_t)len, r->node, out, &r->keep);
		if (got > 0 && !r->has_read && !out->mono_ns &&
		    out->type != OBSERVATION_LOST) /* any JSON may have a type */
			got = -EINVAL;
		if (got < 0)
			note_bad(r);
		if (got > 0)
			return 1;
	}
	return 0;
}

static int tell_loss(struct recording *r, enum sense sense, uint64_t count, struct observation *out)
{
	r->bad_untold = 0;
	report_loss(r, sense, count, out);
	return 1;
}

static int tell(struct recording *r, const struct observation *seen)
{
	r->has_read = true;
	r->is_whole = seen->type == OBSERVATION_END;
	r->last_mono_ns = seen->mono_ns;
	r->last_wall_ns = seen->wall_ns;
	return 1;
}

const struct start_observation *recording_start(struct recording *r)
{
	if (!r->has_read && !r->has_held)
		r->has_held = read_observation(r, &r->held) > 0;
	if (!r->has_held || r->held.type != OBSERVATION_START)
		return NULL;
	r->part = r->held.start.part;
	r->begin_ns = r->held.mono_ns;
	return &r->held.start;
}

void recording_set_node(struct recording *r, uint32_t node)
{
	r->node = r->held.netns.node = node;
}

void recording_append(struct recording *first, struct recording *next)
{
	recording_set_node(next, first->node);
	(first->last ? first->last : first)->next = next;
	first->last = next;
}

/* Unreadable lines are one loss up to the next that could be read: a million of them, which
 * gzip makes two kilobytes of, are one line of the report. Until one could be, a file may be
 * anything: they have no time, and are told after the first that could be, or at the end. */
static int next_of_part(struct recording *r, struct observation *out)
{
	bool is_first = !r->has_read;

	if (r->has_held) {
		r->has_held = false;
		*out = r->held;
		return tell(r, out);
	}
	if (r->has_read && r->bad_untold)
		return tell_loss(r, SENSE_RECORDING, r->bad_untold, out);
	if (read_observation(r, out)) {
		if (is_first || !r->bad_untold)
			return tell(r, out);
		r->held = *out;
		r->has_held = true;
	} else {
		/* Cut at a line's end it reads like one of a quieter node. */
		r->is_whole &= !r->bad_untold;
	}
	if (r->bad_untold)
		return tell_loss(r, SENSE_RECORDING, r->bad_untold, out);
	if (!r->has_read || r->is_whole || r->has_told_end)
		return 0;
	r->has_told_end = true;
	return tell_loss(r, SENSE_RECORDING_END, 1, out);
}

/* At the end of a part: whether `out` is to be told. */
static bool end_part(struct recording *first, struct recording *r, struct observation *out)
{
	uint32_t wanted = out->part + 1;

	first->current = r->next;
	if (!r->next) {
		r->wants_part = out->part ? wanted : 0;
		/* Of the time that its parts are of. */
		if (first->part > 1 || out->part)
			out->window_s = (out->mono_ns - first->begin_ns) / NSEC_PER_SEC;
		return true;
	}
	if (r->next->part == wanted)
		return false;
	r->wants_part = wanted;
	return tell_loss(r, SENSE_RECORDING_END, 1, out);
}

int recording_next(struct recording *first, struct observation *out)
{
	for (;;) {
		struct recording *r = first->current ? first->current : first;
		int got = next_of_part(r, out);

		if (got <= 0) {
			if (!r->next)
				return got;
			first->current = r->next;
		} else if (out->type == OBSERVATION_START && r != first && !r->has_begun) {
			r->has_begun = true; /* it goes on */
		} else if (out->type != OBSERVATION_END || end_part(first, r, out)) {
			return got;
		}
	}
}

bool recording_is_one(const struct recording *r)
{
	return r->has_read || r->has_held;
}

uint32_t recording_wants_part(const struct recording *r)
{
	return r->wants_part;
}

bool recording_lacks_end(const struct recording *r)
{
	return r->has_told_end;
}

void recording_progress(const struct recording *r, uint64_t *lines, uint64_t *bytes,
			uint64_t *of_bytes)
{
	z_off_t offset = gzoffset(r->file);

	*lines = r->lines;
	*bytes = offset > 0 ? (uint64_t)offset : 0;
	*of_bytes = r->file_bytes;
}

uint64_t recording_bad_lines(const struct recording *r, uint64_t *first)
{
	*first = r->first_bad;
	return r->bad_lines;
}

struct head {
	struct observation seen;
	bool is_there;
};

static struct head *earliest(struct head *heads, size_t count, size_t *which)
{
	struct head *found = NULL;

	for (size_t i = 0; i < count; i++)
		if (heads[i].is_there && (!found || heads[i].seen.wall_ns < found->seen.wall_ns)) {
			found = &heads[i];
			*which = i;
		}
	return found;
}

int recordings_play(struct recording **recordings, size_t count, source_take_fn take, void *ctx)
{
	struct head *heads = calloc(count, sizeof(*heads));
	struct head *head;
	size_t which = 0;
	int err = 0;

	if (!heads)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		heads[i].is_there = recording_next(recordings[i], &heads[i].seen) > 0;
	while (!err && (head = earliest(heads, count, &which))) {
		err = take(ctx, &head->seen);
		head->is_there = recording_next(recordings[which], &head->seen) > 0;
	}
	free(heads);
	return err;
}
