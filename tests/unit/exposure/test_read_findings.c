// SPDX-License-Identifier: GPL-2.0-only
/* The readers of routes, counters and flushers, on a bundle's files made here. */
#include "a_look.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exposure/files.h"
#include "exposure/read.h"

static char root[] = "/tmp/rstblame-findings-XXXXXX";
static struct node_files files;
static struct look look;

static void put(const char *path, const char *text)
{
	char whole[512];
	FILE *file;

	snprintf(whole, sizeof(whole), "%s%s", root, path);
	for (char *slash = strchr(whole + strlen(root) + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		assert_true(!mkdir(whole, 0755) || errno == EEXIST);
		*slash = '/';
	}
	file = fopen(whole, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int begin(void **state)
{
	(void)state;
	strcpy(root + sizeof(root) - 7, "XXXXXX");
	assert_non_null(mkdtemp(root));
	assert_int_equal(node_files_open(&files, root), 0);
	return 0;
}

static int end(void **state)
{
	char command[128];

	(void)state;
	node_files_close(&files);
	look_release(&look);
	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command);
}

static void lines_of_scripts(void **state)
{
	static const char *const yes[] = {
		"conntrack -F",
		"/usr/sbin/conntrack --flush",
		"* * * * * root conntrack -F >/dev/null",
		"conntrack -D -s 10.0.0.1",
		"conntrack -f ipv4 -D",
		"ExecStart=/usr/sbin/conntrack -F",
		"true && conntrack --delete --src 10.0.0.1",
	};
	static const char *const no[] = {
		"# conntrack -F",
		"conntrack -L",
		"conntrack -C; rm -F x",
		"conntrackd -d",
		"modprobe nf_conntrack",
		"",
		"echo conntrack | grep -F x",
		"\t; conntrack -F",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		if (!flusher_is_line(yes[i]))
			fail_msg("not known: %s", yes[i]);
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		if (flusher_is_line(no[i]))
			fail_msg("taken for one: %s", no[i]);
}

static const struct look_flusher *find(const char *path)
{
	for (size_t i = 0; i < look.flushers_count; i++)
		if (!strcmp(look.flushers[i].place.path, path))
			return &look.flushers[i];
	return NULL;
}

static void flushers(void **state)
{
	(void)state;
	put("/etc/cron.d/clean", "# by us\n*/5 * * * * root conntrack -F\n");
	put("/etc/cron.d/harmless", "0 1 * * * root conntrack -L > /var/log/flows\n");
	put("/etc/systemd/system/clean.service", "[Service]\nExecStart=/usr/sbin/conntrack -F\n");
	put("/etc/systemd/system/clean.timer", "[Timer]\nOnCalendar=daily\n");
	put("/etc/systemd/system/boot.service", "[Service]\nExecStartPre=conntrack --flush\n");
	put("/usr/local/sbin/tool", "\177ELF\nconntrack -F\n");
	put("/etc/firewalld/firewalld.conf", "CleanupModulesOnExit=yes\n");
	read_flushers(&look, &files);
	assert_int_equal(find("/etc/cron.d/clean")->place.line, 2);
	assert_true(find("/etc/cron.d/clean")->is_timed);
	assert_null(find("/etc/cron.d/harmless"));
	assert_true(find("/etc/systemd/system/clean.service")->is_timed);
	assert_false(find("/etc/systemd/system/boot.service")->is_timed);
	assert_null(find("/usr/local/sbin/tool"));
	assert_string_equal(find("/etc/firewalld/firewalld.conf")->agent, "firewalld");
	assert_int_equal(look.flushers_count, 4);
}

static void firewalld_that_cleans_nothing(void **state)
{
	(void)state;
	put("/etc/firewalld/firewalld.conf",
	    "# CleanupModulesOnExit=yes\nCleanupModulesOnExit=no\n");
	read_flushers(&look, &files);
	assert_int_equal(look.flushers_count, 0);
}

static void routes(void **state)
{
	(void)state;
	put("/sos_commands/networking/ip_route_show_table_all",
	    "default via 10.9.0.2 dev up0 proto dhcp src 10.9.0.1 metric 100 \n"
	    "10.9.0.0/24 dev up0 proto kernel scope link\n"
	    "default via 10.8.0.2 dev up1 table 100 \n"
	    "default proto static metric 50 \n"
	    "\tnexthop via 10.9.0.2 dev up0 weight 1 \n"
	    "\tnexthop via 10.8.0.2 dev up1 weight 1 \n"
	    "default via fe80::1 dev up0 proto ra metric 1024 pref medium\n");
	read_routes(&look, &files);
	assert_int_equal(look.uplinks_count, 5);
	assert_string_equal(look.uplinks[0].ifname, "up0");
	assert_string_equal(look.uplinks[0].gateway, "10.9.0.2");
	assert_int_equal(look.uplinks[0].metric, 100);
	assert_int_equal(look.uplinks[1].table, 100);
	assert_true(look.uplinks[2].is_multipath && look.uplinks[3].is_multipath);
	assert_string_equal(look.uplinks[3].ifname, "up1");
	assert_int_equal(look.uplinks[4].family, AF_INET6);
	assert_null(look_why_lacking(&look, LOOK_ROUTES));
}

static void counters(void **state)
{
	uint64_t value;

	(void)state;
	put("/sos_commands/conntrack/conntrack_-S",
	    "cpu=0   \tfound=0 invalid=3 insert=0 insert_failed=1 drop=0 early_drop=2 error=0 \n"
	    "cpu=1   \tfound=0 invalid=4 insert=0 insert_failed=0 drop=5 early_drop=0 error=0 \n");
	put("/proc/net/netstat", "TcpExt: SyncookiesSent ListenOverflows ListenDrops\n"
				 "TcpExt: 0 12 13\nIpExt: InNoRoutes\nIpExt: 0\n");
	read_counters(&look, &files);
	assert_true(look_value(&look, "conntrack.invalid", &value));
	assert_int_equal(value, 7);
	assert_true(look_value(&look, "conntrack.early_drop", &value));
	assert_int_equal(value, 2);
	assert_true(look_value(&look, "conntrack.drop", &value));
	assert_int_equal(value, 5);
	assert_true(look_value(&look, "ListenOverflows", &value));
	assert_int_equal(value, 12);
}

static void what_a_bundle_lacks(void **state)
{
	(void)state;
	read_counters(&look, &files);
	read_routes(&look, &files);
	read_filters(&look, &files);
	read_data_paths(&look, &files);
	assert_non_null(look_why_lacking(&look, LOOK_CPU_STATS));
	assert_non_null(look_why_lacking(&look, LOOK_ROUTES));
	assert_non_null(look_why_lacking(&look, LOOK_FILTERS));
	assert_non_null(look_why_lacking(&look, LOOK_DATA_PATHS));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lines_of_scripts), TEST(flushers), TEST(firewalld_that_cleans_nothing),
		TEST(routes),           TEST(counters), TEST(what_a_bundle_lacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
