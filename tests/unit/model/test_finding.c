// SPDX-License-Identifier: GPL-2.0-only
/* A copy outlives what it was made of: each original is freed, or overwritten, before the
 * copy is looked at. ASan sees what was left behind. */
#include "cast/make.h"

#include <stdlib.h>
#include <string.h>

/* In memory of its own, so that a pointer to it is seen when it is gone. */
static void *on_heap(const void *value, size_t size)
{
	void *copy = malloc(size);

	assert_non_null(copy);
	return memcpy(copy, value, size);
}

#define ON_HEAP(value) on_heap(&(value), sizeof(value))

static struct finding *copy_and_forget(struct finding *f, struct observation *seen)
{
	struct finding *copy;

	f->seen = seen;
	copy = finding_copy(f);
	assert_non_null(copy);
	free(seen);
	return copy;
}

static void a_reset_and_its_victim(void **state)
{
	struct flow flow = masqueraded(1001);
	struct observation seen = make_reset(&flow, &flow.reply);
	struct reset_blame blame = { .verdict = VERDICT_ENTRY_REMOVED,
				     .flow = flow,
				     .inferred_count = 1,
				     .inferred = { UNSEEN_ZONE } };
	struct wanted_socket wanted = { .tuple = flow.orig, .inum = 7, .inode = 9 };
	struct victim victim = { .process = { .pid = 201, .comm = "redis-cli" } };
	struct finding f = { .type = FINDING_RESET, .id = 5 }, *copy;

	(void)state;
	strcpy(seen.reset.stack, "tcp_v4_rcv");
	f.reset = ON_HEAP(blame);
	f.wanted = ON_HEAP(wanted);
	copy = copy_and_forget(&f, ON_HEAP(seen));
	free((void *)f.reset);
	free((void *)f.wanted);
	assert_int_equal(copy->id, 5);
	assert_string_equal(copy->seen->reset.stack, "tcp_v4_rcv");
	assert_true(tuple_equal(&copy->seen->reset.packet, &flow.reply));
	assert_int_equal(copy->reset->verdict, VERDICT_ENTRY_REMOVED);
	assert_int_equal(copy->reset->inferred[0], UNSEEN_ZONE);
	assert_int_equal(copy->wanted->inode, 9);
	assert_int_equal(copy->seen->reset.victim.process.pid, 0);
	finding_set_victim(copy, &victim,
			   &(struct reset_blame){ .verdict = VERDICT_STALE_CONNECTION });
	assert_string_equal(copy->seen->reset.victim.process.comm, "redis-cli");
	assert_int_equal(copy->reset->verdict, VERDICT_STALE_CONNECTION);
	finding_free(copy);
}

static void stacks(void **state)
{
	struct flow flow = masqueraded(1001);
	struct observation removal = make_removal(0, CAUSE_OTHER, &flow);
	struct observation act = make_act(7, CAUSE_OTHER, NULL, 0, &nobody);
	struct finding f = { .type = FINDING_REMOVAL }, *copy;
	char *stack = strdup("nf_ct_delete < something");

	(void)state;
	removal.removal.stack = act.act.stack = stack;
	copy = copy_and_forget(&f, ON_HEAP(removal));
	f.type = FINDING_ACT;
	memset(stack, 'x', strlen(stack));
	strcpy(stack, "another");
	assert_string_equal(copy->seen->removal.stack, "nf_ct_delete < something");
	assert_true(tuple_equal(&copy->seen->removal.flow.reply, &flow.reply));
	finding_free(copy);
	copy = copy_and_forget(&f, ON_HEAP(act));
	free(stack);
	assert_string_equal(copy->seen->act.stack, "another");
	finding_free(copy);
	/* There may be none. */
	removal.removal.stack = NULL;
	f.type = FINDING_REMOVAL;
	copy = copy_and_forget(&f, ON_HEAP(removal));
	assert_null(copy->seen->removal.stack);
	finding_free(copy);
	finding_free(NULL);
}

