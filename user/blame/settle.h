/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The second half of a verdict: what only the socket at the inner end can tell (truth rule
 * 11). A packet that no socket took may have had one that it could not reach, and an entry
 * of another namespace is missed only by an application that still waits. Pure, and the
 * same live and in a replay, whose recording has the answer.
 */
#ifndef RSTBLAME_BLAME_SETTLE_H
#define RSTBLAME_BLAME_SETTLE_H

#include "model/finding.h"

/* Which socket the verdict depends on, or (VICTIM_LISTENER) only its account; VICTIM_UNKNOWN:
 * none. */
enum victim_role settle_role(const struct observation *seen, const struct reset_blame *blamed);

/* Changes the verdict by what came of looking for that socket: victim->look and ->role. */
void settle_reset(const struct observation *seen, const struct victim *victim,
		  struct reset_blame *blamed);

#endif
