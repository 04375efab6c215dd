/* SPDX-License-Identifier: GPL-2.0-only */
/* --metrics: the numbers of a window into a file that is replaced whole. */
#ifndef RSTBLAME_REPORT_METRICS_H
#define RSTBLAME_REPORT_METRICS_H

#include "report/renderer.h"

/* Writes `path` as every output is written (report/output.h), by a file beside it that takes
 * its name: who reads it (node_exporter, every few seconds) never finds half of it. 0, or -1
 * after a message. */
int metrics_write(const char *path, const struct options *options, const struct summary *t,
		  const struct finding *last, enum status status);

#endif
