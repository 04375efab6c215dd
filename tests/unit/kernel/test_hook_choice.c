// SPDX-License-Identifier: GPL-2.0-only
#include "cast/make.h"

#include <stdio.h>
#include <string.h>

#include "kernel/hook_choice.h"

static const struct hook_facts everything = { .allows_fentry = true, .is_module_loaded = true };
static struct kernel_symbols symbols;
static struct hook_choice choice;
static struct probe_result result;

/* What /proc/kallsyms says, of a kernel whose types name all that is exact. */
static void kernel_has(const char *table)
{
	FILE *file = fmemopen((void *)table, strlen(table), "r");

	assert_non_null(file);
	assert_int_equal(kernel_symbols_find_in(file, &symbols), 0);
	fclose(file);
	for (size_t i = 0; i < symbols.count; i++)
		symbols.items[i].type_id = symbols.items[i].is_exact;
}

/* A kernel that has just the function that the probe tries first. */
static struct symbol *kernel_has_first_of(enum event_probe probe)
{
	char line[128];

	snprintf(line, sizeof(line), "ffffffffc0a1b2c0 t %s%s%s%s\n", probe_symbol(probe),
		 probes[probe].module ? "\t[" : "",
		 probes[probe].module ? probes[probe].module : "", probes[probe].module ? "]" : "");
	kernel_has(line);
	return (struct symbol *)kernel_symbols_get(&symbols, probes[probe].module,
						   probe_symbol(probe));
}

static void choose(enum event_probe probe, const struct hook_facts *facts)
{
	hook_choice_make(&probes[probe], &symbols, facts, &choice, &result);
}

static void assert_chosen(enum hook_how how, const char *symbol)
{
	assert_non_null(choice.hook);
	assert_int_equal(choice.hook->how, how);
	assert_string_equal(choice.symbol, symbol);
	assert_int_equal(result.state, PROBE_UNTRIED);
}

static void assert_missing(enum probe_state state, const char *why)
{
	assert_null(choice.hook);
	assert_int_equal(result.state, state);
	if (!strstr(result.why, why))
		fail_msg("'%s' does not say '%s'", result.why, why);
}

static void fentry_where_it_works(void **state)
{
	struct hook_facts facts = everything;

	(void)state;
	for (enum event_probe probe = 0; probe < EVENT_PROBES; probe++) {
		struct symbol *symbol;

		if (probes[probe].hooks[0].how == HOOK_TRACEPOINT ||
		    probe == EVENT_PROBE_INVALID) /* variadic: fentry refuses it */
			continue;
		symbol = kernel_has_first_of(probe);
		facts = everything;
		choose(probe, &facts);
		/* A flush whose beginning is skipped would be nobody's: see probes[]. */
		assert_chosen(probe == EVENT_PROBE_MASQUERADE || probe == EVENT_PROBE_RULES ||
					      probe == EVENT_PROBE_RECEIVE ?
				      HOOK_KPROBE :
				      HOOK_FENTRY,
			      probe_symbol(probe));
		assert_ptr_equal(choice.function, symbol);
		symbol->type_id = 0; /* 5.10 has no BTF of modules */
		choose(probe, &facts);
		assert_chosen(HOOK_KPROBE, probe_symbol(probe));
		symbol->type_id = 1;
		facts.allows_fentry = false; /* refused, or --no-pin */
		choose(probe, &facts);
		assert_chosen(HOOK_KPROBE, probe_symbol(probe));
	}
}

/* On 5.10 and 7.2 the whole attaches without an error and never fires for a flush. */
static void the_part_where_there_is_one(void **state)
{
	(void)state;
	kernel_has("ffffffffc0a1b100 t nf_ct_delete.part.0\t[nf_conntrack]\n"
		   "ffffffffc0a1b2c0 T nf_ct_delete\t[nf_conntrack]\n");
	choose(EVENT_PROBE_REMOVAL, &everything);
	assert_chosen(HOOK_KPROBE_PART, "nf_ct_delete.part.0");
	kernel_has("ffffffffc0a1b100 t nf_ct_delete.part.0\t[nf_conntrack]\n");
	choose(EVENT_PROBE_REMOVAL, &everything);
	assert_chosen(HOOK_KPROBE_PART, "nf_ct_delete.part.0");
}

/* A part of what has no hook for parts is not taken for the whole. */
static void a_part_is_not_the_whole(void **state)
{
	(void)state;
	kernel_has("ffffffff81a1b100 t tcp_v4_send_reset.part.0\n");
	choose(EVENT_PROBE_RESET_V4, &everything);
	assert_missing(PROBE_MISSING, "no tcp_v4_send_reset that");
}

