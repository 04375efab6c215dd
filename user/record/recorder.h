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

/* What a file may have that is not divided: a stranger's packets fill no disk. */
#define RECORDER_LIMIT_BYTES (1ULL << 30)

/* In which parts it is written. */
struct recorder_parts {
	uint64_t bytes; /* of the file, after which another begins; 0: never */
	uint32_t kept;  /* then the oldest is written over; 0: never */
};

/* As tcpdump names them: FILE, FILE1, FILE2 …; where only `kept` are kept FILE0, FILE1 … with
 * as many digits as the last one needs. `part` counts from 1. */
enum { PART_PATH_BYTES = 4096 };
const char *recorder_part_path(const char *path, const struct recorder_parts *parts, uint32_t part,
			       char out[PART_PATH_BYTES]);

/* Opens or creates `path` ("-": stdout), or its first part (`parts` NULL: there are none); gzip
 * when it ends in ".gz". What it held is kept until the first line is written. Live, a thread
 * writes (base/writer.h), and nothing below waits but recorder_close(). Borrows `path`. NULL
 * and errno set. */
struct recorder *recorder_open(const char *path, const struct recorder_parts *parts, bool is_live);

/* Whether the part is as large as it may become; of a gzip file what is in the file counts. */
bool recorder_is_full(const struct recorder *recorder);

/* Ends the part with `end`, and begins the next with `begin`: whole lines. As
 * recorder_write() with `is_last`. */
int recorder_next_part(struct recorder *recorder, const char *end, size_t end_len,
		       const char *begin, size_t begin_len);

/* Instead of RECORDER_LIMIT_BYTES. */
void recorder_limit(struct recorder *recorder, uint64_t bytes);

/* 0; -EAGAIN: there was no room for it, or the file has all that it may have, which is said
 * once; or -errno of the first failure, after which nothing more is written. With `is_last`
 * there is room. */
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
