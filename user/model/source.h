/* SPDX-License-Identifier: GPL-2.0-only */
/* Where observations come from: the kernel's rings or recordings. Both hand the
 * same thing to the same taker, by time. */
#ifndef RSTBLAME_MODEL_SOURCE_H
#define RSTBLAME_MODEL_SOURCE_H

#include "model/observation.h"

/* Takes one observation, valid during the call. 0, or -errno to stop. */
typedef int (*source_take_fn)(void *ctx, const struct observation *seen);

#endif