/* BTF of 6.12 has functions whose symbol is a clone only: fentry fails with ENOENT. */
static void a_clone_where_no_argument_is_read(void **state)
{
	(void)state;
	kernel_has("ffffffffc0a1b100 t nf_ct_iterate_cleanup.isra.0\t[nf_conntrack]\n"
		   "ffffffffc0a1b200 t __nf_conntrack_confirm.constprop.0\t[nf_conntrack]\n");
	choose(EVENT_PROBE_ITERATION, &everything);
	assert_chosen(HOOK_KPROBE_CLONE, "nf_ct_iterate_cleanup.isra.0");
	choose(EVENT_PROBE_ENTRY, &everything);
	assert_missing(PROBE_MISSING, "only __nf_conntrack_confirm.constprop.0");
	kernel_has("ffffffffc0a1b100 t nf_ct_iterate_cleanup.isra.0\t[nf_conntrack]\n"
		   "ffffffffc0a1b200 t nf_ct_iterate_cleanup.isra.1\t[nf_conntrack]\n");
	choose(EVENT_PROBE_ITERATION, &everything);
	assert_missing(PROBE_MISSING, "several copies of nf_ct_iterate_cleanup");
	kernel_has("ffffffffc0a1b100 t nf_ct_iterate_cleanup.isra.0\t[nf_conntrack]\n"
		   "ffffffffc0a1b200 t nf_ct_iterate_cleanup.isra.1\t[nf_conntrack]\n"
		   "ffffffffc0a1b300 t nf_ct_iterate_cleanup\t[nf_conntrack]\n");
	choose(EVENT_PROBE_ITERATION, &everything); /* the whole is what others call */
	assert_chosen(HOOK_FENTRY, "nf_ct_iterate_cleanup");
	assert_string_equal(
		choice.gap,
		"calls of its copies (nf_ct_iterate_cleanup.isra.1 and others) are not seen");
}

/* What is called by way of the copy is not seen at the whole, and that is said. */
static void a_copy_beside_the_whole(void **state)
{
	(void)state;
	kernel_has("ffffffffc0a1b100 t nf_ct_delete.constprop.0\t[nf_conntrack]\n"
		   "ffffffffc0a1b200 t nf_ct_delete\t[nf_conntrack]\n");
	choose(EVENT_PROBE_REMOVAL, &everything);
	assert_chosen(HOOK_FENTRY, "nf_ct_delete");
	assert_string_equal(choice.gap, "calls of its copy nf_ct_delete.constprop.0 are not seen");
	kernel_has("ffffffffc0a1b200 t nf_ct_delete\t[nf_conntrack]\n"
		   "ffffffffc0a1b300 t nf_ct_delete.cold\t[nf_conntrack]\n");
	choose(EVENT_PROBE_REMOVAL, &everything);
	assert_string_equal(choice.gap, "");
}

/* ThinLTO gives a static function that other files call another name, and BTF knows it by the
 * one it had. */
static void the_whole_by_thinlto_s_name(void **state)
{
	(void)state;
	kernel_has("ffffffff81a1b300 t inetdev_event.llvm.7142905\n");
	choose(EVENT_PROBE_LINK, &everything);
	assert_chosen(HOOK_KPROBE, "inetdev_event.llvm.7142905");
	kernel_has("ffffffff81a1b300 t inetdev_event.llvm.7142905.cold\n");
	choose(EVENT_PROBE_LINK, &everything);
	assert_missing(PROBE_MISSING, "no fib_netdev_event or inetdev_event that can be probed");
}

/* Where a clone would not see all, the function that calls all of them does. */
static void the_caller_of_several_clones(void **state)
{
	(void)state;
	kernel_has("ffffffffc0a1b100 t nf_ct_iterate_cleanup.isra.0\t[nf_conntrack]\n"
		   "ffffffffc0a1b200 t nf_ct_iterate_cleanup.isra.1\t[nf_conntrack]\n"
		   "ffffffffc0a1b300 T nf_ct_iterate_cleanup_net\t[nf_conntrack]\n");
	choose(EVENT_PROBE_ITERATION, &everything);
	assert_chosen(HOOK_FENTRY, "nf_ct_iterate_cleanup_net");
	assert_string_equal(choice.hook->entry, "on_iteration_begin_fentry");
	assert_string_equal(choice.function->module, "nf_conntrack");
}

/* A kernel that renamed a function: the next row of the table takes over, in fentry's form
 * or a kprobe's as for the first. */
static void a_renamed_function(void **state)
{
	struct hook_facts facts = everything;

	(void)state;
	kernel_has("ffffffff81a1b300 t inetdev_event\n"
		   "ffffffffc0a1b300 t fib_netdev_event\t[another]\n");
	choose(EVENT_PROBE_LINK, &facts);
	assert_chosen(HOOK_FENTRY, "inetdev_event");
	facts.allows_fentry = false;
	choose(EVENT_PROBE_LINK, &facts);
	assert_chosen(HOOK_KPROBE, "inetdev_event");
	kernel_has("ffffffff81a1b200 t fib_netdev_event\n"
		   "ffffffff81a1b300 t inetdev_event\n");
	choose(EVENT_PROBE_LINK, &facts); /* a kprobe on the first before fentry on the second */
	assert_chosen(HOOK_KPROBE, "fib_netdev_event");
	kernel_has("ffffffff81a1b300 t fib_netdev_event_renamed_again\n");
	choose(EVENT_PROBE_LINK, &everything);
	assert_missing(PROBE_MISSING, "no fib_netdev_event or inetdev_event that can be probed");
}

