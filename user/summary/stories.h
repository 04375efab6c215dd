/* SPDX-License-Identifier: GPL-2.0-only */
/* Resets with one verdict, cause and actor are one story, however many there are. */
#ifndef RSTBLAME_SUMMARY_STORIES_H
#define RSTBLAME_SUMMARY_STORIES_H

#include "summary/summary.h"

/* Counts a blamed reset in, and its connection. */
void stories_add(struct summary *t, const struct finding *f);

/* Remembers what an unblamed one was of, for the advice. */
void stories_add_other(struct summary *t, const struct finding *f);

/* Those that were only counted. */
void stories_add_counted(struct summary *t, const struct finding *f);

/* Who set it going; NULL: nobody is known. */
const struct actor *story_actor(const struct story *story);

/* Whether the kernel itself did what is behind it (an address's lifetime ran out). */
bool story_is_by_kernel(const struct story *story);

/* The entries that its flushes removed, in all. */
uint64_t story_entries(const struct story *story);

#endif
