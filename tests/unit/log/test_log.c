// SPDX-License-Identifier: GPL-2.0-only
/* Lines of logs: which belong on the timeline, when they were written, and whatever
 * bytes they are made of. */
#include "cast/make.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/time_text.h"
#include "log/journal_entry.h"
#include "log/lines.h"
#include "log/rules.h"
#include "log/time.h"
#include "log/watch.h"

static void rules(void **state)
{
	static const struct {
		const char *line, *rule;
	} cases[] = {
		{ "systemd-networkd[412]: ens3: DHCP lease lost", "lease" },
		{ "dhclient[77]: bound to 10.9.0.1 -- renewal in 1800 seconds.", "lease" },
		{ "udhcpc: lease of 10.9.0.1 obtained, lease time 8", "lease" },
		{ "NetworkManager[5]: <info> dhcp4 (ens3): state changed bound -> expire",
		  "lease" },
		{ "avahi-daemon[9]: Withdrawing address record for 10.9.0.1 on ens3.", "address" },
		{ "avahi-daemon[9]: Registering new address record for ::1 on lo.IPv6.",
		  "address" },
		{ "networkd[1]: ens3: Removing address 10.9.0.1", "address" },
		{ "systemd-networkd[412]: ens3: Lost carrier", "link" },
		{ "kernel: e1000e 0000:00:1f.6 ens3: NIC Link is Down", "link" },
		{ "kernel: br0: port 1(ens3) entered disabled state", "link" },
		{ "systemd[1]: Reloading nftables.service - nftables...", "firewall" },
		{ "dockerd[8]: Firewalld reloaded", "firewall" },
		{ "kernel: nf_conntrack: nf_conntrack: table full, dropping packet", "firewall" },
		{ "kernel: Out of memory: Killed process 77 (java)", "oom" },
		{ "systemd[1]: x.service: A process of this unit has been killed by the OOM killer.",
		  "oom" },
		{ "sshd[9]: Accepted publickey for root from 10.1.1.1 port 5", NULL },
		{ "cron[9]: (root) CMD (run-parts /etc/cron.hourly)", NULL },
		{ "app: please release the kraken", NULL },
		{ "", NULL },
	};
	struct log_rules *rules = log_rules_new();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *rule = log_rules_match(rules, cases[i].line);

		if (!rule || !cases[i].rule)
			assert_ptr_equal(rule, cases[i].rule);
		else
			assert_string_equal(rule, cases[i].rule);
	}
	log_rules_free(rules);
}

/* Read at mono 1000.5 s, 2026-11-26T08:00:02.5Z. */
static void times(void **state)
{
	static const struct {
		const char *line;
		uint64_t mono_ms;
		bool is_read;
	} cases[] = {
		{ "2026-11-26T08:00:01.250Z host a: x", 999250, false },
		{ "2026-11-26T09:00:01.250+01:00 host a: x", 999250, false },
		{ "2026-11-26T02:30:01.250-0530 host a: x", 999250, false },
		{ "2026-11-26 08:00:01,250 x", 999250, false },
		{ "<30>2026-11-26T08:00:01.250Z x", 999250, false },
		{ "[  999.250000] x", 999250, false },
		/* A whole second is open to its end, but not past the reading. */
		{ "Nov 26 08:00:02 host a: x", 1000500, false },
		{ "Thu 2026-11-26 08:00:02 UTC x", 1000500, false },
		{ "2026-11-26T08:00:02Z x", 1000500, false },
		{ "Nov 26 07:59:55 host a: x", 993999, false },
		/* None, or one that nobody can believe. */
		{ "ens3: DHCP lease lost", 1000500, true },
		{ "2026-11-26T07:00:01Z an hour ago", 1000500, true },
		{ "2026-11-26T09:00:01Z in an hour", 1000500, true },
		{ "1969-01-01T00:00:00Z x", 1000500, true },
		{ "2026-99-99T00:00:00Z x", 1000500, true },
		{ "[99999999999999999999.5] x", 1000500, true },
		{ "[12] x", 1000500, true },
		{ "Nov", 1000500, true },
		{ "<", 1000500, true },
		{ "", 1000500, true },
	};
	struct clock_history clock = { .count = 1 };
	struct log_now now = { .mono_ns = MS(1000500), .clock = &clock };

	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	clock.steps[0].offset_ns = time_parse_iso("2026-11-26T08:00:02.5Z") - now.mono_ns;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool is_read;
		uint64_t mono_ns = log_time(cases[i].line, &now, &is_read);

		if (mono_ns / NSEC_PER_MSEC != cases[i].mono_ms || is_read != cases[i].is_read)
			print_error("%s\n", cases[i].line);
		assert_int_equal(mono_ns / NSEC_PER_MSEC, cases[i].mono_ms);
		assert_int_equal(is_read, cases[i].is_read);
	}
	assert_string_equal(log_time_skip("Nov 26 08:00:02 host a: x"), "host a: x");
	assert_string_equal(log_time_skip("[  999.250000] x"), "x");
	assert_string_equal(log_time_skip("no time"), "no time");
}

