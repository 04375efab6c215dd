// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/btf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "btf/cut.h"

/* ---- BTF by hand ---- */

struct builder {
	uint32_t types[256];
	char strings[1024];
	uint32_t words, strings_bytes, first_string;
};

static uint32_t string(struct builder *b, const char *text)
{
	uint32_t at = b->strings_bytes;

	if (!*text)
		return 0;
	memcpy(b->strings + at, text, strlen(text) + 1);
	b->strings_bytes += (uint32_t)strlen(text) + 1;
	return b->first_string + at;
}

static void word(struct builder *b, uint32_t value)
{
	assert_true(b->words < 256);
	b->types[b->words++] = value;
}

static void type(struct builder *b, const char *name, uint32_t kind, uint32_t vlen, uint32_t size)
{
	word(b, string(b, name));
	word(b, kind << 24 | vlen);
	word(b, size);
}

static void member(struct builder *b, const char *name, uint32_t type_id, uint32_t bytes)
{
	word(b, string(b, name));
	word(b, type_id);
	word(b, bytes * 8);
}

static void *finish(const struct builder *b, size_t *size)
{
	struct btf_header header = { .magic = BTF_MAGIC,
				     .version = BTF_VERSION,
				     .hdr_len = sizeof(header),
				     .type_len = b->words * 4,
				     .str_off = b->words * 4,
				     .str_len = b->strings_bytes };
	char *out = malloc(sizeof(header) + b->words * 4 + b->strings_bytes);

	assert_non_null(out);
	memcpy(out, &header, sizeof(header));
	memcpy(out + sizeof(header), b->types, b->words * 4);
	memcpy(out + sizeof(header) + b->words * 4, b->strings, b->strings_bytes);
	*size = sizeof(header) + b->words * 4 + b->strings_bytes;
	return out;
}

enum { INT = 1, HIDDEN, POINTER, INNER, ALIAS, ARRAY, OUTER, STATE, PROTO, FUNCTION, VARIABLE };

/* As a kernel's: struct outer { struct hidden *p; alias one; int many[4]; }. */
static void *kernel_bytes(size_t *size)
{
	struct builder b = { .strings_bytes = 1 };

	type(&b, "int", BTF_KIND_INT, 0, 4);
	word(&b, 32);
	type(&b, "hidden", BTF_KIND_STRUCT, 1, 4);
	member(&b, "secret", INT, 0);
	type(&b, "", BTF_KIND_PTR, 0, HIDDEN);
	type(&b, "inner", BTF_KIND_STRUCT, 2, 8);
	member(&b, "a", INT, 0);
	member(&b, "b", INT, 4);
	type(&b, "alias", BTF_KIND_TYPEDEF, 0, INNER);
	type(&b, "", BTF_KIND_ARRAY, 0, 0);
	word(&b, INT);
	word(&b, INT);
	word(&b, 4);
	type(&b, "outer", BTF_KIND_STRUCT, 3, 32);
	member(&b, "p", POINTER, 0);
	member(&b, "one", ALIAS, 8);
	member(&b, "many", ARRAY, 16);
	type(&b, "state", BTF_KIND_ENUM, 1, 4);
	word(&b, string(&b, "STATE_A"));
	word(&b, 1);
	type(&b, "", BTF_KIND_FUNC_PROTO, 0, 0);
	type(&b, "function", BTF_KIND_FUNC, 0, PROTO);
	type(&b, "variable", BTF_KIND_VAR, 0, INT);
	word(&b, 0);
	return finish(&b, size);
}

/* A module's, upon it: struct work { struct outer o; }, and an outer of its own. */
static void *module_bytes(const struct btf_table *kernel, size_t *size)
{
	struct builder b = { .first_string = kernel->strings_bytes };

	type(&b, "work", BTF_KIND_STRUCT, 1, 32);
	member(&b, "o", OUTER, 0);
	type(&b, "outer", BTF_KIND_STRUCT, 1, 4);
	member(&b, "p", INT, 0);
	type(&b, "function", BTF_KIND_FUNC, 0, PROTO);
	return finish(&b, size);
}

struct tables {
	void *kernel_bytes, *module_bytes;
	struct btf_table kernel, module;
};

static int make_tables(void **state)
{
	struct tables *t = calloc(1, sizeof(*t));
	size_t size;

	*state = t;
	t->kernel_bytes = kernel_bytes(&size);
	assert_int_equal(btf_table_init(&t->kernel, t->kernel_bytes, size, NULL), 0);
	t->module_bytes = module_bytes(&t->kernel, &size);
	assert_int_equal(btf_table_init(&t->module, t->module_bytes, size, &t->kernel), 0);
	return 0;
}

static int free_tables(void **state)
{
	struct tables *t = *state;

	btf_table_release(&t->kernel);
	btf_table_release(&t->module);
	free(t->kernel_bytes);
	free(t->module_bytes);
	free(t);
	return 0;
}

/* ---- finding ---- */

