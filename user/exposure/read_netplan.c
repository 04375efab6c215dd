// SPDX-License-Identifier: GPL-2.0-only
/* Netplan generates networkd's files, and NetworkManager's, at each boot: what is changed in
 * them is gone by then. Where its own file has the interface is what people need. */
#include <ctype.h>
#include <string.h>

#include "exposure/read.h"

enum { LINE_BYTES = 512 };

struct netplan_search {
	const struct node_files *files;
	struct look_link *link;
};

/* "    up0:" */
static bool has_key(const char *line, const char *id)
{
	size_t len = strlen(id);

	while (isspace((unsigned char)*line) || *line == '"' || *line == '\'')
		line++;
	return !strncmp(line, id, len) && line[len + strspn(line + len, "\"' ")] == ':';
}

static void search(void *ctx, const char *name)
{
	const struct netplan_search *s = ctx;
	struct look_link *link = s->link;
	char path[LOOK_PATH_BYTES], line[LINE_BYTES];
	bool is_cloud_inits = strstr(name, "cloud-init") != NULL;
	FILE *file;

	if (snprintf(path, sizeof(path), "/etc/netplan/%s", name) >= (int)sizeof(path))
		return;
	file = node_file_open(s->files, path);
	for (unsigned int number = 1; file && fgets(line, sizeof(line), file); number++) {
		if (*line == '#')
			is_cloud_inits |= strstr(line, "cloud-init") != NULL;
		if (!has_key(line, link->profile))
			continue;
		/* A later file adds to an earlier one. */
		memcpy(link->netplan.path, path, sizeof(path));
		link->netplan.line = number;
		link->is_cloud_inits = is_cloud_inits;
	}
	if (file)
		fclose(file);
}

static void read_link(const struct node_files *files, struct look_link *link)
{
	static const char prefix[] = "/run/systemd/network/10-netplan-", suffix[] = ".network";
	const size_t begin = sizeof(prefix) - 1, end = sizeof(suffix) - 1;
	const size_t len = strlen(link->place.path);
	struct netplan_search s = { files, link };

	if (link->manager != MANAGER_NETWORKD || strncmp(link->place.path, prefix, begin) != 0 ||
	    len <= begin + end || strcmp(link->place.path + len - end, suffix) != 0)
		return;
	link->is_netplans = true;
	snprintf(link->profile, sizeof(link->profile), "%.*s", (int)(len - begin - end),
		 link->place.path + begin);
	node_files_list(files, "/etc/netplan", "*.yaml", search, &s);
}

void read_netplan(struct look *look, const struct node_files *files)
{
	for (size_t i = 0; i < look->links_count; i++)
		read_link(files, &look->links[i]);
}
