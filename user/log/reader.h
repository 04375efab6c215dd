/* SPDX-License-Identifier: GPL-2.0-only */
/* The two places that log lines come from, for log_watch's thread alone: a file that is
 * followed from its end, and the journal. */
#ifndef RSTBLAME_LOG_READER_H
#define RSTBLAME_LOG_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock_history.h"

enum { LOG_WHY_BYTES = 256 };

/* One line, valid during the call: when it was written (CLOCK_MONOTONIC), or when it was
 * read where that is not known. Its bytes are whatever the log holds, save for NUL.
 * `sender` tells senders apart (log/sender.h). */
typedef void (*log_emit_fn)(void *ctx, const char *line, uint32_t sender, uint64_t mono_ns,
			    bool is_read_time);

struct log_file;

/* NULL, and one line in `why`, when the file cannot be read. */
struct log_file *log_file_open(const char *path, char why[LOG_WHY_BYTES]);
void log_file_close(struct log_file *file);
/* Hands on what was written since, a bounded part of it, by the clock's history, to
 * which it adds. True: there is more. */
bool log_file_turn(struct log_file *file, struct clock_history *clock, log_emit_fn emit, void *ctx);
/* Readable when the file changed; negative: it has to be looked at now and then. */
int log_file_fd(const struct log_file *file);

struct log_journal;

/* Starts `journalctl --follow`, which ends with the calling thread. NULL, and one line in
 * `why`, when there is none, or no journal that can be read. */
struct log_journal *log_journal_open(char why[LOG_WHY_BYTES]);
void log_journal_close(struct log_journal *journal);
bool log_journal_turn(struct log_journal *journal, struct clock_history *clock, log_emit_fn emit,
		      void *ctx);
/* Readable when there are entries; negative: journalctl ended by itself. */
int log_journal_fd(const struct log_journal *journal);
/* The last turn: what was written up to now, for which it waits two seconds at most. */
void log_journal_finish(struct log_journal *journal, struct clock_history *clock, log_emit_fn emit,
			void *ctx);

#endif
