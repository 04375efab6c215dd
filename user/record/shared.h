/* SPDX-License-Identifier: GPL-2.0-only */
/* What fields of several lines share: processes, addresses, flows, words. */
#ifndef RSTBLAME_RECORD_SHARED_H
#define RSTBLAME_RECORD_SHARED_H

#include "base/json_reader.h"
#include "base/json_writer.h"
#include "model/finding.h"
#include "record/field.h"

/* Of struct actor, victim, socket_end and listener_state. */
extern const struct fields actor_fields, victim_fields, ended_fields, listener_fields;

extern const struct words cause_words, verdict_words, confidence_words, unseen_words, tracker_words,
	family_words;

/* Of struct flow, nothing where it has no family; of enum hooks_flag, nothing where none
 * is known. */
extern const struct special flow_special, hooks_special;

/* JSON Schemas. */
#define SCHEMA_REF(name) "{\"$ref\":\"#/$defs/" name "\"}"
#define SCHEMA_NUMBER "{\"type\":\"integer\",\"minimum\":0}"
#define SCHEMA_NUMBERS "{\"type\":\"array\",\"items\":" SCHEMA_NUMBER "}"
#define SCHEMA_STRING "{\"type\":\"string\"}"
#define SCHEMA_STRINGS "{\"type\":\"array\",\"items\":" SCHEMA_STRING "}"
/* An object of numbers by name; the names are those of an enum in $defs, or any. */
#define SCHEMA_COUNTS "{\"type\":\"object\",\"additionalProperties\":" SCHEMA_NUMBER "}"
#define SCHEMA_COUNTS_OF(name)                                                                     \
	"{\"type\":\"object\",\"propertyNames\":" SCHEMA_REF(                                      \
		name) ",\"additionalProperties\":" SCHEMA_NUMBER "}"

/* Nothing where no process is known. */
void write_actor(struct jsonw *w, const char *name, const struct actor *actor);
void write_address(struct jsonw *w, const char *name, const struct address *a, int family);
void write_tuple_fields(struct jsonw *w, const struct tuple *t, int family);
void write_tuple(struct jsonw *w, const char *name, const struct tuple *t, int family);
/* Nothing where it has no family; `is_one_sided`: its original tuple only. */
void write_flow(struct jsonw *w, const char *name, const struct flow *flow, bool is_one_sided);

/* "" and 0 where it is absent, or of another type. */
const char *get_string(const struct json_value *object, const char *name);
uint64_t get_u64(const struct json_value *object, const char *name);
/* The family; 0 when either address is none. */
uint8_t parse_tuple(const struct json_value *object, struct tuple *out);
/* False, and no family, where one tuple is missing. */
bool parse_flow(const struct json_value *object, struct flow *out);

#endif
