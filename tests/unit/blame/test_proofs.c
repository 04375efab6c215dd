// SPDX-License-Identifier: GPL-2.0-only
/* What proves a verdict, row by row: with all of it, proven; without any one of it, not. */
#include "cast/make.h"

#include "blame/proofs.h"
#include "model/causes.h"

static const struct {
	enum verdict verdict;
	enum cause cause;
	uint32_t enough, innocent; /* a set that proves it, and one that only looks like it */
} rows[] = {
	{ VERDICT_ENTRY_REMOVED, CAUSE_USER_FLUSH, PROOF_REMOVAL | PROOF_MIDSTREAM,
	  PROOF_REMOVAL | PROOF_LONE_SYN },
	{ VERDICT_ENTRY_INVALID, CAUSE_NONE, PROOF_ENTRY_ALIVE | PROOF_INVALID,
	  PROOF_ENTRY_ALIVE | PROOF_MIDSTREAM },
	{ VERDICT_ENTRY_BYPASSED, CAUSE_NONE, PROOF_ENTRY_ALIVE | PROOF_HOOKS_GONE | PROOF_RULESET,
	  PROOF_ENTRY_ALIVE | PROOF_HOOKS_GONE },
	{ VERDICT_ENTRY_BYPASSED, CAUSE_BRIDGE, PROOF_ENTRY_ALIVE | PROOF_BRIDGED,
	  PROOF_ENTRY_ALIVE | PROOF_HOOKS_GONE },
	{ VERDICT_NO_LISTENER, CAUSE_NONE, PROOF_LONE_SYN | PROOF_NO_SOCKET,
	  PROOF_MIDSTREAM | PROOF_NO_SOCKET },
	{ VERDICT_BACKLOG, CAUSE_ACCEPT_QUEUE_FULL, PROOF_QUEUE_FULL | PROOF_HANDSHAKE,
	  PROOF_QUEUE_FULL | PROOF_MIDSTREAM },
	{ VERDICT_BACKLOG, CAUSE_LISTENER_CLOSED, PROOF_LISTEN_STOP, PROOF_ABORT },
	{ VERDICT_UNREACHABLE_SOCKET, CAUSE_NONE, PROOF_OPEN_SOCKET | PROOF_BARRIER,
	  PROOF_OPEN_SOCKET },
	{ VERDICT_STALE_CONNECTION, CAUSE_NONE, PROOF_END, PROOF_NO_SOCKET | PROOF_MIDSTREAM },
	{ VERDICT_STALE_CONNECTION, CAUSE_NONE, PROOF_CLEAN_END, PROOF_REMOVAL },
	{ VERDICT_STALE_CONNECTION, CAUSE_NONE, PROOF_TIME_WAIT, PROOF_NO_SOCKET },
	{ VERDICT_PROTOCOL, CAUSE_NONE, PROOF_LIVE_SOCKET, PROOF_NO_SOCKET },
	{ VERDICT_PROTOCOL, CAUSE_NONE, PROOF_HANDSHAKE, PROOF_MIDSTREAM },
	{ VERDICT_REFUSED_BY_RULE, CAUSE_NONE, PROOF_REJECT, PROOF_REMOVAL },
	{ VERDICT_ABORTED, CAUSE_LINGER, PROOF_ABORT, PROOF_RECEIVED },
	{ VERDICT_REMOTE, CAUSE_NONE, PROOF_RECEIVED, PROOF_ABORT },
};

static void each_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct proof_row *row = proof_row(rows[i].verdict, rows[i].cause);

		assert_int_equal(row->verdict, rows[i].verdict);
		assert_true(proofs_suffice(row, rows[i].enough));
		assert_false(proofs_suffice(row, rows[i].innocent));
		assert_false(proofs_suffice(row, 0));
		for (uint32_t bit = 1; bit <= rows[i].enough; bit <<= 1)
			if (rows[i].enough & bit)
				assert_false(proofs_suffice(row, rows[i].enough & ~bit));
	}
}

static void some_are_never_proven(void **state)
{
	(void)state;
	assert_false(proofs_suffice(proof_row(VERDICT_ENTRY_UNKNOWN, CAUSE_NONE),
				    ~(uint32_t)PROOF_NEVER));
	assert_false(
		proofs_suffice(proof_row(VERDICT_UNEXPLAINED, CAUSE_NONE), ~(uint32_t)PROOF_NEVER));
}

/* Each verdict that there is has a row, and says what is missing. */
static void no_verdict_is_left_out(void **state)
{
	(void)state;
	for (enum verdict v = VERDICT_NONE; v < VERDICTS; v++)
		for (enum cause c = CAUSE_NONE; c < CAUSES; c++) {
			assert_int_equal(proof_row(v, c)->verdict, v);
			assert_int_not_equal(proof_row(v, c)->missing, UNSEEN_NONE);
		}
}

static void what_was_seen_after_all(void **state)
{
	struct reset_blame b = { .confidence = CONFIDENCE_PROVEN };

	(void)state;
	verdict_infer(&b, UNSEEN_SOCKET);
	verdict_infer(&b, UNSEEN_ZONE);
	assert_int_equal(b.confidence, CONFIDENCE_LIKELY);
	verdict_confirm(&b, UNSEEN_SOCKET);
	assert_int_equal(b.confidence, CONFIDENCE_LIKELY);
	assert_int_equal(b.inferred_count, 1);
	verdict_confirm(&b, UNSEEN_ZONE);
	assert_int_equal(b.confidence, CONFIDENCE_PROVEN);
	/* What was never in doubt is not raised by it. */
	b.confidence = CONFIDENCE_UNKNOWN;
	verdict_confirm(&b, UNSEEN_ZONE);
	assert_int_equal(b.confidence, CONFIDENCE_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row),
		cmocka_unit_test(some_are_never_proven),
		cmocka_unit_test(no_verdict_is_left_out),
		cmocka_unit_test(what_was_seen_after_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
