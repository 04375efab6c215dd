/* SPDX-License-Identifier: GPL-2.0-only */
/* What to do about a verdict, as data: one table, the first match counts. */
#ifndef RSTBLAME_SUMMARY_ADVICE_H
#define RSTBLAME_SUMMARY_ADVICE_H

#include "model/finding.h"

/* What begins the line that would disprove a verdict. */
#define ADVICE_DISPROOF "Not the cause if"

/* A NULL-terminated list of static sentences, maybe empty. */
const char *const *advice_for(const struct reset_blame *blamed);

#endif
