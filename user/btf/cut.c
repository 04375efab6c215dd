// SPDX-License-Identifier: GPL-2.0-only
#include "btf/cut.h"

#include <errno.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

struct bytes {
	uint8_t *at;
	size_t size, room;
};

struct wanted {
	char *name;
	size_t len;
	const struct btf_table *found_in; /* NULL: nowhere yet */
	size_t next;                      /* of the same beginning, plus one; 0: the end */
};

enum { BEGINNINGS = 1 << 16 };

struct chosen {
	struct btf_table *table;
	uint32_t i; /* from the table's first */
};

struct btf_cut {
	struct wanted *wanted;
	size_t wanted_count, wanted_room;
	/* By the two first letters, plus one: most names are dropped by that alone. */
	uint16_t beginnings[BEGINNINGS];
	struct chosen *chosen; /* chosen[0] is type 1 of the cut */
	size_t chosen_count, chosen_room;
	struct bytes types, strings;
	bool is_out_of_memory;
};

struct btf_cut *btf_cut_new(void)
{
	return calloc(1, sizeof(struct btf_cut));
}

void btf_cut_free(struct btf_cut *cut)
{
	if (!cut)
		return;
	for (size_t i = 0; i < cut->wanted_count; i++)
		free(cut->wanted[i].name);
	free(cut->wanted);
	free(cut->chosen);
	free(cut->types.at);
	free(cut->strings.at);
	free(cut);
}

/* ---- what is wanted ---- */

/* Without a flavour: the last "___" that has something before and after it and is not
 * part of more underscores, as libbpf's bpf_core_essential_name_len(). */
static size_t essential_len(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = len; i-- > 4;)
		if (name[i] != '_' && name[i - 1] == '_' && name[i - 2] == '_' &&
		    name[i - 3] == '_' && name[i - 4] != '_')
			return i - 3;
	return len;
}

static uint32_t beginning(const char *name)
{
	return name[0] ? ((uint32_t)(uint8_t)name[0] << 8) | (uint8_t)name[1] : 0;
}

static struct wanted *find_wanted(const struct btf_cut *cut, const char *name)
{
	size_t next = cut->beginnings[beginning(name)], len = next ? essential_len(name) : 0;

	for (; next; next = cut->wanted[next - 1].next) {
		struct wanted *w = &cut->wanted[next - 1];

		if (w->len == len && !memcmp(w->name, name, len))
			return w;
	}
	return NULL;
}

int btf_cut_want(struct btf_cut *cut, const char *name)
{
	uint16_t *first = &cut->beginnings[beginning(name)];
	size_t len = essential_len(name);
	char *copy;

	if (cut->wanted_count == UINT16_MAX)
		return -E2BIG;
	if (!len || find_wanted(cut, name))
		return 0;
	copy = strndup(name, len);
	if (!copy || !array_reserve(&cut->wanted, &cut->wanted_room, cut->wanted_count + 1,
				    sizeof(*cut->wanted))) {
		free(copy);
		return -ENOMEM;
	}
	cut->wanted[cut->wanted_count++] =
		(struct wanted){ .name = copy, .len = len, .next = *first };
	*first = (uint16_t)cut->wanted_count;
	return 0;
}

/* ---- choosing ---- */

/* Its id in the cut; it is written out in its turn. */
static uint32_t choose(struct btf_cut *cut, struct btf_table *table, uint32_t id)
{
	uint32_t *slot;

	while (table && id < table->first_id)
		table = (struct btf_table *)table->base;
	if (!table || id - table->first_id >= table->count)
		return 0; /* void */
	slot = &table->cut_ids[id - table->first_id];
	if (*slot)
		return *slot;
	if (!array_reserve(&cut->chosen, &cut->chosen_room, cut->chosen_count + 1,
			   sizeof(*cut->chosen))) {
		cut->is_out_of_memory = true;
		return 0;
	}
	cut->chosen[cut->chosen_count++] = (struct chosen){ table, id - table->first_id };
	*slot = (uint32_t)cut->chosen_count;
	return *slot;
}

static bool is_root(const struct btf_type *type)
{
	uint32_t kind = BTF_INFO_KIND(type->info);

	return kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION || kind == BTF_KIND_ENUM ||
	       kind == BTF_KIND_ENUM64;
}

int btf_cut_take(struct btf_cut *cut, struct btf_table *table)
{
	memset(table->cut_ids, 0, table->count * sizeof(*table->cut_ids)); /* an earlier cut's */
	for (uint32_t i = 0; i < table->count; i++) {
		const struct btf_type *type = (const void *)(table->types + table->places[i]);
		struct wanted *wanted;

		if (!is_root(type) || !type->name_off)
			continue;
		wanted = find_wanted(cut, btf_table_string(table, type->name_off));
		if (!wanted || (wanted->found_in && wanted->found_in != table))
			continue;
		wanted->found_in = table;
		choose(cut, table, table->first_id + i);
	}
	return cut->is_out_of_memory ? -ENOMEM : 0;
}

