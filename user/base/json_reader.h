/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON that others wrote, as a tree of values: strict, with integers of 63 bits, each name once
 * in an object. libyajl reads it; the tree's memory is used again for the next text, so that a
 * recording of ten million lines does not spend its time in malloc().
 */
#ifndef RSTBLAME_BASE_JSON_READER_H
#define RSTBLAME_BASE_JSON_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum json_kind {
	JSON_KIND_NULL,
	JSON_KIND_BOOL,
	JSON_KIND_INTEGER,
	JSON_KIND_REAL, /* its value is not kept */
	JSON_KIND_TEXT,
	JSON_KIND_ARRAY,
	JSON_KIND_OBJECT,
};

struct json_value {
	enum json_kind kind;
	uint32_t name_len;
	const char *name; /* in an object; else NULL */
	struct json_value *next;
	union {
		bool flag;
		int64_t number;
		char *text;               /* UTF-8 without NUL */
		struct json_value *first; /* of an object or array; NULL: it is empty */
	};
};

struct json_reader;

/* NULL: out of memory. The caller frees it. With `takes_nul` a text with a NUL in it is read as
 * one that ends there. */
struct json_reader *json_reader_new(bool takes_nul);
void json_reader_free(struct json_reader *reader);

/* One object or array, of at most 4 GB; it lives until the next is read. NULL: it is none, or one
 * of a name that comes twice, of 256 levels and more, of an integer beyond 63 bits, of a NUL in a
 * text; or out of memory. */
const struct json_value *json_read(struct json_reader *reader, const char *text, size_t len);

/* ---- what a value says; of another kind than asked for, or NULL, it says nothing ---- */

/* NULL: it has no such member. */
const struct json_value *json_member(const struct json_value *object, const char *name);
bool json_is(const struct json_value *value, enum json_kind kind);
/* NULL: it is no text. */
const char *json_text(const struct json_value *value);
/* 0 where it is none, or below. */
uint64_t json_number(const struct json_value *value);
bool json_is_set(const struct json_value *value); /* true */

/* Of an array: `for (item = json_first(array); item; item = item->next)`. */
const struct json_value *json_first(const struct json_value *array);
size_t json_count(const struct json_value *array);

#endif