/* A line of December that is read in January. */
static void new_year(void **state)
{
	struct clock_history clock = { .count = 1 };
	struct log_now now = { .mono_ns = SECONDS(1000), .clock = &clock };
	bool is_read;

	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	clock.steps[0].offset_ns = time_parse_iso("2027-01-01T00:00:02Z") - now.mono_ns;
	assert_int_equal(log_time("Dec 31 23:59:58 a: x", &now, &is_read), SECONDS(997) - 1);
	assert_false(is_read);
}

/* The clock was set, or the machine slept, a tenth of a second before the reading. */
static void clock_set(void **state)
{
	static const struct {
		long long shift_ms; /* of the wall clock */
		const char *line;
		uint64_t mono_ms;
		bool is_read;
	} cases[] = {
		/* An hour forward, or an hour's sleep: before it, after it, and neither. */
		{ 3600000, "2026-11-26T08:00:02.300Z x", 1000300, false },
		{ 3600000, "2026-11-26T09:00:02.450Z x", 1000450, false },
		{ 3600000, "2026-11-26T08:30:00.000Z x", 1000500, true },
		{ 3600000, "Nov 26 08:00:02 host a: x", 1000401, false },
		{ 3600000, "Nov 26 09:00:02 host a: x", 1000500, false },
		/* As little as is believed of an old stamp: still no half minute too early. */
		{ 30000, "2026-11-26T08:00:02.300Z x", 1000300, false },
		{ 30000, "2026-11-26T08:00:32.450Z x", 1000450, false },
		{ -30000, "2026-11-26T08:00:02.300Z x", 1000300, false },
		{ -30000, "2026-11-26T07:59:32.450Z x", 1000450, false },
		{ -3600000, "2026-11-26T08:00:02.300Z x", 1000300, false },
		{ -3600000, "2026-11-26T07:00:02.450Z x", 1000450, false },
		/* The kernel's own stamps have nothing to do with it. */
		{ -3600000, "[ 1000.300000] x", 1000300, false },
	};

	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t offset = time_parse_iso("2026-11-26T08:00:02.5Z") - MS(1000500), mono_ns;
		struct clock_history clock = { .count = 0 };
		struct log_now now = { .mono_ns = MS(1000500), .clock = &clock };
		bool is_read;

		clock_history_note(&clock, MS(1000399), offset);
		clock_history_note(&clock, MS(1000400),
				   offset + (uint64_t)cases[i].shift_ms * NSEC_PER_MSEC);
		clock_history_note(&clock, MS(1000500),
				   offset + (uint64_t)cases[i].shift_ms * NSEC_PER_MSEC);
		mono_ns = log_time(cases[i].line, &now, &is_read);
		if (mono_ns / NSEC_PER_MSEC != cases[i].mono_ms || is_read != cases[i].is_read)
			print_error("%lld: %s\n", cases[i].shift_ms, cases[i].line);
		assert_int_equal(mono_ns / NSEC_PER_MSEC, cases[i].mono_ms);
		assert_int_equal(is_read, cases[i].is_read);
	}
}

static char taken[4][LOG_LINE_BYTES];
static size_t taken_count;

static void take(void *ctx, const char *line)
{
	(void)ctx;
	assert_true(strlen(line) < LOG_LINE_BYTES);
	if (taken_count < 4)
		strcpy(taken[taken_count], line);
	taken_count++;
}

static void hostile_bytes(void **state)
{
	struct log_lines lines = { 0 };
	char *big = malloc(1 << 20);

	(void)state;
	memset(big, 'x', 1 << 20);
	taken_count = 0;
	log_lines_feed(&lines, "a\0b\nhalf", 8, take, NULL);
	log_lines_feed(&lines, " of it\n\n", 8, take, NULL);
	log_lines_feed(&lines, big, 1 << 20, take, NULL);
	log_lines_feed(&lines, "\nlast\n", 6, take, NULL);
	free(big);
	assert_int_equal(taken_count, 4);
	assert_string_equal(taken[0], "a?b");
	assert_string_equal(taken[1], "half of it");
	assert_int_equal(strlen(taken[2]), LOG_LINE_BYTES - 1);
	assert_string_equal(taken[3], "last");
}

/* ---- a file, followed ---- */

static char dir[] = "/tmp/rstblame-log-XXXXXX";
static char path[64];

