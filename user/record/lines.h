/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The types of lines, as data: writing, reading and the schema (make schema) go by these
 * rows. A new type is a row in the lines_*.c of its subject, with its fields, and, where a
 * field is no plain value, with a function each way.
 */
#ifndef RSTBLAME_RECORD_LINES_H
#define RSTBLAME_RECORD_LINES_H

#include "model/finding.h"
#include "record/field.h"
#include "record/write.h"

struct json_value;
struct recording_keep;

/* Which struct a part of a line is written from. It is read into the observation, where
 * the part is of one. */
enum line_from {
	FROM_SEEN,    /* the observation: `offset` is in struct observation */
	FROM_CHANGE,  /* written from the change, read into the observation's */
	FROM_FINDING, /* the finding itself; its specials are read into the observation */
	FROM_FLUSH,
	FROM_BLAME,
	FROM_RISK,
	FROM_SUMMARY,
	FROM_NOWHERE, /* json_write_*() write it */
};

struct line_part {
	enum line_from from;
	const struct fields *fields; /* is_there: of this part; NULL: no more parts */
	size_t offset;
};

enum line_class {
	LINE_ASIDE,    /* one that cannot be read is skipped: it may be a later writer's */
	LINE_EVIDENCE, /* it counts as lost: without it blame would say another thing */
};

/* What became of a line. */
enum line_read {
	LINE_UNREADABLE, /* see its class */
	LINE_READ,
	LINE_SKIPPED, /* it says nothing new, or what only a later reader knows */
};

enum { LINE_PARTS_MAX = 8 };

/* What a line is read as: the rest of the observation is left. */
#define READ_AS(its_type, member)                                                                  \
	.seen = its_type, .size = sizeof(((struct observation *)0)->member)

/* A type that is not written from a finding, or is not read. */
#define LINE_NO_FINDING ((enum finding_type) - 1)
#define LINE_NO_OBSERVATION ((enum observation_type) - 1)

/* A line that is being read. */
struct line_reading {
	const struct json_value *root;
	struct observation *out;
	struct recording_keep *keep;
};

struct line_type {
	const char *name;
	enum finding_type finding;
	enum observation_type seen;
	size_t size; /* of the observation's own part, which reading begins with zeros */
	enum json_detail detail; /* the least at which it is written */
	enum line_class class;
	bool (*is_written)(const struct finding *f); /* NULL: yes */
	/* After the fields: enum line_read, or -errno. NULL: it is read. May change the type. */
	int (*finish)(const struct line_reading *r);
	struct line_part parts[LINE_PARTS_MAX];
};

struct line_set {
	const struct line_type *rows;
	size_t count;
};

#define LINES(its_rows)                                                                            \
	{                                                                                          \
		its_rows, sizeof(its_rows) / sizeof((its_rows)[0])                                 \
	}

extern const struct line_set window_lines, change_lines, removal_lines, reset_lines, summary_lines;

/* Of a period, for json_write_period(). */
extern const struct fields period_fields;

/* All of them, one after the other; NULL past the last. */
const struct line_type *line_at(size_t index);

#endif