/* ---- writing ---- */

static void *append(struct btf_cut *cut, struct bytes *to, const void *bytes, size_t size)
{
	if (!array_reserve(&to->at, &to->room, to->size + size, 1)) {
		cut->is_out_of_memory = true;
		return NULL;
	}
	memcpy(to->at + to->size, bytes, size);
	to->size += size;
	return to->at + to->size - size;
}

static uint32_t write_string(struct btf_cut *cut, const struct btf_table *table, uint32_t offset)
{
	const char *name = btf_table_string(table, offset);
	uint32_t at = (uint32_t)cut->strings.size;

	if (!*name)
		return 0;
	append(cut, &cut->strings, name, strlen(name) + 1);
	return at;
}

static struct btf_type *write_head(struct btf_cut *cut, const struct btf_table *table,
				   const struct btf_type *type, size_t rest)
{
	uint32_t name = write_string(cut, table, type->name_off);
	struct btf_type *out = append(cut, &cut->types, type, sizeof(*type) + rest);

	if (out)
		out->name_off = name;
	return out;
}

static void write_members(struct btf_cut *cut, struct btf_table *table, const struct btf_type *type)
{
	uint32_t count = BTF_INFO_VLEN(type->info);
	struct btf_type *out = write_head(cut, table, type, count * sizeof(struct btf_member));
	struct btf_member *members = out ? (void *)(out + 1) : NULL;

	for (uint32_t i = 0; members && i < count; i++) {
		members[i].name_off = write_string(cut, table, members[i].name_off);
		members[i].type = choose(cut, table, members[i].type);
	}
}

static void write_array(struct btf_cut *cut, struct btf_table *table, const struct btf_type *type)
{
	struct btf_type *out = write_head(cut, table, type, sizeof(struct btf_array));
	struct btf_array *array = out ? (void *)(out + 1) : NULL;

	if (!array)
		return;
	array->type = choose(cut, table, array->type);
	array->index_type = choose(cut, table, array->index_type);
}

/* What a pointer points to matters to nobody: CO-RE asks what a field is, and where, and
 * a path that goes through a pointer is two. Nor do the names of an enumeration. */
static void write_type(struct btf_cut *cut, struct btf_table *table, const struct btf_type *type)
{
	struct btf_type *out;

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		write_members(cut, table, type);
		break;
	case BTF_KIND_ARRAY:
		write_array(cut, table, type);
		break;
	case BTF_KIND_INT:
		write_head(cut, table, type, sizeof(uint32_t));
		break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		out = write_head(cut, table, type, 0);
		if (out)
			out->info &= ~(uint32_t)BTF_MAX_VLEN;
		break;
	case BTF_KIND_PTR:
		out = write_head(cut, table, type, 0);
		if (out)
			out->type = 0;
		break;
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		out = write_head(cut, table, type, 0);
		if (out)
			out->type = choose(cut, table, out->type);
		break;
	default: /* BTF_KIND_FWD, BTF_KIND_FLOAT: they refer to nothing */
		write_head(cut, table, type, 0);
	}
}

static void *join(const struct btf_cut *cut, size_t *size)
{
	struct btf_header header = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(header),
		.type_len = (uint32_t)cut->types.size,
		.str_off = (uint32_t)cut->types.size,
		.str_len = (uint32_t)cut->strings.size,
	};
	uint8_t *out = malloc(sizeof(header) + cut->types.size + cut->strings.size);

	if (!out)
		return NULL;
	memcpy(out, &header, sizeof(header));
	if (cut->types.size)
		memcpy(out + sizeof(header), cut->types.at, cut->types.size);
	memcpy(out + sizeof(header) + cut->types.size, cut->strings.at, cut->strings.size);
	*size = sizeof(header) + cut->types.size + cut->strings.size;
	return out;
}

void *btf_cut_bytes(struct btf_cut *cut, size_t *size)
{
	append(cut, &cut->strings, "", 1);
	/* What is written may choose more. */
	for (size_t i = 0; i < cut->chosen_count && !cut->is_out_of_memory; i++) {
		struct btf_table *table = cut->chosen[i].table;

		write_type(cut, table,
			   (const void *)(table->types + table->places[cut->chosen[i].i]));
	}
	return cut->is_out_of_memory ? NULL : join(cut, size);
}
