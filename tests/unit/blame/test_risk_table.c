// SPDX-License-Identifier: GPL-2.0-only
/* The table of flows at risk, and its limit. */
#include "cast/make.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "blame/risk_table.h"
#include "model/tuple_hash.h"

static const struct victim redis_cli = {
	.process = { .pid = 201,
		     .netns = OTHER_NETNS,
		     .start_boottime_ns = 5,
		     .comm = "redis-cli" },
	.socket_state = SOCKET_ESTABLISHED,
	.netns_name = "c1",
};

static struct risk make_entry_of(uint16_t port)
{
	return (struct risk){ .netns = { .inum = NODE_NETNS }, .flow = masqueraded(port) };
}

static void table_bounds(void **state)
{
	struct risk_table *t = risk_table_new(300);
	size_t cursor = 0, count = 0;
	struct risk *found;

	(void)state;
	for (uint16_t port = 1; port <= 400; port++) {
		struct risk risk = make_entry_of(port);

		assert_int_equal(risk_table_add(t, &risk, &redis_cli) != NULL, port <= 300);
	}
	assert_int_equal(risk_table_limit(t), 300);
	for (uint16_t port = 1; port <= 300; port += 2) {
		struct flow flow = masqueraded(port);

		found = risk_table_find(t, (struct netns_id){ .inum = NODE_NETNS }, flow.family,
					&flow.orig);
		assert_non_null(found);
		assert_string_equal(found->victim->netns_name, "c1");
		risk_table_remove(t, found);
		assert_null(risk_table_find(t, (struct netns_id){ .inum = NODE_NETNS }, flow.family,
					    &flow.orig));
	}
	for (uint16_t port = 1001; port <= 1150; port++) {
		struct risk risk = make_entry_of(port);

		assert_non_null(risk_table_add(t, &risk, NULL));
	}
	while (risk_table_next(t, &cursor))
		count++;
	assert_int_equal(count, 300);
	risk_table_free(t);
}

/* Victims are kept once, and as such only where all that is shown of them is the same:
 * flows are told by process and by the state of its socket. */
static void victims_are_kept_once(void **state)
{
	struct victim victims[7];
	const struct victim *kept[7];
	struct risk_table *t = risk_table_new(20);

	(void)state;
	for (size_t i = 0; i < 7; i++)
		victims[i] = redis_cli;
	victims[1].process.pid++;
	victims[2].process.start_boottime_ns++;
	victims[3].process.netns++;
	victims[4].socket_state = SOCKET_CLOSE_WAIT;
	strcpy(victims[5].process.container, "0123456789abcdef");
	strcpy(victims[6].process.comm, "redis-server");
	for (uint16_t i = 0; i < 7; i++) {
		struct risk risk = make_entry_of(i), again = make_entry_of((uint16_t)(100 + i));

		kept[i] = risk_table_add(t, &risk, &victims[i])->victim;
		assert_ptr_equal(risk_table_add(t, &again, &victims[i])->victim, kept[i]);
		for (uint16_t k = 0; k < i; k++)
			assert_ptr_not_equal(kept[k], kept[i]);
	}
	risk_table_free(t);
}

static void any_limit_will_do(void **state)
{
	static const size_t limits[] = { 0, 1, SIZE_MAX / 2, SIZE_MAX };
	struct risk risk = make_entry_of(40112);

	(void)state;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct risk_table *t = risk_table_new(limits[i]);

		assert_non_null(t);
		assert_non_null(risk_table_add(t, &risk, NULL));
		risk_table_free(t);
	}
}

/* Resets for weeks must not end the look-out for flows at risk. */
static void reset_ones_make_room(void **state)
{
	enum { LIMIT = 300, RESETS = 1000 };
	struct risk_table *t = risk_table_new(LIMIT);

	(void)state;
	for (uint16_t port = 1; port <= RESETS; port++) {
		struct risk risk = make_entry_of(port);

		risk.end = RISK_RESET;
		assert_non_null(risk_table_add(t, &risk, NULL));
	}
	for (uint16_t port = 2001; port <= 2000 + LIMIT; port++) {
		struct risk risk = make_entry_of(port);

		assert_non_null(risk_table_add(t, &risk, &redis_cli));
	}
	for (uint16_t port = 2001; port <= 2000 + LIMIT; port++) {
		struct risk risk = make_entry_of(port);

		assert_non_null(risk_table_find(t, risk.netns, risk.flow.family, &risk.flow.orig));
		risk = make_entry_of((uint16_t)(port + RESETS));
		assert_null(risk_table_add(t, &risk, NULL)); /* those go on: none is given up */
	}
	risk_table_free(t);
}

enum { MODEL_LIMIT = 300, MODEL_FLOWS = 500, MODEL_STEPS = 50000 };

