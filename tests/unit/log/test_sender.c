// SPDX-License-Identifier: GPL-2.0-only
/* Anybody may say `logger -t systemd-networkd`; and anybody may say it often. */
#include "cast/make.h"

#include <string.h>

#include "log/sender.h"

static const struct {
	struct log_sender sender; /* tag, comm, pid, uid, unit, transport */
	const char *text;
} cases[] = {
	{ { "systemd-networkd", "systemd-network", "7", "998", "systemd-networkd.service",
	    "journal" },
	  "systemd-networkd[7]" },
	{ { "dhclient", "dhclient", "8", "0", "ifup@eth0.service", "syslog" }, "dhclient[8]" },
	{ { "kernel", "", "", "", "", "kernel" }, "kernel" },
	{ { "", "cron", "9", "1000", "cron.service", "stdout" }, "cron[9]" },
	{ { "", "", "", "", "", "" }, "?" },
	/* what he says he is, and what he is */
	{ { "systemd-networkd", "logger", "7", "1000", "user@1000.service", "syslog" },
	  "systemd-networkd[7] (logger, uid 1000, user@1000.service)" },
	{ { "systemd-networkd", "systemd-network", "7", "1000", "session-4.scope", "syslog" },
	  "systemd-networkd[7] (systemd-network, uid 1000, session-4.scope)" },
	{ { "systemd-networkd", "logger", "7", "0", "", "syslog" },
	  "systemd-networkd[7] (logger, uid 0)" },
	{ { "kernel", "logger", "7", "1000", "", "syslog" }, "kernel[7] (logger, uid 1000)" },
	{ { "user@1000", "logger", "7", "1000", "user@1000.scope", "syslog" },
	  "user@1000[7] (logger, uid 1000, user@1000.scope)" },
};

static void trusted_fields_are_shown(void **state)
{
	char buf[LOG_SENDER_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(log_sender_format(&cases[i].sender, buf), cases[i].text);
}

static void senders_of_any_length(void **state)
{
	char buf[LOG_SENDER_BYTES], text[1000];
	struct log_sender sender = { text, text, text, text, text, text };

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_true(strlen(log_sender_format(&sender, buf)) < LOG_SENDER_BYTES);
}

/* By what he cannot choose. */
static void keys(void **state)
{
	struct log_sender user = cases[5].sender, again = user, networkd = cases[0].sender;

	(void)state;
	again.tag = "dhclient";
	again.comm = "dhclient";
	again.pid = "8";
	assert_int_equal(log_sender_key(&user), log_sender_key(&again));
	assert_int_not_equal(log_sender_key(&user), log_sender_key(&networkd));
	assert_int_equal(log_sender_key_of_line("host dhclient[1]: bound"),
			 log_sender_key_of_line("host dhclient[22]: lease: lost"));
	assert_int_equal(log_sender_key_of_line("host kernel: a[1]"),
			 log_sender_key_of_line("host kernel: b"));
	assert_int_not_equal(log_sender_key_of_line("host dhclient[1]: x"),
			     log_sender_key_of_line("host dhcpcd[1]: x"));
}

static void one_who_shouts_leaves_the_others_theirs(void **state)
{
	struct log_budgets budgets;
	uint64_t now_ns = SECONDS(1000), shown = 0, heard = 0;

	(void)state;
	log_budgets_init(&budgets, now_ns);
	for (size_t i = 0; i < 10000; i++) {
		shown += log_budgets_take(&budgets, 1, now_ns);
		if (i % 1000 == 0)
			heard += log_budgets_take(&budgets, 2, now_ns);
		now_ns += MS(1) / 10; /* 10,000 in a second */
	}
	assert_in_range(shown, LOG_SENDER_LINES, 2 * LOG_SENDER_LINES);
	assert_int_equal(heard, 10);
	/* After a pause there is no more than a second's. */
	now_ns += SECONDS(100);
	shown = 0;
	for (size_t i = 0; i < 1000; i++)
		shown += log_budgets_take(&budgets, 1, now_ns);
	assert_int_equal(shown, LOG_SENDER_LINES);
}

static void own_lines_are_known(void **state)
{
	(void)state;
	assert_true(log_sender_is_self("host rstblame[77]: 10:00 address removed", 77));
	assert_false(log_sender_is_self("host rstblame[78]: 10:00 address removed", 77));
	assert_false(log_sender_is_self("host dhclient[77]: lease lost", 77));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trusted_fields_are_shown),
		cmocka_unit_test(senders_of_any_length),
		cmocka_unit_test(keys),
		cmocka_unit_test(one_who_shouts_leaves_the_others_theirs),
		cmocka_unit_test(own_lines_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
