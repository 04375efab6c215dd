/* SPDX-License-Identifier: GPL-2.0-only */
/* What a look amounts to, in the formats. Pure, but for the file that is printed to. */
#ifndef RSTBLAME_EXPOSURE_REPORT_H
#define RSTBLAME_EXPOSURE_REPORT_H

#include <stdio.h>

#include "exposure/finding.h"

struct exposure_report {
	const struct look *look;
	const struct exposures *exposures;
	unsigned int status;                 /* exposures_status() */
	uint64_t mono_ns, wall_ns, spent_ns; /* when it was looked, and for how long */
	bool is_quiet;                       /* text: what was found, and no more */
};

/* The worst first; a screen, as a rule. */
void exposure_write_text(const struct exposure_report *report, size_t columns, FILE *out);
/* One line: an object of the type "exposure". */
void exposure_write_json(const struct exposure_report *report, FILE *out);
void exposure_write_prom(const struct exposure_report *report, FILE *out);

/* "2 findings, 5 flows at stake", or why there is none. Returns `buf`. */
const char *exposure_headline(const struct exposure_report *report, char *buf, size_t size);

/* The part of a look, as people call it. */
const char *look_part_name(enum look_part part);

#endif