/* All that the table of probes names is looked for, each once. */
static void every_function_of_the_table(void **state)
{
	(void)state;
	kernel_has("ffffffff81a1b300 t inetdev_event\n");
	for (enum event_probe probe = 0; probe < EVENT_PROBES; probe++)
		for (size_t i = 0; i < PROBE_HOOKS_MAX && probes[probe].hooks[i].symbol; i++)
			assert_true(probes[probe].hooks[i].how == HOOK_TRACEPOINT ||
				    kernel_symbols_get(&symbols, probes[probe].module,
						       probes[probe].hooks[i].symbol));
	for (size_t i = 0; i < symbols.count; i++)
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(symbols.items[i].name, symbols.items[k].name);
}

/* A tracepoint is no symbol: the kernel is asked for it when it is attached to. */
static void tracepoint_without_a_symbol(void **state)
{
	(void)state;
	kernel_has("ffffffff81a1b300 t inetdev_event\n");
	choose(EVENT_PROBE_SOCKET_STATE, &everything);
	assert_chosen(HOOK_TRACEPOINT, "inet_sock_set_state");
	assert_null(choice.function);
	assert_string_equal(hook_how_name(HOOK_TRACEPOINT), "tracepoint");
	assert_null(kernel_symbols_get(&symbols, NULL, "inet_sock_set_state"));
}

static void waits_for_its_module(void **state)
{
	struct hook_facts facts = everything;

	(void)state;
	kernel_has("ffffffff81a1b300 t inetdev_event\n");
	choose(EVENT_PROBE_MASQUERADE, &facts);
	assert_missing(PROBE_MISSING, "no iterate_cleanup_work");
	facts.is_module_loaded = false;
	choose(EVENT_PROBE_MASQUERADE, &facts);
	assert_missing(PROBE_WAITS, "nf_nat is not loaded");
}

/* What the kernel refused is not tried again, nor what the table prefers to it. */
static void the_next_after_a_refusal(void **state)
{
	struct hook_facts facts = everything;

	(void)state;
	kernel_has("ffffffffc0a1b2c0 t iterate_cleanup_work\t[nf_nat]\n");
	choose(EVENT_PROBE_MASQUERADE, &facts);
	assert_chosen(HOOK_KPROBE, "iterate_cleanup_work");
	facts.refused = choice.hook;
	choose(EVENT_PROBE_MASQUERADE, &facts);
	assert_chosen(HOOK_FENTRY, "iterate_cleanup_work");
	facts.refused = choice.hook;
	choose(EVENT_PROBE_MASQUERADE, &facts);
	assert_null(choice.hook);
}

/* A form of a function is the function; one whose name goes on is not. */
static void what_is_another_function(void **state)
{
	const struct probe *walk = &probes[EVENT_PROBE_ITERATION];
	const struct probe *address = &probes[EVENT_PROBE_ADDRESS_V6];
	const struct hook *last;

	(void)state;
	last = probe_last_on_function(address, "inet6addr_notifier_call_chain.llvm.77");
	assert_non_null(last);
	assert_string_equal(last->symbol, "inet6addr_notifier_call_chain");
	assert_string_equal(last[1].symbol, "__ipv6_ifa_notify");
	assert_null(probe_last_on_function(address, "__ipv6_ifa_notify"));
	last = probe_last_on_function(walk, "nf_ct_iterate_cleanup");
	assert_non_null(last);
	assert_string_equal(last[1].symbol, "nf_ct_iterate_cleanup_net");
	assert_null(probe_last_on_function(walk, "nf_ct_iterate_cleanup_net"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fentry_where_it_works),
		cmocka_unit_test(the_part_where_there_is_one),
		cmocka_unit_test(a_part_is_not_the_whole),
		cmocka_unit_test(a_clone_where_no_argument_is_read),
		cmocka_unit_test(a_copy_beside_the_whole),
		cmocka_unit_test(the_whole_by_thinlto_s_name),
		cmocka_unit_test(the_caller_of_several_clones),
		cmocka_unit_test(a_renamed_function),
		cmocka_unit_test(every_function_of_the_table),
		cmocka_unit_test(tracepoint_without_a_symbol),
		cmocka_unit_test(waits_for_its_module),
		cmocka_unit_test(the_next_after_a_refusal),
		cmocka_unit_test(what_is_another_function),
	};

	return cmocka_run_group_tests_name("choice", tests, NULL, NULL);
}
