/* SPDX-License-Identifier: GPL-2.0-only */
/* Findings as JSON Lines: the report of `-f json` and the recording of `-w`. */
#ifndef RSTBLAME_RECORD_WRITE_H
#define RSTBLAME_RECORD_WRITE_H

#include "base/json_writer.h"
#include "model/finding.h"
#include "summary/period.h"
#include "summary/summary.h"

/* Of the lines (rstblame.schema.json): a change that an older reader would misread, and no
 * addition, makes it 2. */
enum { JSON_SCHEMA = 1 };

enum json_detail {
	JSON_REPORT,    /* what a reader of the report wants */
	JSON_REMOVALS,  /* and each removal: -v */
	JSON_RECORDING, /* and all that blame needs to say it again: -w */
};

/* Writes the line of a finding into `w`. False when at this detail it has none
 * (w->len is 0 then). */
bool json_write_finding(struct jsonw *w, enum json_detail detail, const struct finding *f);

void json_write_summary(struct jsonw *w, const struct summary *t, const struct finding *end,
			enum status status);

/* The same, of a window that goes on. */
void json_write_report(struct jsonw *w, const struct summary *t, const struct finding *now,
		       enum status status);

/* What a period came to; `status`: of the window so far. */
void json_write_period(struct jsonw *w, const struct period *p, const struct finding *now,
		       enum status status);

/* Of a recording that is divided: that it goes on in the file `next`. */
void json_write_part(struct jsonw *w, const struct finding *end, uint32_t part, const char *next,
		     uint64_t window_s);

/* A fatal error, so that a reader of the report learns of it too. */
void json_write_error(struct jsonw *w, const char *message, uint64_t mono_ns, uint64_t wall_ns);

#endif
