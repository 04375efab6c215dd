// SPDX-License-Identifier: GPL-2.0-only
/* Counters: conntrack's of each CPU, added up, and TCP's of accept queues that were full. */
#include <netinet/in.h> /* before the kernel's headers, which then leave out theirs */

#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "exposure/read.h"
#include "node/conntrack_get.h"
#include "node/kernel_counter.h"
#include "node/netlink.h"

enum { LINE_BYTES = 1024, TEXT_BYTES = 16384 };

/* As /proc/net/stat/nf_conntrack and conntrack -S name them. */
static const struct {
	const char *name;
	uint16_t attribute;
} counters[] = {
	{ "invalid", CTA_STATS_INVALID },
	{ "insert_failed", CTA_STATS_INSERT_FAILED },
	{ "drop", CTA_STATS_DROP },
	{ "early_drop", CTA_STATS_EARLY_DROP },
};
enum { COUNTERS = sizeof(counters) / sizeof(counters[0]) };

static void add(struct look *look, const char *name, uint64_t value)
{
	char whole[LOOK_WORD_BYTES];
	uint64_t sum = 0;

	snprintf(whole, sizeof(whole), "conntrack.%s", name);
	look_value(look, whole, &sum);
	look_set_value(look, whole, sum + value);
}

/* ---- /proc/net/stat/nf_conntrack: a line of names, then one of hexadecimal numbers a CPU ---- */

static void take_columns(struct look *look, const char *names, const char *values)
{
	char name[32];
	unsigned long long value;
	int name_len, value_len;

	while (sscanf(names, "%31s%n", name, &name_len) == 1 &&
	       sscanf(values, "%llx%n", &value, &value_len) == 1) {
		for (size_t i = 0; i < COUNTERS; i++)
			if (!strcmp(name, counters[i].name))
				add(look, name, value);
		names += name_len;
		values += value_len;
	}
}

static bool read_proc(struct look *look, const struct node_files *files)
{
	FILE *file = node_file_open(files, "/proc/thread-self/net/stat/nf_conntrack");
	char names[LINE_BYTES], values[LINE_BYTES];

	if (!file)
		return false;
	if (fgets(names, sizeof(names), file))
		while (fgets(values, sizeof(values), file))
			take_columns(look, names, values);
	fclose(file);
	return true;
}

/* ---- ctnetlink ---- */

static int take_cpu(const struct nlmsghdr *h, void *data)
{
	for (size_t i = 0; i < COUNTERS; i++)
		add(data, counters[i].name,
		    netlink_be32(netlink_find(h, sizeof(struct nfgenmsg), counters[i].attribute),
				 0));
	return MNL_CB_OK;
}

static int read_netlink(struct look *look)
{
	struct mnl_socket *nl = netlink_open(NETLINK_NETFILTER, 0);
	_Alignas(8) char buf[64];
	int err = -errno;

	if (!nl)
		return err;
	err = netlink_ask(nl,
			  netlink_netfilter(buf, NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET_STATS_CPU,
					    NLM_F_DUMP, AF_UNSPEC),
			  take_cpu, look);
	mnl_socket_close(nl);
	return err;
}

static void read_live(struct look *look, const struct node_files *files)
{
	int err;

	if (!node_file_exists(files, "/proc/sys/net/netfilter/nf_conntrack_max"))
		return; /* nothing is tracked, and nothing counted */
	err = conntrack_get_is_there() ? read_netlink(look) : -ENOENT;
	if (err && !read_proc(look, files))
		look_lacks(look, LOOK_CPU_STATS, "cannot read conntrack's counters: %s",
			   strerror(-err));
}

/* ---- a bundle's conntrack -S: "cpu=0 found=0 invalid=3 insert=0 …" ---- */

static void take_words(struct look *look, char *line)
{
	for (char *word = strtok(line, " \t\n"); word; word = strtok(NULL, " \t\n")) {
		char *equals = strchr(word, '=');

		if (!equals)
			continue;
		*equals = '\0';
		for (size_t i = 0; i < COUNTERS; i++)
			if (!strcmp(word, counters[i].name))
				add(look, word, strtoull(equals + 1, NULL, 10));
	}
}

static void read_bundle(struct look *look, const struct node_files *files)
{
	static const char *const commands[] = { "conntrack/conntrack_-S*",
						"networking/conntrack_-S*", NULL };
	struct look_place place;
	char line[LINE_BYTES];
	FILE *file = node_command_open(files, commands, &place);

	if (!file) {
		look_lacks(look, LOOK_CPU_STATS, "the bundle has no sos_commands/%s",
			   "conntrack/conntrack_-S");
		return;
	}
	while (fgets(line, sizeof(line), file))
		take_words(look, line);
	fclose(file);
}

/* ---- TCP ---- */

static void read_overflows(struct look *look, const struct node_files *files)
{
	static const char *const names[] = { "ListenOverflows", "ListenDrops" };
	const char *path = files->is_live ? "/proc/thread-self/net/netstat" : "/proc/net/netstat";
	char *text = calloc(1, TEXT_BYTES);
	uint64_t value;

	if (text && node_file_read(files, path, text, TEXT_BYTES))
		for (size_t i = 0; i < 2; i++)
			if (snmp_read(text, "TcpExt", names[i], &value))
				look_set_value(look, names[i], value);
	free(text);
}

void read_counters(struct look *look, const struct node_files *files)
{
	if (files->is_live)
		read_live(look, files);
	else
		read_bundle(look, files);
	read_overflows(look, files);
}
