/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * --log: a thread of its own that follows the journal or a file, so that nothing it has
 * to wait for ever delays the rings. What matches the rules is held, bounded and
 * rate-limited, until it is taken.
 */
#ifndef RSTBLAME_LOG_WATCH_H
#define RSTBLAME_LOG_WATCH_H

#include "log/reader.h"
#include "model/observation.h"

struct log_watch;

/* Follows `source` ("journal", or a file) from now. NULL, and one line in `why`. */
struct log_watch *log_watch_new(const char *source, char why[LOG_WHY_BYTES]);
void log_watch_free(struct log_watch *watch);

/* Readable when there is a line to take. */
int log_watch_fd(const struct log_watch *watch);

/* The next line that is not younger than `until_ns`. False: none. */
bool log_watch_take(struct log_watch *watch, uint64_t until_ns, struct observation *out);

/* Whether any line waits to be taken. */
bool log_watch_has_lines(struct log_watch *watch);

/* Looks once more, and ends the thread. What was found can still be taken. */
void log_watch_finish(struct log_watch *watch);

#endif
