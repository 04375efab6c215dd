/* SPDX-License-Identifier: GPL-2.0-only */
/* Everything past the source: blame, timeline, all renderers. Small limits, so
 * that a fuzzer meets them. */
#ifndef RSTBLAME_FUZZ_PIPELINE_H
#define RSTBLAME_FUZZ_PIPELINE_H

#include "model/observation.h"

struct pipeline;

struct pipeline *pipeline_new(void);
void pipeline_take(struct pipeline *p, const struct observation *seen);
void pipeline_free(struct pipeline *p); /* the verdict first */

#endif
