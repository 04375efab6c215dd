/* SPDX-License-Identifier: GPL-2.0-only */
/* The recording of `-w`: lines into a plain or gzip file, whole up to the last
 * flush whatever happens then. */
#ifndef RSTBLAME_RECORD_RECORDER_H
#define RSTBLAME_RECORD_RECORDER_H

#include <stddef.h>

struct recorder;

/* Opens or creates `path` ("-": stdout); gzip when it ends in ".gz". What it held is kept until
 * the first line is written. NULL and errno set. */
struct recorder *recorder_open(const char *path);

/* 0, or -errno of the first failure; after one, nothing more is written. */
int recorder_write(struct recorder *recorder, const char *text, size_t len);
int recorder_flush(struct recorder *recorder);
int recorder_close(struct recorder *recorder);

#endif