static void counted_ports(void **state)
{
	struct port_count *ports = calloc(2, sizeof(*ports));
	struct observation seen = make_resets(9, ports, 2), none = make_resets(3, NULL, 0);
	struct reset_blame blame = { .verdict = VERDICT_NO_LISTENER };
	struct finding f = { .type = FINDING_RESETS, .reset = &blame }, *copy;

	(void)state;
	ports[1] = (struct port_count){ .port = 22, .count = 4 };
	copy = copy_and_forget(&f, ON_HEAP(seen));
	free(ports);
	assert_int_equal(copy->seen->counted.count, 9);
	assert_int_equal(copy->seen->counted.ports[1].port, 22);
	assert_int_equal(copy->seen->counted.ports[1].count, 4);
	finding_free(copy);
	copy = copy_and_forget(&f, ON_HEAP(none));
	assert_int_equal(copy->seen->counted.ports_count, 0);
	finding_free(copy);
}

/* It is told while it goes on, and again when it has ended: each as it was then. And one
 * that removed nothing is forgotten as soon as it is told, with the change behind it. */
static void a_flush_that_goes_on(void **state)
{
	struct change *by = calloc(1, sizeof(*by));
	struct flush *flush = calloc(1, sizeof(*flush));
	struct finding f = { .type = FINDING_FLUSH, .flush = flush }, *copy;

	(void)state;
	by->id = 3;
	flush->entries = 2;
	flush->by = by;
	flush->stack = strdup("somewhere");
	copy = finding_copy(&f);
	flush->entries = 5;
	flush->is_ended = true;
	assert_int_equal(copy->flush->entries, 2);
	assert_false(copy->flush->is_ended);
	free(flush->stack);
	free(flush);
	free(by);
	assert_int_equal(copy->flush->by->id, 3);
	assert_string_equal(copy->flush->stack, "somewhere");
	finding_free(copy);
}

static void changes_and_risks(void **state)
{
	struct observation seen = make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd);
	struct change *change = calloc(1, sizeof(*change));
	struct risk *risk = calloc(1, sizeof(*risk));
	struct finding f = { .type = FINDING_ADDRESS, .change = change }, *copy;

	(void)state;
	change->id = 4;
	change->seen = seen.change;
	copy = copy_and_forget(&f, ON_HEAP(seen));
	free(change);
	assert_int_equal(copy->change->id, 4);
	assert_string_equal(copy->seen->change.actor.comm, networkd.comm);
	finding_free(copy);

	risk->id = 8;
	risk->end = RISK_GOES_ON;
	f = (struct finding){ .type = FINDING_AT_RISK, .risk = risk };
	copy = finding_copy(&f);
	risk->end = RISK_CLOSED; /* its place in the table is another's, soon */
	assert_int_equal(copy->risk->end, RISK_GOES_ON);
	free(risk);
	assert_int_equal(copy->risk->id, 8);
	finding_free(copy);
}

static void a_start(void **state)
{
	char *host = strdup("node-1"), *why = strdup("no such symbol");
	struct observation seen = { .type = OBSERVATION_START };
	struct finding f = { .type = FINDING_START }, *copy;

	(void)state;
	seen.start.host = host;
	seen.start.probes_count = 2;
	seen.start.probes[1].why = why;
	copy = copy_and_forget(&f, ON_HEAP(seen));
	free(host);
	free(why);
	assert_string_equal(copy->seen->start.host, "node-1");
	assert_null(copy->seen->start.probes[0].why);
	assert_string_equal(copy->seen->start.probes[1].why, "no such symbol");
	finding_free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reset_and_its_victim), cmocka_unit_test(stacks),
		cmocka_unit_test(counted_ports),          cmocka_unit_test(a_flush_that_goes_on),
		cmocka_unit_test(changes_and_risks),      cmocka_unit_test(a_start),
	};

	return cmocka_run_group_tests_name("finding", tests, NULL, NULL);
}
