/* SPDX-License-Identifier: GPL-2.0-only */
/* One small story, the same for every renderer: the founding incident. */
#ifndef RSTBLAME_TESTS_STORY_H
#define RSTBLAME_TESTS_STORY_H

#include "cast/make.h"

/* Feeds all of it, blame_finish() included, and ends at the window's end. */
void story_tell(struct watch *w);

/* A name that a process gave itself to command a terminal and to forge lines. */
#define HOSTILE_COMM "a\033[2J\"\n\x9b\xff\xc2\x9b"

/* Fails the test where `got` is not what golden/NAME holds. With UPDATE_GOLDEN
 * set it writes that file instead: read the difference before you commit it. */
void assert_golden(const char *name, const char *got);

#endif
