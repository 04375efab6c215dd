// SPDX-License-Identifier: GPL-2.0-only
/* What machine it is, and the numbers that sysctl has. */
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "exposure/read.h"

enum { LINE_BYTES = 512 };

static void take_version(void *ctx, const char *name)
{
	struct look *look = ctx;
	unsigned int version;

	if (sscanf(name, "libsystemd-shared-%u", &version) == 1 && version > look->systemd_version)
		look->systemd_version = version;
}

/* Its programs share a library whose name has the version: no program need be run. */
static void read_systemd_version(struct look *look, const struct node_files *files)
{
	static const char *const folders[] = {
		"/usr/lib/systemd",
		"/lib/systemd",
		"/usr/lib/x86_64-linux-gnu/systemd",
		"/usr/lib/aarch64-linux-gnu/systemd",
		"/usr/lib64/systemd",
	};
	static const char *const commands[] = { "dpkg/dpkg_-l*", "systemd/systemctl_--version*",
						NULL };
	struct look_place place;
	char line[LINE_BYTES];
	FILE *file;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		node_files_list(files, folders[i], "libsystemd-shared-*.so", take_version, look);
	if (look->systemd_version || files->is_live)
		return;
	file = node_command_open(files, commands, &place);
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "ii systemd %u", &look->systemd_version) == 1 ||
		    sscanf(line, "systemd %u", &look->systemd_version) == 1)
			break;
	if (file)
		fclose(file);
}

void read_host(struct look *look, const struct node_files *files)
{
	static const char *const names[] = { "host/hostname", "general/hostname", "host/hostname_*",
					     NULL };
	static const char *const kernels[] = { "kernel/uname_-a", NULL };
	struct utsname machine;
	struct look_place place;
	FILE *file;

	read_systemd_version(look, files);
	if (files->is_live && !uname(&machine)) {
		snprintf(look->host, sizeof(look->host), "%.64s", machine.nodename);
		snprintf(look->kernel, sizeof(look->kernel), "%.64s", machine.release);
		return;
	}
	file = node_command_open(files, names, &place);
	if (!file || fscanf(file, "%64s", look->host) != 1)
		node_file_read(files, "/etc/hostname", look->host, sizeof(look->host));
	if (file)
		fclose(file);
	file = node_command_open(files, kernels, &place);
	if (file && fscanf(file, "%*s %*s %64s", look->kernel) != 1)
		look->kernel[0] = '\0';
	if (file)
		fclose(file);
}

/* ---- sysctls ---- */

/* Those that a finding asks for; a finding that needs another adds it. */
static const char *const names[] = {
	"net.netfilter.nf_conntrack_tcp_timeout_established",
	"net.netfilter.nf_conntrack_count",
	"net.netfilter.nf_conntrack_max",
	"net.netfilter.nf_conntrack_buckets",
	"net.netfilter.nf_conntrack_tcp_be_liberal",
	"net.netfilter.nf_conntrack_tcp_loose",
	"net.netfilter.nf_conntrack_tcp_timeout_close_wait",
	"net.netfilter.nf_conntrack_tcp_timeout_unacknowledged",
	"net.core.somaxconn",
	"net.ipv4.tcp_abort_on_overflow",
	"net.ipv4.tcp_keepalive_time",
	"net.ipv4.vs.conntrack",
};

static void read_file(struct look *look, const struct node_files *files, const char *name)
{
	char path[LOOK_PATH_BYTES], text[32], *end;
	unsigned long long value;

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	for (char *c = path + strlen("/proc/sys/"); *c; c++)
		if (*c == '.')
			*c = '/';
	if (!node_file_read(files, path, text, sizeof(text)))
		return;
	value = strtoull(text, &end, 10);
	if (end != text)
		look_set_value(look, name, value);
}

static void take_line(struct look *look, char *line)
{
	char *equals = strstr(line, " = ");

	if (!equals)
		return;
	*equals = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(line, names[i]))
			look_set_value(look, names[i], strtoull(equals + 3, NULL, 10));
}

void read_values(struct look *look, const struct node_files *files)
{
	static const char *const commands[] = { "kernel/sysctl_-a", "sysctl/sysctl_-a", NULL };
	struct look_place place;
	char line[LINE_BYTES];
	FILE *file;

	if (files->is_live) {
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			read_file(look, files, names[i]);
		return;
	}
	file = node_command_open(files, commands, &place);
	if (!file) {
		look_lacks(look, LOOK_SYSCTLS, "the bundle has no sos_commands/%s", commands[0]);
		return;
	}
	while (fgets(line, sizeof(line), file))
		take_line(look, line);
	fclose(file);
}
