/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RSTBLAME_REPORT_HTML_EXPOSURE_PAGE_H
#define RSTBLAME_REPORT_HTML_EXPOSURE_PAGE_H

#include <stdbool.h>

#include "exposure/report.h"

/* What --exposure found, as one page: HTML and well-formed XML at once, nothing is fetched and
 * nothing is run. */
void exposure_write_page(const struct exposure_report *report, bool is_utc, FILE *out);

#endif
