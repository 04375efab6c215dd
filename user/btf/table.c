// SPDX-License-Identifier: GPL-2.0-only
#include "btf/table.h"

#include <errno.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

/* ---- one pass ---- */

static const struct btf_type *type_at(const struct btf_table *table, uint32_t i)
{
	return (const void *)(table->types + table->places[i]);
}

/* What follows a struct btf_type; -1: a kind that is newer than this. */
static int rest_bytes(const struct btf_type *type)
{
	uint32_t vlen = BTF_INFO_VLEN(type->info);

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_INT:
		return sizeof(uint32_t);
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return (int)(vlen * sizeof(struct btf_member));
	case BTF_KIND_ENUM:
		return (int)(vlen * sizeof(struct btf_enum));
	case BTF_KIND_ENUM64:
		return (int)(vlen * sizeof(struct btf_enum64));
	case BTF_KIND_FUNC_PROTO:
		return (int)(vlen * sizeof(struct btf_param));
	case BTF_KIND_VAR:
		return sizeof(struct btf_var);
	case BTF_KIND_DATASEC:
		return (int)(vlen * sizeof(struct btf_var_secinfo));
	case BTF_KIND_DECL_TAG:
		return sizeof(struct btf_decl_tag);
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return 0;
	}
	return -1;
}

static int find_sections(struct btf_table *table, const void *bytes, size_t size)
{
	const struct btf_header *header = bytes;

	if (size < sizeof(*header) || header->magic != BTF_MAGIC || header->hdr_len > size ||
	    header->hdr_len < sizeof(*header))
		return -EINVAL;
	size -= header->hdr_len;
	if (header->type_off > size || header->type_len > size - header->type_off ||
	    header->str_off > size || header->str_len > size - header->str_off ||
	    header->type_off % 4 || header->hdr_len % 4)
		return -EINVAL;
	table->types = (const uint8_t *)bytes + header->hdr_len + header->type_off;
	table->types_bytes = header->type_len;
	table->strings = (const char *)bytes + header->hdr_len + header->str_off;
	table->strings_bytes = header->str_len;
	/* Each name is read up to its end. */
	if (!header->str_len || table->strings[header->str_len - 1])
		return -EINVAL;
	return 0;
}

/* The least that a type takes, so never too few. */
static int make_places(struct btf_table *table)
{
	size_t most = table->types_bytes / sizeof(struct btf_type) + 1;

	table->places = malloc(most * sizeof(*table->places));
	return table->places ? 0 : -ENOMEM;
}

static int find_places(struct btf_table *table)
{
	uint32_t place = 0;

	while (place < table->types_bytes) {
		const struct btf_type *type = (const void *)(table->types + place);
		uint32_t left = table->types_bytes - place;
		int rest;

		if (left < sizeof(*type))
			return -EINVAL;
		rest = rest_bytes(type);
		if (rest < 0 || (uint32_t)rest > left - sizeof(*type))
			return -EINVAL;
		table->places[table->count++] = place;
		place += (uint32_t)(sizeof(*type) + (size_t)rest);
	}
	table->cut_ids = calloc(table->count + 1, sizeof(*table->cut_ids));
	return table->cut_ids ? 0 : -ENOMEM;
}

int btf_table_init(struct btf_table *table, const void *bytes, size_t size,
		   const struct btf_table *base)
{
	int err;

	memset(table, 0, sizeof(*table));
	table->base = base;
	table->first_id = base ? base->first_id + base->count : 1;
	table->first_string = base ? base->first_string + base->strings_bytes : 0;
	err = find_sections(table, bytes, size);
	if (!err)
		err = make_places(table);
	if (!err)
		err = find_places(table);
	if (err)
		btf_table_release(table);
	return err;
}

void btf_table_release(struct btf_table *table)
{
	free(table->places);
	free(table->cut_ids);
	memset(table, 0, sizeof(*table));
}

const char *btf_table_string(const struct btf_table *table, uint32_t offset)
{
	while (table && offset < table->first_string)
		table = table->base;
	if (!table || offset - table->first_string >= table->strings_bytes)
		return "";
	return table->strings + (offset - table->first_string);
}

/* ---- finding ---- */

uint32_t btf_table_find_variable(const struct btf_table *table, const char *name)
{
	for (uint32_t i = 0; i < table->count; i++) {
		const struct btf_type *type = type_at(table, i);

		if (BTF_INFO_KIND(type->info) == BTF_KIND_VAR &&
		    !strcmp(btf_table_string(table, type->name_off), name))
			return table->first_id + i;
	}
	return 0;
}

uint32_t btf_table_find_constant(const struct btf_table *table, const char *name)
{
	for (uint32_t i = 0; i < table->count; i++) {
		const struct btf_type *type = type_at(table, i);
		const struct btf_enum *values = (const void *)(type + 1);

		if (BTF_INFO_KIND(type->info) != BTF_KIND_ENUM)
			continue;
		for (uint32_t k = 0; k < BTF_INFO_VLEN(type->info); k++)
			if (!strcmp(btf_table_string(table, values[k].name_off), name))
				return (uint32_t)values[k].val;
	}
	return UINT32_MAX;
}

void btf_table_find_functions(const struct btf_table *table, const char *const *names,
			      uint32_t *ids, size_t count)
{
	bool are_initials[256] = { false }; /* most names are dropped by that alone */

	memset(ids, 0, count * sizeof(*ids));
	for (size_t i = 0; i < count; i++)
		if (names[i])
			are_initials[(uint8_t)names[i][0]] = true;
	for (uint32_t i = 0; i < table->count; i++) {
		const struct btf_type *type = type_at(table, i);
		const char *name;

		if (BTF_INFO_KIND(type->info) != BTF_KIND_FUNC)
			continue;
		name = btf_table_string(table, type->name_off);
		if (!are_initials[(uint8_t)name[0]])
			continue;
		for (size_t j = 0; j < count; j++)
			if (names[j] && names[j][0] == name[0] && !strcmp(names[j], name))
				ids[j] = table->first_id + i;
	}
}
