// SPDX-License-Identifier: GPL-2.0-only
#include "base/json_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "base/array.h"
#include "base/utf8.h"

enum { LEVELS_MAX = 256, BLOCK_VALUES = 256, PAIRS_MAX = 32, GOES_ON = 1, STOPS = 0 };

struct block {
	struct block *next;
	struct json_value values[BLOCK_VALUES];
};

struct level {
	struct json_value *container, *last;
	uint32_t count;
};

struct json_reader {
	bool takes_nul;
	yajl_handle yajl; /* NULL: the last text was none, and it would go on from there */
	struct block *blocks, *block;
	size_t used; /* of the block */
	char *text;  /* what is decoded is never longer than what it is decoded from */
	size_t text_room, text_used;
	struct json_value *root;
	struct level levels[LEVELS_MAX];
	size_t depth;
	const char *name; /* of the member that comes */
	uint32_t name_len;
	const char **names; /* of an object, to put in order */
	size_t names_room;
};

/* ---- the tree ---- */

static bool next_block(struct json_reader *r)
{
	struct block *next = r->block->next;

	if (!next)
		next = calloc(1, sizeof(*next));
	if (!next)
		return false;
	r->block->next = next;
	r->block = next;
	r->used = 0;
	return true;
}

static struct json_value *new_value(struct json_reader *r)
{
	if (r->used == BLOCK_VALUES && !next_block(r))
		return NULL;
	return &r->block->values[r->used++];
}

static struct json_value *add(struct json_reader *r, enum json_kind kind)
{
	struct level *level = r->depth ? &r->levels[r->depth - 1] : NULL;
	struct json_value *value = new_value(r);

	if (!value || (!level && r->root) || (!level && kind < JSON_KIND_ARRAY))
		return NULL;
	*value = (struct json_value){ .kind = kind, .name = r->name, .name_len = r->name_len };
	r->name = NULL;
	if (!level) {
		r->root = value;
		return value;
	}
	level->count++;
	*(level->last ? &level->last->next : &level->container->first) = value;
	level->last = value;
	return value;
}

/* Up to the first byte that is of no character, or the NUL behind it. */
static size_t valid_length(const char *text)
{
	size_t valid = 0, len = 1;

	for (; text[valid] && len; valid += len)
		len = text[valid] & 0x80 ? utf8_length(text + valid) : 1;
	return valid;
}

/* With a NUL behind it: a quote was there. NULL: it is no UTF-8, or holds a NUL that is not
 * taken. (yajl takes characters of more bytes than they need.) */
static char *keep_text(struct json_reader *r, const unsigned char *text, size_t len)
{
	char *kept = r->text + r->text_used;
	size_t valid;

	memcpy(kept, text, len);
	kept[len] = '\0';
	valid = valid_length(kept);
	if (kept[valid] || (valid < len && !r->takes_nul))
		return NULL;
	r->text_used += len + 1;
	return kept;
}

/* ---- each name once ---- */

static bool is_same_name(const struct json_value *a, const struct json_value *b)
{
	return a->name_len == b->name_len && !memcmp(a->name, b->name, a->name_len);
}