/* Flows come, go and come back, past the limit too: as a plain array would have it. */
static void behaves_like_an_array(void **state)
{
	static bool is_there[MODEL_FLOWS];
	struct risk_table *t = risk_table_new(MODEL_LIMIT);
	uint64_t random = 20261126;
	size_t count = 0;

	(void)state;
	memset(is_there, 0, sizeof(is_there));
	for (size_t step = 0; step < MODEL_STEPS; step++) {
		size_t i, cursor = 0, walked = 0;
		struct risk r = { .netns.inum = NODE_NETNS }, *found;

		random = random * 6364136223846793005ULL + 1442695040888963407ULL;
		i = (random >> 33) % MODEL_FLOWS;
		r.flow = masqueraded((uint16_t)i);
		found = risk_table_find(t, r.netns, r.flow.family, &r.flow.orig);
		assert_int_equal(found != NULL, is_there[i]);
		if (found) {
			assert_flow_equal(&found->flow, &r.flow);
			risk_table_remove(t, found);
			is_there[i] = false;
			count--;
		} else if (risk_table_add(t, &r, NULL)) {
			is_there[i] = true;
			count++;
		} else {
			assert_int_equal(count, MODEL_LIMIT);
		}
		while (step % 100 == 0 && risk_table_next(t, &cursor))
			walked++;
		assert_int_equal(walked, step % 100 ? 0 : count);
	}
	risk_table_free(t);
}

/* Who chooses his addresses can compute any hash without a secret, such as this one, which
 * it was: flows of one value, each of them. */
static void chosen_tuples_do_not_share_a_chain(void **state)
{
	enum { FLOWS = 4096 };
	const uint64_t factor = 0xff51afd7ed558ccdULL, target = 0x1234567890abcdefULL;
	struct risk_table *table = risk_table_new(FLOWS);

	(void)state;
	assert_non_null(table);
	for (uint64_t i = 0; i < FLOWS; i++) {
		struct risk risk = { .netns = { .inum = NODE_NETNS },
				     .flow = { .family = AF_INET6 } };
		uint64_t hash = (NODE_NETNS ^ i) * factor, word;

		hash ^= hash >> 32;
		word = hash ^ target;
		memcpy(risk.flow.orig.src.bytes, &i, sizeof(i));
		memcpy(risk.flow.orig.src.bytes + sizeof(i), &word, sizeof(word));
		assert_non_null(risk_table_add(table, &risk, &redis_cli));
	}
	assert_in_range(risk_table_longest_chain(table), 1, 20);
	risk_table_free(table);
}

/* Nor can who knows the hash, but not its secret, choose flows that do. */
static void flows_chosen_by_one_hash_are_spread_by_another(void **state)
{
	enum { FLOWS = 256, BUCKETS = 1024 };
	static const struct hash_secret known;
	struct risk_table *table = risk_table_new(FLOWS);

	(void)state;
	for (uint32_t tried = 0, chosen = 0; chosen < FLOWS; tried++) {
		struct risk risk = make_entry_of(40112);
		struct tuple *t = &risk.flow.orig;

		memcpy(t->src.bytes, &tried, sizeof(tried));
		if (hash_ends(&known, risk.netns, hash_addresses(&known, &t->src, &t->dst),
			      t->sport, t->dport) %
		    BUCKETS)
			continue;
		assert_non_null(risk_table_add(table, &risk, &redis_cli));
		chosen++;
	}
	assert_in_range(risk_table_longest_chain(table), 1, 20);
	risk_table_free(table);
}

/* Anybody makes namespaces of his own, and in them as many flows and processes as he likes. */
static void strangers_have_a_quarter(void **state)
{
	enum { LIMIT_FLOWS = 60000, VICTIMS = 8192 };
	struct risk_table *t = risk_table_new(LIMIT_FLOWS);
	size_t strangers_flows = 0, named = 0;

	(void)state;
	for (uint32_t i = 0; i < 60000; i++) {
		struct risk risk = make_entry_of((uint16_t)(1 + i));
		struct victim victim = { .process.pid = 1000 + i };
		struct risk *taken;

		risk.netns.inum = OTHER_NETNS;
		taken = risk_table_add_foreign(t, &risk, &victim);
		strangers_flows += taken != NULL;
		named += taken && taken->victim;
	}
	assert_int_equal(strangers_flows, LIMIT_FLOWS / 4 + 1);
	assert_int_equal(named, VICTIMS / 4);
	/* The others find room, and their victims. */
	for (uint32_t i = 0; i < LIMIT_FLOWS / 2; i++) {
		struct risk risk = make_entry_of((uint16_t)(1 + i));
		struct victim victim = { .process.pid = 1000 + i % (VICTIMS / 2) };
		struct risk *taken = risk_table_add(t, &risk, &victim);

		assert_non_null(taken);
		assert_non_null(taken->victim);
	}
	risk_table_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strangers_have_a_quarter),
		cmocka_unit_test(table_bounds),
		cmocka_unit_test(any_limit_will_do),
		cmocka_unit_test(reset_ones_make_room),
		cmocka_unit_test(behaves_like_an_array),
		cmocka_unit_test(chosen_tuples_do_not_share_a_chain),
		cmocka_unit_test(victims_are_kept_once),
		cmocka_unit_test(flows_chosen_by_one_hash_are_spread_by_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
