// SPDX-License-Identifier: GPL-2.0-only
#include "cast/story.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cast/files.h"

static struct observation start(void)
{
	return (struct observation){
		.type = OBSERVATION_START,
		.start = { .version = "0.0.0",
			   .host = "node7",
			   .kernel = "6.1.0-test",
			   .arch = "x86_64",
			   .window_s = 1800,
			   .probes_count = 2,
			   .probes = { { "reset-ipv4", "fentry", "tcp_v4_send_reset", "", false,
					 SENSE_RESET_IPV4 },
				       { "link", "none", "fib_netdev_event", "no such function",
					 false, SENSE_LINK } } },
	};
}

void story_tell(struct watch *w)
{
	struct observation end = { .type = OBSERVATION_END, .window_s = 1800 };
	struct flow redis = masqueraded(40112), idle = masqueraded(40113);
	struct flow web = untranslated("10.9.0.2", 50000, "10.9.0.1", 8001);
	struct observation syn = make_reset(&web, &web.orig);

	see(w, start());
	pass(w, SECONDS(60));
	see(w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd));
	pass(w, MS(3));
	see(w, make_act(7, CAUSE_ADDRESS_REMOVED, "10.9.0.1", UP0, &nobody));
	pass(w, MS(1));
	see(w, make_removal(7, CAUSE_ADDRESS_REMOVED, &redis));
	see(w, make_removal(7, CAUSE_ADDRESS_REMOVED, &idle));
	pass(w, MS(1));
	see(w, make_act_end(7, 3, 2));
	pass(w, MS(200));
	see(w, make_address(ADDRESS_ADD, "10.9.0.1", UP0, &networkd));
	pass(w, SECONDS(1));
	syn.reset.flags = PACKET_SYN;
	see_reset(w, syn);
	pass(w, SECONDS(2));
	see_server_packet(w, &redis);
	pass(w, SECONDS(1800));
	blame_finish(w->blame);
	see(w, end);
}

void assert_golden(const char *name, const char *got)
{
	char path[128], *expected;
	FILE *file;

	snprintf(path, sizeof(path), "tests/unit/golden/%s", name);
	if (getenv("UPDATE_GOLDEN")) {
		file = fopen(path, "w");
		assert_non_null(file);
		assert_true(fputs(got, file) >= 0);
		assert_int_equal(fclose(file), 0);
		return;
	}
	expected = file_read(path, NULL);
	if (strcmp(expected, got) != 0)
		print_error("%s holds:\n%s\nbut this came out:\n%s\n", path, expected, got);
	assert_string_equal(got, expected);
	free(expected);
}
