/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A field of a line as data: the writer, the reader and the schema (make schema) go by the
 * same row, so that none of them knows a field that another does not.
 */
#ifndef RSTBLAME_RECORD_FIELD_H
#define RSTBLAME_RECORD_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct jsonw;
struct json_value;

enum field_kind {
	FIELD_NUMBER,   /* unsigned, of 1 to 8 bytes */
	FIELD_FLAG,     /* bool */
	FIELD_TEXT,     /* char[] */
	FIELD_STRING,   /* const char *; read, it points into the line, NULL where it is absent */
	FIELD_WORD,     /* an enum of 1 or 4 bytes */
	FIELD_TIME,     /* uint64_t, ns since the epoch */
	FIELD_OBJECT,   /* a struct with fields of its own */
	FIELD_SPECIAL,  /* by its own functions */
	FIELD_LIST,     /* an array of objects, by its own function */
	FIELD_DECLARED, /* of the schema only: written and read elsewhere */
};

enum field_flag {
	FIELD_ALWAYS = 1,   /* in each line; the others are left out where they say nothing */
	FIELD_RECORDED = 2, /* in recordings only */
	FIELD_REPORTED = 4, /* in all others only */
	FIELD_UNREAD = 8,   /* blame concludes it again */
	FIELD_ADDED = 16,   /* after the first version: old recordings do not have it */
};

/* An enum's words; see model/words.h. `none` is not written, and read where none is. */
struct words {
	const char *(*name)(unsigned int value);
	unsigned int (*parse)(const char *word); /* NULL: not read */
	unsigned int count;
	unsigned int none;
};

/* `at`: the member, where the row names one; else the struct. */
struct special {
	/* Writes it under `name`, or nothing. */
	void (*write)(struct jsonw *w, const char *name, const void *at);
	/* Reads it from the object that holds it; NULL: not read. */
	void (*parse)(const struct json_value *object, const char *name, void *at);
	const char *schema; /* a JSON Schema */
};

/* An array of objects; not read. */
struct list {
	void (*write)(struct jsonw *w, const char *name, const void *at);
	const struct fields *items;
};

struct field {
	const char *name;
	enum field_kind kind;
	unsigned int flags;
	size_t offset, size;
	size_t has; /* offset of a bool that says whether it is known; FIELD_NO_HAS */
	union {
		const struct words *words;
		const struct fields *fields;
		const struct special *special;
		const struct list *list;
	};
};

#define FIELD_NO_HAS SIZE_MAX

struct fields {
	const struct fields *first; /* those of the struct's first member; NULL: none */
	const struct field *rows;
	size_t count;
	bool (*is_there)(const void *base); /* whether any of them is written; NULL: yes */
};

#define FIELD_AT(type, member) offsetof(struct type, member), sizeof(((struct type *)0)->member)

/* Rows: the struct, the field's name, the member, flags. */
#define NUMBER(type, name, member, flags)                                                          \
	{                                                                                          \
		name, FIELD_NUMBER, flags, FIELD_AT(type, member), FIELD_NO_HAS,                   \
		{                                                                                  \
			NULL                                                                       \
		}                                                                                  \
	}
#define NUMBER_IF(type, name, member, has)                                                         \
	{                                                                                          \
		name, FIELD_NUMBER, FIELD_ALWAYS, FIELD_AT(type, member),                          \
			offsetof(struct type, has),                                                \
		{                                                                                  \
			NULL                                                                       \
		}                                                                                  \
	}
#define FLAG(type, name, member, flags)                                                            \
	{                                                                                          \
		name, FIELD_FLAG, flags, FIELD_AT(type, member), FIELD_NO_HAS,                     \
		{                                                                                  \
			NULL                                                                       \
		}                                                                                  \
	}
#define TEXT(type, name, member, flags)                                                            \
	{                                                                                          \
		name, FIELD_TEXT, flags, FIELD_AT(type, member), FIELD_NO_HAS,                     \
		{                                                                                  \
			NULL                                                                       \
		}                                                                                  \
	}
#define STRING(type, name, member, flags)                                                          \
	{                                                                                          \
		name, FIELD_STRING, flags, FIELD_AT(type, member), FIELD_NO_HAS,                   \
		{                                                                                  \
			NULL                                                                       \
		}                                                                                  \
	}
#define TIME(type, name, member, flags)                                                            \
	{                                                                                          \
		name, FIELD_TIME, flags, FIELD_AT(type, member), FIELD_NO_HAS,                     \
		{                                                                                  \
			NULL                                                                       \
		}                                                                                  \
	}
#define WORD(type, name, member, flags, its_words)                                                 \
	{                                                                                          \
		name, FIELD_WORD, flags, FIELD_AT(type, member), FIELD_NO_HAS,                     \
		{                                                                                  \
			.words = &(its_words)                                                      \
		}                                                                                  \
	}
#define OBJECT(type, name, member, its_fields)                                                     \
	{                                                                                          \
		name, FIELD_OBJECT, 0, FIELD_AT(type, member), FIELD_NO_HAS,                       \
		{                                                                                  \
			.fields = &(its_fields)                                                    \
		}                                                                                  \
	}
/* An object in the line, whose members are the struct's own. */
#define GROUP(name, its_fields)                                                                    \
	{                                                                                          \
		name, FIELD_OBJECT, 0, 0, 0, FIELD_NO_HAS,                                         \
		{                                                                                  \
			.fields = &(its_fields)                                                    \
		}                                                                                  \
	}
#define SPECIAL(name, flags, its_special)                                                          \
	{                                                                                          \
		name, FIELD_SPECIAL, flags, 0, 0, FIELD_NO_HAS,                                    \
		{                                                                                  \
			.special = &(its_special)                                                  \
		}                                                                                  \
	}
#define SPECIAL_AT(type, name, member, flags, its_special)                                         \
	{                                                                                          \
		name, FIELD_SPECIAL, flags, FIELD_AT(type, member), FIELD_NO_HAS,                  \
		{                                                                                  \
			.special = &(its_special)                                                  \
		}                                                                                  \
	}
#define LIST(name, flags, its_list)                                                                \
	{                                                                                          \
		name, FIELD_LIST, (flags) | FIELD_UNREAD, 0, 0, FIELD_NO_HAS,                      \
		{                                                                                  \
			.list = &(its_list)                                                        \
		}                                                                                  \
	}
#define DECLARED(name, flags, its_special)                                                         \
	{                                                                                          \
		name, FIELD_DECLARED, flags, 0, 0, FIELD_NO_HAS,                                   \
		{                                                                                  \
			.special = &(its_special)                                                  \
		}                                                                                  \
	}

#define FIELDS_AFTER(its_first, its_rows, its_is_there)                                            \
	{                                                                                          \
		&(its_first), its_rows, sizeof(its_rows) / sizeof((its_rows)[0]), its_is_there     \
	}
#define FIELDS(its_rows, its_is_there)                                                             \
	{                                                                                          \
		NULL, its_rows, sizeof(its_rows) / sizeof((its_rows)[0]), its_is_there             \
	}

/* What `base` points to holds the fields. Reading, what the line does not have is left. */
void fields_write(struct jsonw *w, const struct fields *fields, const void *base,
		  bool is_recording);
void fields_parse(const struct json_value *object, const struct fields *fields, void *base);

#endif
