// SPDX-License-Identifier: GPL-2.0-only
/*
 * gen-schema: prints the JSON Schema of the lines (-f json, -w) from the tables that write
 * and read them (user/record/lines.h). make schema keeps it.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/lines.h"
#include "record/shared.h"

static json_t *literal(const char *text)
{
	json_error_t error;
	json_t *value = json_loads(text, JSON_DECODE_ANY, &error);

	if (!value) {
		fprintf(stderr, "gen-schema: %s: %s\n", text, error.text);
		exit(1);
	}
	return value;
}

static json_t *number(size_t bytes)
{
	json_t *schema = json_pack("{s:s, s:i}", "type", "integer", "minimum", 0);

	if (bytes < sizeof(uint64_t))
		json_object_set_new(schema, "maximum",
				    json_integer((json_int_t)((1ULL << (8 * bytes)) - 1)));
	return schema;
}

/* A value may have no word: an enum of the kernel's with gaps. */
static json_t *word(const struct words *words)
{
	json_t *values = json_array();

	for (unsigned int i = 0; i < words->count; i++) {
		const char *name = words->name(i);
		bool is_new = *name && strcmp(name, "unknown") != 0;
		size_t k;
		json_t *other;

		json_array_foreach(values, k, other)
			is_new &= strcmp(json_string_value(other), name) != 0;
		if (is_new || (*name && i == words->none))
			json_array_append_new(values, json_string(name));
	}
	return json_pack("{s:o}", "enum", values);
}

static json_t *object(const struct fields *fields);

/* Those that many lines have stand in $defs. */
static json_t *items(const struct fields *fields)
{
	if (fields == &actor_fields)
		return literal("{\"$ref\":\"#/$defs/actor\"}");
	if (fields == &victim_fields)
		return literal("{\"$ref\":\"#/$defs/victim\"}");
	return object(fields);
}

static json_t *field_schema(const struct field *f)
{
	switch (f->kind) {
	case FIELD_NUMBER:
		return number(f->size);
	case FIELD_FLAG:
		return literal("{\"type\":\"boolean\"}");
	case FIELD_TEXT:
	case FIELD_STRING:
		return literal("{\"type\":\"string\"}");
	case FIELD_TIME:
		return literal("{\"$ref\":\"#/$defs/time\"}");
	case FIELD_WORD:
		return word(f->words);
	case FIELD_OBJECT:
		return items(f->fields);
	case FIELD_LIST:
		return json_pack("{s:s, s:o}", "type", "array", "items", items(f->list->items));
	case FIELD_SPECIAL:
	case FIELD_DECLARED:
		break;
	}
	return literal(f->special->schema);
}

static bool has_string(const json_t *array, const char *text)
{
	size_t i;
	json_t *item;

	json_array_foreach((json_t *)array, i,
			   item) if (!strcmp(json_string_value(item), text)) return true;
	return false;
}

/* `is_whole`: each line of the type has them. */
static void add_fields(json_t *schema, const struct fields *fields, bool is_whole)
{
	json_t *properties = json_object_get(schema, "properties");
	json_t *required = json_object_get(schema, "required");

	if (fields->first)
		add_fields(schema, fields->first, is_whole);
	for (size_t i = 0; i < fields->count; i++) {
		const struct field *f = &fields->rows[i];
		unsigned int not_in_all = FIELD_RECORDED | FIELD_REPORTED | FIELD_ADDED;
		bool is_always = (f->flags & FIELD_ALWAYS) && f->has == FIELD_NO_HAS &&
				 !(f->flags & not_in_all);

		if (!json_object_get(properties, f->name))
			json_object_set_new(properties, f->name, field_schema(f));
		if (is_whole && is_always && !has_string(required, f->name))
			json_array_append_new(required, json_string(f->name));
	}
}

static json_t *empty(void)
{
	return json_pack("{s:s, s:{}, s:[]}", "type", "object", "properties", "required");
}

static json_t *object(const struct fields *fields)
{
	json_t *schema = empty();

	add_fields(schema, fields, true);
	return schema;
}

