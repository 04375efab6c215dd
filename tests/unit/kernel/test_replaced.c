// SPDX-License-Identifier: GPL-2.0-only
/* Functions that something took over while they are probed. */
#include "cast/make.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/replaced.h"

#define BIT(probe) (1U << (probe))

static struct probe_result results[EVENT_PROBES];

static void attached(enum event_probe probe, enum hook_how how, const char *symbol)
{
	results[probe] = (struct probe_result){ .state = PROBE_PROVEN, .how = how };
	snprintf(results[probe].symbol, sizeof(results[probe].symbol), "%s", symbol);
}

static int fill(void **state)
{
	(void)state;
	memset(results, 0, sizeof(results));
	attached(EVENT_PROBE_RECEIVE, HOOK_KPROBE, "tcp_reset");
	attached(EVENT_PROBE_REMOVAL, HOOK_KPROBE_PART, "nf_ct_delete.part.0");
	attached(EVENT_PROBE_RESET_V4, HOOK_FENTRY, "tcp_v4_send_reset");
	results[EVENT_PROBE_RULES] =
		(struct probe_result){ .state = PROBE_WAITS, .symbol = "nf_tables_commit" };
	return 0;
}

/* ---- enabled_functions ---- */

static uint32_t look_in(const char *text)
{
	FILE *file = fmemopen((char *)text, strlen(text), "r");
	uint32_t found = replaced_by_others(file, results);

	fclose(file);
	return found;
}

/* As 6.1 shows fentry, a kprobe and the function tracer on one of our functions each: nobody
 * took anything. */
static void tracers_take_nothing(void **state)
{
	(void)state;
	assert_int_equal(
		/* As 5.10 shows rstblame's own fentry. */
		look_in("tcp_v6_send_reset (1) R I D   \n\tdirect-->bpf_trampoline_6442471299_0+0x0/0x1000\n"
			"tcp_v4_send_reset (2) R I D   \ttramp: ftrace_regs_caller+0x0/0x65 "
			"(call_direct_funcs+0x0/0x20)->arch_ftrace_ops_list_func+0x0/0x220\n"
			"\tdirect-->bpf_trampoline_6442471298_0+0x0/0x1000\n"
			"tcp_reset (1) R     \ttramp: 0xffffffffc0211000 "
			"(kprobe_ftrace_handler+0x0/0x1b0)->kprobe_ftrace_handler+0x0/0x1b0\n"
			"nf_ct_delete [nf_conntrack] (1)           \t->arch_ftrace_ops_list_func+0x0/0x220\n"
			"__nf_conntrack_confirm [nf_conntrack] (1)   D   \n\tdirect-->0xffffffffc0333000\n"),
		0);
	assert_string_equal(results[EVENT_PROBE_RESET_V4].why, "");
}

/* The flag is a word of its own; a name, a trampoline or a module has letters, too. */
static void flags_are_where_they_are(void **state)
{
	(void)state;
	assert_int_equal(look_in("tcp_reset (1) R     \ttramp: IPMODIFY_I+0x0/0x1 (I)->I+0x0/0x1\n"
				 "ID_tcp_reset (1) R I D  \n"
				 "tcp_reset (2) R      ->SOME_ID+0x0/0x220\n"),
			 0);
	assert_int_equal(look_in("tcp_reset (1) R I     \ttramp: x\n"), BIT(EVENT_PROBE_RECEIVE));
	assert_non_null(strstr(results[EVENT_PROBE_RECEIVE].why, "IPMODIFY"));
	/* 7.2 has more letters */
	assert_int_equal(look_in("tcp_v4_send_reset (1) R I   O M \tops: x\n"),
			 BIT(EVENT_PROBE_RESET_V4));
}

/* A livepatch replaces the whole, so its part is not called any more. */
static void a_part_is_of_its_function(void **state)
{
	(void)state;
	assert_int_equal(look_in("nf_ct_delete [nf_conntrack] (2) R I     \n"
				 "nf_ct_delete_from_lists [nf_conntrack] (2) R I     \n"),
			 BIT(EVENT_PROBE_REMOVAL));
	/* Found again it is no news. */
	assert_int_equal(look_in("nf_ct_delete [nf_conntrack] (2) R I     \n"), 0);
}

