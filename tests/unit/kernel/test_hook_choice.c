// SPDX-License-Identifier: GPL-2.0-only
#include "cast/make.h"

#include <string.h>

#include "kernel/hook_choice.h"

static const struct hook_facts everything = { .allows_fentry = true,
					      .has_btf = true,
					      .is_module_loaded = true };
static struct hook_choice choice;
static struct probe_result result;

static struct symbol a_symbol(enum event_probe probe)
{
	return (struct symbol){ .name = probes[probe].symbol, .is_exact = true };
}

static void choose(enum event_probe probe, const struct symbol *symbol,
		   const struct hook_facts *facts)
{
	hook_choice_make(&probes[probe], symbol, facts, &choice, &result);
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
		struct symbol symbol = a_symbol(probe);

		if (probe == EVENT_PROBE_INVALID) /* variadic: fentry refuses it */
			continue;
		facts = everything;
		choose(probe, &symbol, &facts);
		/* A flush whose beginning is skipped would be nobody's: see probes[]. */
		assert_chosen(probe == EVENT_PROBE_MASQUERADE ? HOOK_KPROBE : HOOK_FENTRY,
			      probes[probe].symbol);
		facts.has_btf = false; /* 5.10 has no BTF of modules */
		choose(probe, &symbol, &facts);
		assert_chosen(HOOK_KPROBE, probes[probe].symbol);
		facts = everything;
		facts.allows_fentry = false; /* refused, or --no-pin */
		choose(probe, &symbol, &facts);
		assert_chosen(HOOK_KPROBE, probes[probe].symbol);
	}
}

/* On 5.10 and 7.2 the whole attaches without an error and never fires for a flush. */
static void the_part_where_there_is_one(void **state)
{
	struct symbol symbol = a_symbol(EVENT_PROBE_REMOVAL);

	(void)state;
	strcpy(symbol.part, "nf_ct_delete.part.0");
	choose(EVENT_PROBE_REMOVAL, &symbol, &everything);
	assert_chosen(HOOK_KPROBE_PART, "nf_ct_delete.part.0");
	symbol.is_exact = false;
	choose(EVENT_PROBE_REMOVAL, &symbol, &everything);
	assert_chosen(HOOK_KPROBE_PART, "nf_ct_delete.part.0");
}

/* A part of what has no hook for parts is not taken for the whole. */
static void a_part_is_not_the_whole(void **state)
{
	struct symbol symbol = a_symbol(EVENT_PROBE_RESET_V4);

	(void)state;
	symbol.is_exact = false;
	strcpy(symbol.part, "tcp_v4_send_reset.part.0");
	choose(EVENT_PROBE_RESET_V4, &symbol, &everything);
	assert_missing(PROBE_MISSING, "no tcp_v4_send_reset");
}

/* BTF of 6.12 has functions whose symbol is a clone only: fentry fails with ENOENT. */
static void a_clone_where_no_argument_is_read(void **state)
{
	struct symbol walk = a_symbol(EVENT_PROBE_ITERATION), entry = a_symbol(EVENT_PROBE_ENTRY);

	(void)state;
	walk.is_exact = entry.is_exact = false;
	strcpy(walk.clone, "nf_ct_iterate_cleanup.isra.0");
	strcpy(entry.clone, "__nf_conntrack_confirm.constprop.0");
	choose(EVENT_PROBE_ITERATION, &walk, &everything);
	assert_chosen(HOOK_KPROBE_CLONE, "nf_ct_iterate_cleanup.isra.0");
	choose(EVENT_PROBE_ENTRY, &entry, &everything);
	assert_missing(PROBE_MISSING, "only __nf_conntrack_confirm.constprop.0");
	walk.has_clones = true;
	choose(EVENT_PROBE_ITERATION, &walk, &everything);
	assert_missing(PROBE_MISSING, "several copies of nf_ct_iterate_cleanup");
	walk.is_exact = true; /* both: the whole is what is called from elsewhere */
	choose(EVENT_PROBE_ITERATION, &walk, &everything);
	assert_chosen(HOOK_FENTRY, "nf_ct_iterate_cleanup");
}

static void waits_for_its_module(void **state)
{
	struct hook_facts facts = everything;
	struct symbol symbol = a_symbol(EVENT_PROBE_MASQUERADE);

	(void)state;
	symbol.is_exact = false;
	choose(EVENT_PROBE_MASQUERADE, &symbol, &facts);
	assert_missing(PROBE_MISSING, "no iterate_cleanup_work");
	facts.is_module_loaded = false;
	choose(EVENT_PROBE_MASQUERADE, &symbol, &facts);
	assert_missing(PROBE_WAITS, "nf_nat is not loaded");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fentry_where_it_works),
		cmocka_unit_test(the_part_where_there_is_one),
		cmocka_unit_test(a_part_is_not_the_whole),
		cmocka_unit_test(a_clone_where_no_argument_is_read),
		cmocka_unit_test(waits_for_its_module),
	};

	return cmocka_run_group_tests_name("choice", tests, NULL, NULL);
}
