// SPDX-License-Identifier: GPL-2.0-only
#include "cast/make.h"

#include <string.h>

#include "kernel/symbolizer.h"

static struct symbolizer *read_table(const char *text)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	struct symbolizer *s = symbolizer_begin();
	struct kallsyms_reader reader = symbolizer_reader(s);
	struct kallsyms table;

	assert_non_null(file);
	assert_int_equal(kallsyms_load(&table, file), 0);
	assert_int_equal(kallsyms_read(&table, &reader, 1), 0);
	fclose(file);
	return symbolizer_end(s, &table);
}

/* The modules' lie below the kernel's or above, in no order. */
static void the_function_that_holds_it(void **state)
{
	struct symbolizer *s = read_table("ffffffff81000100 T tcp_v4_send_reset\n"
					  "ffffffff81000180 d tcp_prot\n"
					  "ffffffff81000200 t tcp_v4_fill_cb\n"
					  "ffffffffc0002000 t nf_ct_delete\t[nf_conntrack]\n"
					  "ffffffffc0001000 t nf_ct_kill\t[nf_conntrack]\n"
					  "ffffffff80001000 t nft_masq_eval\t[nft_masq]\n");

	(void)state;
	assert_non_null(s);
	assert_string_equal(symbolizer_name(s, 0xffffffff81000100), "tcp_v4_send_reset");
	assert_string_equal(symbolizer_name(s, 0xffffffff810001ff), "tcp_v4_send_reset");
	assert_string_equal(symbolizer_name(s, 0xffffffff81000200), "tcp_v4_fill_cb");
	assert_string_equal(symbolizer_name(s, 0xffffffffc0001fff), "nf_ct_kill");
	assert_string_equal(symbolizer_name(s, 0xffffffffc0002fff), "nf_ct_delete");
	assert_string_equal(symbolizer_name(s, 0xffffffff80001001), "nft_masq_eval");
	assert_string_equal(symbolizer_name(s, 0xffffffff80000fff), "?");
	symbolizer_free(s);
}

static void hidden_addresses_name_nothing(void **state)
{
	(void)state;
	assert_null(read_table("0000000000000000 T tcp_v4_send_reset\n"
			       "0000000000000000 t nf_ct_kill\t[nf_conntrack]\n"));
	assert_null(read_table("ffffffff81000180 d tcp_prot\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_function_that_holds_it),
		cmocka_unit_test(hidden_addresses_name_nothing),
	};

	return cmocka_run_group_tests_name("symbolizer", tests, NULL, NULL);
}