static void a_direct_call_of_others(void **state)
{
	(void)state;
	assert_int_equal(
		look_in("tcp_reset (1) R   D   M \n\tdirect-->my_tramp+0x0/0x40 [ftrace_direct]\n"
			"tcp_v4_send_reset (1)     D \n\tdirect-->bpf_trampoline_1+0x0/0x1\n"),
		BIT(EVENT_PROBE_RECEIVE));
	assert_string_equal(results[EVENT_PROBE_RECEIVE].why,
			    "tcp_reset was taken over by a direct call of my_tramp");
}

static void what_is_not_attached_is_not_taken(void **state)
{
	(void)state;
	assert_int_equal(look_in("nf_tables_commit [nf_tables] (1) R I     \n"), 0);
	assert_int_equal(look_in(""), 0);
	assert_int_equal(look_in("garbage"), 0);
}

/* ---- livepatches ---- */

static char directory[64];

static void make_directory(const char *path)
{
	char whole[256];

	snprintf(whole, sizeof(whole), "%s%s", directory, path);
	assert_int_equal(mkdir(whole, 0700), 0);
}

static void make_file(const char *path, const char *text)
{
	char whole[256];
	FILE *file;

	snprintf(whole, sizeof(whole), "%s%s", directory, path);
	file = fopen(whole, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int livepatches(void **state)
{
	snprintf(directory, sizeof(directory), "/tmp/rstblame-livepatch-XXXXXX");
	assert_non_null(mkdtemp(directory));
	make_directory("/kpatch_5_1");
	make_file("/kpatch_5_1/enabled", "1\n");
	make_file("/kpatch_5_1/transition", "0\n");
	make_directory("/kpatch_5_1/vmlinux");
	make_directory("/kpatch_5_1/vmlinux/cmdline_proc_show,1");
	make_directory("/kpatch_5_1/vmlinux/tcp_reset_v6,1");
	make_directory("/kpatch_5_1/nf_conntrack");
	return fill(state);
}

static int remove_all(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", directory);
	return system(command);
}

static void other_functions_are_no_news(void **state)
{
	(void)state;
	assert_int_equal(replaced_by_patches(directory, results), 0);
	assert_int_equal(replaced_by_patches("/nonexistent", results), 0);
}

static void a_livepatch_is_named(void **state)
{
	(void)state;
	make_directory("/kpatch_5_1/nf_conntrack/nf_ct_delete,1");
	make_directory("/kpatch_5_1/vmlinux/tcp_reset,1");
	assert_int_equal(replaced_by_patches(directory, results),
			 BIT(EVENT_PROBE_REMOVAL) | BIT(EVENT_PROBE_RECEIVE));
	assert_string_equal(results[EVENT_PROBE_REMOVAL].why,
			    "nf_ct_delete was taken over by the livepatch kpatch_5_1");
	assert_int_equal(replaced_by_patches(directory, results), 0);
}

static void a_livepatch_that_is_off_replaces_nothing(void **state)
{
	(void)state;
	make_directory("/kpatch_5_1/vmlinux/tcp_reset,1");
	make_file("/kpatch_5_1/enabled", "0\n");
	assert_int_equal(replaced_by_patches(directory, results), 0);
	make_file("/kpatch_5_1/enabled", "1\n");
	assert_int_equal(replaced_by_patches(directory, results), BIT(EVENT_PROBE_RECEIVE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(tracers_take_nothing, fill),
		cmocka_unit_test_setup(flags_are_where_they_are, fill),
		cmocka_unit_test_setup(a_part_is_of_its_function, fill),
		cmocka_unit_test_setup(a_direct_call_of_others, fill),
		cmocka_unit_test_setup(what_is_not_attached_is_not_taken, fill),
		cmocka_unit_test_setup_teardown(other_functions_are_no_news, livepatches,
						remove_all),
		cmocka_unit_test_setup_teardown(a_livepatch_is_named, livepatches, remove_all),
		cmocka_unit_test_setup_teardown(a_livepatch_that_is_off_replaces_nothing,
						livepatches, remove_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
