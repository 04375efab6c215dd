/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An output format, as functions. The report calls them and does not ask which it is. A new
 * one is a file that defines them, a row in renderer.c and its name in cli/options.
 */
#ifndef RSTBLAME_REPORT_RENDERER_H
#define RSTBLAME_REPORT_RENDERER_H

#include "cli/options.h"
#include "model/finding.h"
#include "report/output.h"
#include "summary/period.h"
#include "summary/summary.h"

struct renderer {
	bool is_page; /* nothing before the end, and then all: a part of it is of no use */
	/* What is passed as `self` below, until end. Borrows both. NULL: out of memory. */
	void *(*begin)(const struct options *options, struct output *output);
	void (*finding)(void *self, const struct finding *f);
	/* What was printed since the last time is in the file, or found no room and never will be:
	 * all of it or nothing. NULL: what follows is the same. */
	void (*settled)(void *self, bool is_in_file);
	/* How it goes, for whoever watches, in the words of `how`. NULL: never. */
	bool (*is_live)(const void *self);
	void (*progress)(void *self, const struct summary *t, const char *how);
	/* The verdict; `last` has the time where the window stands. */
	void (*summary)(void *self, const struct summary *t, const struct finding *last,
			enum status status);
	/* The same in between, to `output`, which is another than the one above where it is a
	 * page. NULL: it cannot. */
	void (*now)(void *self, struct output *output, const struct summary *t,
		    const struct finding *now, enum status status);
	/* What a period came to (--every). NULL: `now` says all there is to say. */
	void (*period)(void *self, const struct period *p, const struct finding *now,
		       enum status status);
	void (*end)(void *self);
	/* A fatal error, where the format can say it; there may be no `self`. NULL: it cannot. */
	void (*error)(struct output *output, const char *why);
};

const struct renderer *renderer_for(enum format format);

extern const struct renderer text_renderer, json_renderer, html_renderer, pcapng_renderer,
	prom_renderer;

#endif
