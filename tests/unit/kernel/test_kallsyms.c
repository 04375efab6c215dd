// SPDX-License-Identifier: GPL-2.0-only
#include "cast/make.h"

#include <stdio.h>
#include <string.h>

#include "kernel/kallsyms.h"

static void find(const char *table, struct symbol *symbol)
{
	FILE *file = fmemopen((void *)table, strlen(table), "r");

	assert_non_null(file);
	assert_int_equal(symbols_find_in(file, symbol, 1), 0);
	fclose(file);
}

static struct symbol of_conntrack(const char *name)
{
	return (struct symbol){ .name = name, .home = "nf_conntrack" };
}

/* The lines of Debian's 5.10. */
static void a_split_function(void **state)
{
	struct symbol symbol = of_conntrack("nf_ct_delete");

	(void)state;
	find("ffffffffc0a1b000 t nf_ct_delete_from_lists\t[nf_conntrack]\n"
	     "ffffffffc0a1b100 t nf_ct_delete.part.0\t[nf_conntrack]\n"
	     "ffffffffc0a1b2c0 T nf_ct_delete\t[nf_conntrack]\n",
	     &symbol);
	assert_true(symbol.is_exact);
	assert_string_equal(symbol.part, "nf_ct_delete.part.0");
	assert_string_equal(symbol.clone, "");
	assert_string_equal(symbol.module, "nf_conntrack");
	assert_true(symbol.address == 0xffffffffc0a1b2c0);
}

/* A probe there would attach and never fire. */
static void cold_branches_are_no_function(void **state)
{
	struct symbol symbol = of_conntrack("nf_ct_delete");

	(void)state;
	find("ffffffffc0a1b100 t nf_ct_delete.part.0\t[nf_conntrack]\n"
	     "ffffffffc0a1b180 t nf_ct_delete.part.0.cold\t[nf_conntrack]\n"
	     "ffffffffc0a1b190 t nf_ct_delete.cold\t[nf_conntrack]\n"
	     "ffffffffc0a1b1a0 t nf_ct_delete.isra.0.cold\t[nf_conntrack]\n"
	     "ffffffffc0a1b1b0 t nf_ct_delete.part.1.isra.0\t[nf_conntrack]\n",
	     &symbol);
	assert_false(symbol.is_exact);
	assert_string_equal(symbol.part, "nf_ct_delete.part.0");
	assert_string_equal(symbol.clone, "");
}

static void copies_of_a_function(void **state)
{
	struct symbol symbol = of_conntrack("early_drop");

	(void)state;
	find("ffffffffc0a1b100 t early_drop.isra.0.constprop.12\t[nf_conntrack]\n", &symbol);
	assert_string_equal(symbol.clone, "early_drop.isra.0.constprop.12");
	assert_false(symbol.has_clones);
	find("ffffffffc0a1b100 t early_drop.constprop.0\t[nf_conntrack]\n"
	     "ffffffffc0a1b200 t early_drop.constprop.1\t[nf_conntrack]\n",
	     &symbol);
	assert_true(symbol.has_clones);
}

/* Static functions of two modules may have one name. */
static void another_modules_function(void **state)
{
	struct symbol kernels = { .name = "tcp_reset" }, conntracks = of_conntrack("tcp_reset");
	const char *table = "ffffffff81a00000 T tcp_reset\n"
			    "ffffffffc0b00000 t tcp_reset.isra.0\t[usb_thing]\n"
			    "ffffffffc0b00100 t tcp_reset\t[usb_thing]\n";

	(void)state;
	find(table, &kernels);
	assert_true(kernels.address == 0xffffffff81a00000);
	assert_string_equal(kernels.module, "");
	assert_string_equal(kernels.clone, "");
	find(table, &conntracks); /* built in is as good as loaded */
	assert_true(conntracks.is_exact);
	assert_string_equal(conntracks.module, "");
}

static void variables_and_functions(void **state)
{
	struct symbol variable = { .name = "__per_cpu_offset", .is_data = true };
	struct symbol function = { .name = "__per_cpu_offset" };
	const char *table = "ffffffff82345678 D __per_cpu_offset\n";

	(void)state;
	find(table, &variable);
	assert_true(variable.address == 0xffffffff82345678);
	find(table, &function);
	assert_false(function.is_exact);
}

/* A name of fewer bytes than the beginnings are told by; no newline at the end. */
static void short_names_and_the_last_line(void **state)
{
	struct symbol symbol = { .name = "do" }, last = { .name = "tcp_reset" };
	const char *table = "ffffffff81a00000 t do.isra.0\n"
			    "ffffffff81a00100 T tcp_reset";

	(void)state;
	find(table, &symbol);
	assert_string_equal(symbol.clone, "do.isra.0");
	find(table, &last);
	assert_true(last.is_exact);
	assert_true(last.address == 0xffffffff81a00100);
}

static void what_is_no_entry(void **state)
{
	struct symbol symbol = { .name = "tcp_reset" };

	(void)state;
	find("\n tcp_reset\nffffffff81a00000\nffffffff81a00000 T\nffffffff81a00000 T \n"
	     "ffffffff81a00000Ttcp_reset\ntcp_reset]\n]\nffffffff81a00000 T tcp_reset ]\n",
	     &symbol);
	assert_false(symbol.is_exact);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_split_function),
		cmocka_unit_test(cold_branches_are_no_function),
		cmocka_unit_test(copies_of_a_function),
		cmocka_unit_test(another_modules_function),
		cmocka_unit_test(variables_and_functions),
		cmocka_unit_test(short_names_and_the_last_line),
		cmocka_unit_test(what_is_no_entry),
	};

	return cmocka_run_group_tests_name("kallsyms", tests, NULL, NULL);
}
