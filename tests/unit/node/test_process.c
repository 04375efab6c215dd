// SPDX-License-Identifier: GPL-2.0-only
/* What /proc says of a process, and of one that is another by now. */
#include "cast/make.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/process.h"

/* A process that has gone, or whose pid is another's by now, tells nothing. */
static void other_process(void **state)
{
	struct observation seen = make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &ip_command);

	(void)state;
	seen.change.actor.pid = (uint32_t)getpid();
	seen.change.actor.start_boottime_ns = 1;
	process_describe_observation(&seen);
	assert_string_equal(seen.change.actor.exe, "");
	seen.change.actor.pid = 4194305; /* past any pid_max */
	process_describe_observation(&seen);
	assert_string_equal(seen.change.actor.exe, "");
	seen.change.actor.pid = 0;
	process_describe_observation(&seen);
	assert_string_equal(seen.change.actor.exe, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(other_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