static void append(const char *file, const char *text)
{
	FILE *out = fopen(file, "a");

	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

/* The next line, which must come within seconds. */
static struct observation next(struct log_watch *watch)
{
	struct observation seen;

	for (int i = 0; i < 1000; i++) {
		struct timespec pause = { .tv_nsec = 10000000 };

		if (log_watch_take(watch, UINT64_MAX, &seen))
			return seen;
		nanosleep(&pause, NULL);
	}
	fail_msg("no line came");
	return seen;
}

static void followed_file(void **state)
{
	char why[LOG_WHY_BYTES], other[80];
	struct log_watch *watch;
	struct observation seen;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/log", dir);
	snprintf(other, sizeof(other), "%s/log.1", dir);
	append(path, "ens3: DHCP lease lost long ago\n");
	watch = log_watch_new(path, why);
	assert_non_null(watch);
	append(path, "nothing of interest\n\x1b[31mens3: DHCP lease\xff lost\n");
	seen = next(watch);
	assert_int_equal(seen.type, OBSERVATION_LOG);
	assert_string_equal(seen.log.line, "?[31mens3: DHCP lease? lost");
	assert_string_equal(seen.log.rule, "lease");
	assert_string_equal(seen.log.source, path);
	assert_true(seen.log.is_read_time);
	assert_int_equal(seen.netns.inum, 0);

	/* Rotated: the old one's last line is read, then the new one from its start. */
	append(path, "old: DHCP lease lost\n");
	assert_return_code(rename(path, other), 0);
	append(path, "new: DHCP lease lost\n");
	assert_string_equal(next(watch).log.line, "old: DHCP lease lost");
	assert_string_equal(next(watch).log.line, "new: DHCP lease lost");

	/* copytruncate */
	assert_return_code(truncate(path, 0), 0);
	{
		struct timespec pause = { .tv_nsec = 300000000 };

		nanosleep(&pause, NULL);
	}
	append(path, "cut: DHCP lease lost\n");
	assert_string_equal(next(watch).log.line, "cut: DHCP lease lost");

	/* A storm is bounded, and counted. */
	for (int i = 0; i < 1009; i++)
		append(path, "storm: DHCP lease lost\n");
	log_watch_finish(watch);
	{
		uint64_t lines = 0;

		while (log_watch_take(watch, UINT64_MAX, &seen))
			lines += seen.log.dropped + (seen.log.line[0] != '\0');
		assert_int_equal(lines, 1009);
	}
	log_watch_free(watch);
	unlink(path);
	unlink(other);
	rmdir(dir);
}

static void refused(void **state)
{
	char why[LOG_WHY_BYTES];

	(void)state;
	assert_null(log_watch_new("/nonexistent/log", why));
	assert_string_equal(why, "cannot follow the log /nonexistent/log: No such file or "
				 "directory; use --log with a readable file, or journal");
	assert_null(log_watch_new("/", why));
	assert_non_null(strstr(why, "directory"));
	assert_null(log_watch_new("/dev/null", why));
	assert_non_null(strstr(why, "not a regular file"));
}

static bool parse(const char *json, struct journal_entry *out)
{
	return journal_entry_parse(json, strlen(json), out);
}

/* What journalctl -o json writes: text, bytes that are none, fields that come twice. */
static void journal_entries(void **state)
{
	struct journal_entry entry;

	(void)state;
	assert_true(
		parse("{\"__CURSOR\":\"s=1;i=2\",\"_BOOT_ID\":\"ab12\","
		      "\"__MONOTONIC_TIMESTAMP\":\"1000500000\",\"_PID\":\"412\","
		      "\"_SOURCE_REALTIME_TIMESTAMP\":\"1795680002500000\","
		      "\"SYSLOG_IDENTIFIER\":\"systemd-networkd\",\"_COMM\":\"systemd-network\","
		      "\"MESSAGE\":\"ens3: DHCP lease lost\"}",
		      &entry));
	assert_string_equal(entry.line, "systemd-networkd[412]: ens3: DHCP lease lost");
	assert_string_equal(entry.cursor, "s=1;i=2");
	assert_string_equal(entry.boot_id, "ab12");
	assert_int_equal(entry.mono_ns, 1000500000000);
	assert_int_equal(entry.source_us, 1795680002500000);

	assert_true(parse("{\"_COMM\":[\"a\",\"b\"],\"MESSAGE\":[108,111,0,999,-1,255]}", &entry));
	assert_string_equal(entry.line, "b: lo???\xff");
	assert_int_equal(entry.mono_ns, 0);
	assert_true(parse("{\"MESSAGE\":[\"one\",[116,119,111]]}", &entry));
	assert_string_equal(entry.line, "?: two");

	assert_false(parse("{\"__CURSOR\":\"s=3\",\"MESSAGE\":null}", &entry));
	assert_string_equal(entry.cursor, "s=3");
	assert_false(parse("{\"MESSAGE\":{}}", &entry));
	assert_false(parse("[1,2]", &entry));
	assert_false(parse("-- No entries --", &entry));
	assert_false(parse("", &entry));
}

static void no_journalctl(void **state)
{
	char why[LOG_WHY_BYTES], *path = strdup(getenv("PATH"));

	(void)state;
	setenv("PATH", "/nonexistent", 1);
	assert_null(log_watch_new("journal", why));
	assert_string_equal(why, "cannot follow the journal: there is no journalctl here; start "
				 "systemd-journald, run as root, or use --log FILE");
	setenv("PATH", path, 1);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules),         cmocka_unit_test(times),
		cmocka_unit_test(new_year),      cmocka_unit_test(clock_set),
		cmocka_unit_test(hostile_bytes), cmocka_unit_test(followed_file),
		cmocka_unit_test(refused),       cmocka_unit_test(journal_entries),
		cmocka_unit_test(no_journalctl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
