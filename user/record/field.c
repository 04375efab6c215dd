// SPDX-License-Identifier: GPL-2.0-only
#include "record/field.h"

#include <string.h>

#include "base/json_reader.h"
#include "base/json_writer.h"
#include "base/time_text.h"
#include "model/observation.h"

/* Numbers and enums of whatever width. */
static uint64_t load(const void *at, size_t size)
{
	uint64_t value = 0;

	switch (size) {
	case 1:
		return *(const uint8_t *)at;
	case 2:
		return *(const uint16_t *)at;
	case 4:
		return *(const uint32_t *)at;
	default:
		memcpy(&value, at, sizeof(value));
		return value;
	}
}

static void store(void *at, size_t size, uint64_t value)
{
	switch (size) {
	case 1:
		*(uint8_t *)at = (uint8_t)value;
		break;
	case 2:
		*(uint16_t *)at = (uint16_t)value;
		break;
	case 4:
		*(uint32_t *)at = (uint32_t)value;
		break;
	default:
		memcpy(at, &value, sizeof(value));
		break;
	}
}

static void write_text(struct jsonw *w, const struct field *f, const char *text)
{
	bool is_always = f->flags & FIELD_ALWAYS;

	if (text && (is_always || *text))
		jsonw_string(w, f->name, text);
}

static void write_object(struct jsonw *w, const struct field *f, const void *at, bool is_recording)
{
	if (f->fields->is_there && !f->fields->is_there(at))
		return;
	jsonw_begin_object(w, f->name);
	fields_write(w, f->fields, at, is_recording);
	jsonw_end_object(w);
}

static void write_field(struct jsonw *w, const struct field *f, const char *base, bool is_recording)
{
	bool is_always = f->flags & FIELD_ALWAYS;
	const void *at = base + f->offset;
	char ts[TIME_TEXT_BYTES];

	switch (f->kind) {
	case FIELD_NUMBER:
		if (is_always || load(at, f->size))
			jsonw_u64(w, f->name, load(at, f->size));
		break;
	case FIELD_FLAG:
		if (is_always || *(const bool *)at)
			jsonw_bool(w, f->name, *(const bool *)at);
		break;
	case FIELD_TEXT:
		write_text(w, f, at);
		break;
	case FIELD_STRING:
		write_text(w, f, *(const char *const *)at);
		break;
	case FIELD_WORD:
		if (is_always || load(at, f->size) != f->words->none)
			jsonw_string(w, f->name, f->words->name((unsigned int)load(at, f->size)));
		break;
	case FIELD_TIME:
		if (load(at, f->size) || f->flags & FIELD_ALWAYS)
			jsonw_string(w, f->name,
				     time_format_iso(load(at, f->size), ts, sizeof(ts)));
		break;
	case FIELD_OBJECT:
		write_object(w, f, at, is_recording);
		break;
	case FIELD_SPECIAL:
		f->special->write(w, f->name, at);
		break;
	case FIELD_LIST:
		f->list->write(w, f->name, at);
		break;
	case FIELD_DECLARED:
		break;
	}
}

void fields_write(struct jsonw *w, const struct fields *fields, const void *base, bool is_recording)
{
	if (fields->first)
		fields_write(w, fields->first, base, is_recording);
	for (size_t i = 0; i < fields->count; i++) {
		const struct field *f = &fields->rows[i];

		if (f->flags & (is_recording ? FIELD_REPORTED : FIELD_RECORDED))
			continue;
		if (f->has == FIELD_NO_HAS || *(const bool *)((const char *)base + f->has))
			write_field(w, f, base, is_recording);
	}
}

/* ---- reading: what is of another type than it should be counts as absent ---- */

static void copy_text(const struct json_value *value, char *out, size_t size)
{
	const char *text = json_is(value, JSON_KIND_TEXT) ? value->text : "";
	size_t len = strnlen(text, size - 1);

	memcpy(out, text, len);
	out[len] = '\0';
}

static uint64_t word_of(const struct json_value *value, const struct words *words)
{
	return json_is(value, JSON_KIND_TEXT) ? words->parse(value->text) : words->none;
}

/* No string of ours is longer; of another's, a megabyte of each of a million flushes would be
 * kept. In place: the line is parsed, and the string is only read from here on. */
static const char *cut(const char *text)
{
	size_t len = text ? strlen(text) : 0;

	if (len >= STACK_BYTES) {
		len = STACK_BYTES - 1;
		while (len && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--; /* not within a character */
		((char *)text)[len] = '\0';
	}
	return text;
}

static void parse_field(const struct json_value *object, const struct field *f, char *base)
{
	const struct json_value *value = json_member(object, f->name);
	void *at = base + f->offset;

	switch (f->kind) {
	case FIELD_NUMBER:
		store(at, f->size, json_number(value));
		break;
	case FIELD_FLAG:
		*(bool *)at = json_is_set(value);
		break;
	case FIELD_TEXT:
		copy_text(value, at, f->size);
		break;
	case FIELD_STRING:
		*(const char **)at = cut(json_text(value));
		break;
	case FIELD_WORD:
		store(at, f->size, word_of(value, f->words));
		break;
	case FIELD_TIME:
		store(at, f->size,
		      json_is(value, JSON_KIND_TEXT) ? time_parse_iso(value->text) : 0);
		break;
	case FIELD_OBJECT:
		memset(at, 0, f->size);
		if (json_is(value, JSON_KIND_OBJECT))
			fields_parse(value, f->fields, at);
		break;
	case FIELD_SPECIAL:
		if (f->special->parse)
			f->special->parse(object, f->name, at);
		break;
	case FIELD_LIST:
	case FIELD_DECLARED:
		break;
	}
	if (f->has != FIELD_NO_HAS)
		*(bool *)(base + f->has) = json_is(value, JSON_KIND_INTEGER);
}

void fields_parse(const struct json_value *object, const struct fields *fields, void *base)
{
	if (fields->first)
		fields_parse(object, fields->first, base);
	for (size_t i = 0; i < fields->count; i++)
		if (!(fields->rows[i].flags & FIELD_UNREAD))
			parse_field(object, &fields->rows[i], base);
}