/* What one of two rows of the same name does not always have is not required. */
static void keep_common(json_t *required, const json_t *other)
{
	for (size_t i = json_array_size(required); i--;)
		if (!has_string(other, json_string_value(json_array_get(required, i))))
			json_array_remove(required, i);
}

static json_t *line_schema(const char *name)
{
	json_t *schema = empty(), *required = NULL;
	const struct line_type *type;

	for (size_t i = 0; (type = line_at(i)); i++) {
		if (strcmp(type->name, name) != 0)
			continue;
		for (size_t k = 0; k < LINE_PARTS_MAX && type->parts[k].fields; k++)
			add_fields(schema, type->parts[k].fields, !type->parts[k].fields->is_there);
		if (required)
			keep_common(required, json_object_get(schema, "required"));
		else
			required = json_deep_copy(json_object_get(schema, "required"));
		json_array_clear(json_object_get(schema, "required"));
	}
	json_object_set_new(schema, "required", required);
	return schema;
}

static const char shared[] =
	"{\"time\":{\"type\":\"string\",\"format\":\"date-time\"},"
	"\"address\":{\"type\":\"string\",\"description\":\"IPv4 or IPv6\"},"
	"\"port\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":65535},"
	"\"tuple\":{\"type\":\"object\",\"required\":[\"src\",\"sport\",\"dst\",\"dport\"],"
	"\"properties\":{\"src\":{\"$ref\":\"#/$defs/address\"},"
	"\"sport\":{\"$ref\":\"#/$defs/port\"},\"dst\":{\"$ref\":\"#/$defs/address\"},"
	"\"dport\":{\"$ref\":\"#/$defs/port\"}}},"
	"\"flow\":{\"type\":\"object\",\"required\":[\"orig\"],"
	"\"properties\":{\"orig\":{\"$ref\":\"#/$defs/tuple\"},"
	"\"reply\":{\"$ref\":\"#/$defs/tuple\"}}}}";

static json_t *definitions(void)
{
	json_t *defs = literal(shared);
	const struct line_type *type;
	char name[64];

	json_object_set_new(defs, "actor", object(&actor_fields));
	json_object_set_new(defs, "victim", object(&victim_fields));
	json_object_set_new(defs, "cause", word(&cause_words));
	json_object_set_new(defs, "verdict", word(&verdict_words));
	json_object_set_new(defs, "unseen", word(&unseen_words));
	for (size_t i = 0; (type = line_at(i)); i++) {
		snprintf(name, sizeof(name), "line_%s", type->name);
		if (!json_object_get(defs, name))
			json_object_set_new(defs, name, line_schema(type->name));
	}
	return defs;
}

/* Of a type that is not listed nothing is said: a later version may have more. */
static json_t *choices(void)
{
	json_t *all = json_array(), *seen = json_array();
	const struct line_type *type;
	char ref[80];

	for (size_t i = 0; (type = line_at(i)); i++) {
		if (has_string(seen, type->name))
			continue;
		json_array_append_new(seen, json_string(type->name));
		snprintf(ref, sizeof(ref), "#/$defs/line_%s", type->name);
		json_array_append_new(all,
				      json_pack("{s:{s:{s:{s:s}}}, s:{s:s}}", "if", "properties",
						"type", "const", type->name, "then", "$ref", ref));
	}
	json_decref(seen);
	return all;
}

int main(void)
{
	json_t *schema = literal(
		"{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\","
		"\"title\":\"A line of rstblame's reports (-f json) and recordings (-w)\","
		"\"description\":\"Generated by make schema. Types and fields are added, never "
		"changed: skip those that you do not know.\","
		"\"type\":\"object\",\"required\":[\"type\",\"ts\"],"
		"\"properties\":{\"type\":{\"type\":\"string\"},\"ts\":{\"$ref\":\"#/$defs/time\"},"
		"\"mono_ns\":" SCHEMA_NUMBER ",\"netns\":" SCHEMA_NUMBER ",\"node\":" SCHEMA_NUMBER
		",\"id\":" SCHEMA_NUMBER "}}");

	json_object_set_new(schema, "allOf", choices());
	json_object_set_new(schema, "$defs", definitions());
	json_dumpf(schema, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(schema);
	return 0;
}