static bool has_pair(const struct json_value *first)
{
	for (const struct json_value *a = first; a; a = a->next)
		for (const struct json_value *b = a->next; b; b = b->next)
			if (is_same_name(a, b))
				return true;
	return false;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Of many: who writes a megabyte of names does not make us compare each with each. */
static bool has_pair_of_many(struct json_reader *r, const struct level *level)
{
	size_t count = 0;

	if (!array_reserve(&r->names, &r->names_room, level->count, sizeof(*r->names)))
		return true;
	for (const struct json_value *v = level->container->first; v; v = v->next)
		r->names[count++] = v->name;
	qsort(r->names, count, sizeof(*r->names), compare_names);
	for (size_t i = 1; i < count; i++)
		if (!strcmp(r->names[i - 1], r->names[i]))
			return true;
	return false;
}

/* ---- what yajl tells ---- */

static int on_null(void *ctx)
{
	return add(ctx, JSON_KIND_NULL) ? GOES_ON : STOPS;
}

static int on_bool(void *ctx, int flag)
{
	struct json_value *value = add(ctx, JSON_KIND_BOOL);

	if (!value)
		return STOPS;
	value->flag = flag;
	return GOES_ON;
}

static bool is_integer(const char *text, size_t len)
{
	for (size_t i = *text == '-'; i < len; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return true;
}

/* Of digits behind a sign, which yajl has looked at. */
static bool parse_integer(const char *text, size_t len, int64_t *out)
{
	bool is_negative = *text == '-';
	int64_t number = 0;

	for (size_t i = is_negative; i < len; i++)
		if (__builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, text[i] - '0', &number))
			return false;
	*out = is_negative ? -number : number;
	return true;
}

static int on_number(void *ctx, const char *text, size_t len)
{
	bool is_whole = is_integer(text, len);
	struct json_value *value = add(ctx, is_whole ? JSON_KIND_INTEGER : JSON_KIND_REAL);

	return value && (!is_whole || parse_integer(text, len, &value->number)) ? GOES_ON : STOPS;
}

static int on_text(void *ctx, const unsigned char *text, size_t len)
{
	struct json_value *value = add(ctx, JSON_KIND_TEXT);

	if (value)
		value->text = keep_text(ctx, text, len);
	return value && value->text ? GOES_ON : STOPS;
}

static int on_name(void *ctx, const unsigned char *text, size_t len)
{
	struct json_reader *r = ctx;

	r->name = keep_text(r, text, len);
	r->name_len = r->name ? (uint32_t)strlen(r->name) : 0;
	return r->name ? GOES_ON : STOPS;
}

static int begin(struct json_reader *r, enum json_kind kind)
{
	struct json_value *value = r->depth < LEVELS_MAX ? add(r, kind) : NULL;

	if (!value)
		return STOPS;
	r->levels[r->depth++] = (struct level){ .container = value };
	return GOES_ON;
}

static int on_array(void *ctx)
{
	return begin(ctx, JSON_KIND_ARRAY);
}

static int on_object(void *ctx)
{
	return begin(ctx, JSON_KIND_OBJECT);
}

static int on_array_end(void *ctx)
{
	((struct json_reader *)ctx)->depth--;
	return GOES_ON;
}

static int on_object_end(void *ctx)
{
	struct json_reader *r = ctx;
	const struct level *level = &r->levels[--r->depth];

	if (level->count <= PAIRS_MAX ? has_pair(level->container->first) :
					has_pair_of_many(r, level))
		return STOPS;
	return GOES_ON;
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_bool,
	.yajl_number = on_number,
	.yajl_string = on_text,
	.yajl_start_map = on_object,
	.yajl_map_key = on_name,
	.yajl_end_map = on_object_end,
	.yajl_start_array = on_array,
	.yajl_end_array = on_array_end,
};

/* ---- reading ---- */

struct json_reader *json_reader_new(bool takes_nul)
{
	struct json_reader *r = calloc(1, sizeof(*r));

	if (r)
		r->takes_nul = takes_nul;
	if (r)
		r->blocks = calloc(1, sizeof(*r->blocks));
	if (r && r->blocks)
		return r;
	free(r);
	return NULL;
}

void json_reader_free(struct json_reader *r)
{
	if (!r)
		return;
	while (r->blocks) {
		struct block *block = r->blocks;

		r->blocks = block->next;
		free(block);
	}
	if (r->yajl)
		yajl_free(r->yajl);
	free(r->names);
	free(r->text);
	free(r);
}

static bool begin_text(struct json_reader *r, size_t len)
{
	if (!r->yajl) {
		r->yajl = yajl_alloc(&callbacks, NULL, r);
		if (r->yajl) { /* one handle for all texts */
			yajl_config(r->yajl, yajl_allow_multiple_values, 1);
			yajl_config(r->yajl, yajl_dont_validate_strings, 1);
		}
	}
	r->root = NULL;
	r->depth = r->used = r->text_used = 0;
	r->block = r->blocks;
	r->name = NULL;
	return r->yajl && len < UINT32_MAX && array_reserve(&r->text, &r->text_room, len + 1, 1);
}

const struct json_value *json_read(struct json_reader *r, const char *text, size_t len)
{
	if (!begin_text(r, len))
		return NULL;
	if (yajl_parse(r->yajl, (const unsigned char *)text, len) == yajl_status_ok && r->root &&
	    !r->depth)
		return r->root;
	yajl_free(r->yajl);
	r->yajl = NULL;
	return NULL;
}

/* ---- values ---- */

bool json_is(const struct json_value *value, enum json_kind kind)
{
	return value && value->kind == kind;
}

const struct json_value *json_member(const struct json_value *object, const char *name)
{
	size_t len = strlen(name);

	if (!json_is(object, JSON_KIND_OBJECT))
		return NULL;
	for (const struct json_value *v = object->first; v; v = v->next)
		if (v->name_len == len && !memcmp(v->name, name, len))
			return v;
	return NULL;
}

const char *json_text(const struct json_value *value)
{
	return json_is(value, JSON_KIND_TEXT) ? value->text : NULL;
}

uint64_t json_number(const struct json_value *value)
{
	return json_is(value, JSON_KIND_INTEGER) && value->number > 0 ? (uint64_t)value->number : 0;
}

bool json_is_set(const struct json_value *value)
{
	return json_is(value, JSON_KIND_BOOL) && value->flag;
}

const struct json_value *json_first(const struct json_value *array)
{
	return json_is(array, JSON_KIND_ARRAY) ? array->first : NULL;
}

size_t json_count(const struct json_value *array)
{
	size_t count = 0;

	for (const struct json_value *v = json_first(array); v; v = v->next)
		count++;
	return count;
}
