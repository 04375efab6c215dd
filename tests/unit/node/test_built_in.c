// SPDX-License-Identifier: GPL-2.0-only
#include "cast/make.h"

#include <string.h>

#include "node/built_in.h"

static bool finds(const char *table, const char *name)
{
	FILE *file = fmemopen((void *)table, strlen(table), "r");
	bool is_found;

	assert_non_null(file);
	is_found = built_in_find(file, name);
	fclose(file);
	return is_found;
}

/* Whatever /sys/module and modules.builtin say of it. */
static void by_its_function(void **state)
{
	static const char table[] = "0000000000000000 A fixed_percpu_data\n"
				    "ffffffff81a1b100 t ctnetlink_dump_table\n"
				    "ffffffff81a1b200 T nf_send_reset\n"
				    "ffffffff81a1b300 t nf_tables_commit.llvm.7142\n";

	(void)state;
	assert_true(finds(table, "nf_conntrack_netlink"));
	assert_true(finds(table, "nf_reject_ipv4"));
	assert_true(finds(table, "nf_tables"));
	assert_false(finds(table, "nf_reject_ipv6"));
	assert_false(finds(table, "tcp_diag"));
	assert_false(finds(table, "no_such_module"));
}

/* The addresses are hidden, the names are not (kptr_restrict=2). */
static void without_addresses(void **state)
{
	(void)state;
	assert_true(finds("0000000000000000 t tcp_diag_dump\n", "tcp_diag"));
}

/* A module's is there for as long as that is loaded, which /sys/module tells; another's name
 * may begin alike; a variable is no function. */
static void not_by_another_s(void **state)
{
	(void)state;
	assert_false(finds("ffffffffc0a1b100 t ctnetlink_dump_table\t[nf_conntrack_netlink]\n",
			   "nf_conntrack_netlink"));
	assert_false(finds("ffffffff81a1b200 T nf_send_reset6\n", "nf_reject_ipv4"));
	assert_false(finds("ffffffff81a1b200 d tcp_diag_handler\n", "tcp_diag"));
	assert_false(finds("", "tcp_diag"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_its_function),
		cmocka_unit_test(without_addresses),
		cmocka_unit_test(not_by_another_s),
	};

	return cmocka_run_group_tests_name("built in", tests, NULL, NULL);
}