static void finds_by_name(void **state)
{
	const struct tables *t = *state;
	const char *const names[] = { "function", NULL, "outer" };
	uint32_t ids[3];

	assert_int_equal(t->kernel.count, VARIABLE);
	btf_table_find_functions(&t->kernel, names, ids, 3);
	assert_int_equal(ids[0], FUNCTION);
	assert_int_equal(ids[1], 0);
	assert_int_equal(ids[2], 0); /* a structure */
	btf_table_find_functions(&t->module, names, ids, 3);
	assert_int_equal(ids[0], VARIABLE + 3);
	assert_int_equal(btf_table_find_variable(&t->kernel, "variable"), VARIABLE);
	assert_int_equal(btf_table_find_variable(&t->kernel, "function"), 0);
	assert_int_equal(btf_table_find_constant(&t->kernel, "STATE_A"), 1);
	assert_int_equal(btf_table_find_constant(&t->kernel, "state"), UINT32_MAX);
}

/* ---- what a cut is examined with ---- */

static const struct btf_type *type_of(const struct btf_table *table, uint32_t id)
{
	return (const void *)(table->types + table->places[id - table->first_id]);
}

static uint32_t find_struct(const struct btf_table *table, const char *name)
{
	for (uint32_t id = table->first_id; id < table->first_id + table->count; id++)
		if (BTF_INFO_KIND(type_of(table, id)->info) == BTF_KIND_STRUCT &&
		    !strcmp(btf_table_string(table, type_of(table, id)->name_off), name))
			return id;
	return 0;
}

/* In bytes; -ENOENT. */
static int member_offset(const struct btf_table *table, uint32_t id, const char *name)
{
	const struct btf_type *type = type_of(table, id);
	const struct btf_member *members = (const void *)(type + 1);

	for (uint32_t i = 0; i < BTF_INFO_VLEN(type->info); i++)
		if (!strcmp(btf_table_string(table, members[i].name_off), name))
			return (int)members[i].offset / 8;
	return -ENOENT;
}

/* ---- a cut ---- */

static void *cut(struct tables *t, const char *name, struct btf_table *out)
{
	struct btf_cut *c = btf_cut_new();
	size_t size;
	void *bytes;

	assert_int_equal(btf_cut_want(c, name), 0);
	assert_int_equal(btf_cut_take(c, &t->kernel), 0);
	assert_int_equal(btf_cut_take(c, &t->module), 0);
	bytes = btf_cut_bytes(c, &size);
	assert_non_null(bytes);
	assert_int_equal(btf_table_init(out, bytes, size, NULL), 0);
	btf_cut_free(c);
	return bytes;
}

/* By value, not by pointer; and of two of that name the kernel's. */
static void cuts_what_is_contained(void **state)
{
	struct btf_table out;
	void *bytes = cut(*state, "outer___flavour", &out);
	uint32_t outer = find_struct(&out, "outer");
	uint32_t inner = find_struct(&out, "inner");

	assert_int_equal(out.count, 6); /* int, the pointer, inner, alias, the array, outer */
	assert_int_equal(member_offset(&out, outer, "many"), 16);
	assert_int_equal(member_offset(&out, inner, "b"), 4);
	assert_int_equal(find_struct(&out, "hidden"), 0);
	btf_table_release(&out);
	free(bytes);
}

static void cuts_a_modules_own(void **state)
{
	struct btf_table out;
	void *bytes = cut(*state, "work", &out);

	assert_int_equal(member_offset(&out, find_struct(&out, "work"), "o"), 0);
	assert_int_equal(member_offset(&out, find_struct(&out, "outer"), "many"), 16);
	btf_table_release(&out);
	free(bytes);
}

/* The second is as whole as the first. */
static void cuts_again(void **state)
{
	struct btf_table first, second;
	void *a = cut(*state, "state", &first), *b = cut(*state, "state", &second);

	assert_int_equal(first.count, 1);
	assert_int_equal(second.count, 1);
	btf_table_release(&first);
	btf_table_release(&second);
	free(a);
	free(b);
}

static void cuts_nothing(void **state)
{
	struct btf_table out;
	void *bytes = cut(*state, "out", &out);

	assert_int_equal(out.count, 0);
	btf_table_release(&out);
	free(bytes);
}

/* ---- bytes that are none ---- */

static void refuses_what_is_broken(void **state)
{
	struct tables *t = *state;
	struct btf_header *header = t->kernel_bytes;
	size_t size = sizeof(*header) + header->type_len + header->str_len;
	uint32_t *first = (void *)(header + 1);
	struct btf_table out;

	for (size_t shorter = 0; shorter < size; shorter++)
		assert_int_equal(btf_table_init(&out, header, shorter, NULL), -EINVAL);
	header->type_len -= 4; /* the last type's end is missing */
	assert_int_equal(btf_table_init(&out, header, size, NULL), -EINVAL);
	header->type_len += 4;
	first[1] = 31U << 24; /* a kind of the future */
	assert_int_equal(btf_table_init(&out, header, size, NULL), -EINVAL);
	header->magic = 0;
	assert_int_equal(btf_table_init(&out, header, size, NULL), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(finds_by_name, make_tables, free_tables),
		cmocka_unit_test_setup_teardown(cuts_what_is_contained, make_tables, free_tables),
		cmocka_unit_test_setup_teardown(cuts_a_modules_own, make_tables, free_tables),
		cmocka_unit_test_setup_teardown(cuts_again, make_tables, free_tables),
		cmocka_unit_test_setup_teardown(cuts_nothing, make_tables, free_tables),
		cmocka_unit_test_setup_teardown(refuses_what_is_broken, make_tables, free_tables),
	};

	return cmocka_run_group_tests_name("typetable", tests, NULL, NULL);
}
