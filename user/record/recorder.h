/* SPDX-License-Identifier: GPL-2.0-only */
/* The recording of `-w`: lines into a plain or gzip file, whole up to the last
 * flush whatever happens then. */
#ifndef RSTBLAME_RECORD_RECORDER_H
#define RSTBLAME_RECORD_RECORDER_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct recorder;

/* Opens or creates `path` ("-": stdout); gzip when it ends in ".gz". What it held is kept until
 * the first line is written. Live, a thread writes (base/writer.h), and nothing below
 * waits but recorder_close(). NULL and errno set. */
struct recorder *recorder_open(const char *path, bool is_live);

/* 0; -EAGAIN: there was no room for it; or -errno of the first failure, after which nothing
 * more is written. With `is_last` there is room. */
int recorder_write(struct recorder *recorder, const char *text, size_t len, bool is_last);
int recorder_flush(struct recorder *recorder);

/* Whether it is worth going on after there was no room. */
bool recorder_has_room(struct recorder *recorder);

/* The file; and what is readable when writing has failed, or -1. */
int recorder_file_fd(const struct recorder *recorder);
int recorder_fd(const struct recorder *recorder);

/* As writer_close(): 0, or -errno of what was not written. */
int recorder_close(struct recorder *recorder, uint64_t patience_ns,
		   const volatile sig_atomic_t *hurry);

#endif
