// SPDX-License-Identifier: GPL-2.0-only
/* What NetworkManager says of the devices that it manages (/run/NetworkManager/devices), and
 * the profile that is active on them. */
#include <string.h>

#include "exposure/ini.h"
#include "exposure/read.h"

static const char *const folders[] = {
	"/etc/NetworkManager/system-connections",
	"/run/NetworkManager/system-connections",
	"/usr/lib/NetworkManager/system-connections",
};

struct profile_search {
	const struct node_files *files;
	struct look_link *link;
	const char *folder, *uuid;
};

static void search(void *ctx, const char *name)
{
	const struct profile_search *s = ctx;
	char path[LOOK_PATH_BYTES], uuid[LOOK_WORD_BYTES];

	if (snprintf(path, sizeof(path), "%s/%s", s->folder, name) >= (int)sizeof(path) ||
	    !ini_value(s->files, path, "uuid", uuid, sizeof(uuid)) || strcmp(uuid, s->uuid) != 0)
		return;
	snprintf(s->link->place.path, sizeof(s->link->place.path), "%s", path);
	ini_value(s->files, path, "id", s->link->profile, sizeof(s->link->profile));
	s->link->is_netplans = !strncmp(name, "netplan-", strlen("netplan-"));
}

static void read_link(const struct node_files *files, struct look_link *link)
{
	char path[LOOK_PATH_BYTES], managed[LOOK_WORD_BYTES], uuid[LOOK_WORD_BYTES];
	struct profile_search s = { .files = files, .link = link, .uuid = uuid };

	snprintf(path, sizeof(path), "/run/NetworkManager/devices/%u", link->ifindex);
	if (link->manager != MANAGER_NONE ||
	    !ini_value(files, path, "managed", managed, sizeof(managed)) ||
	    !strcmp(managed, "false") ||
	    !ini_value(files, path, "connection-uuid", uuid, sizeof(uuid)))
		return;
	link->manager = MANAGER_NETWORKMANAGER;
	snprintf(link->profile_uuid, sizeof(link->profile_uuid), "%s", uuid);
	link->keep = KEEP_NO; /* ipv4.dhcp-timeout does not keep it; an address beside it does */
	snprintf(link->place.path, sizeof(link->place.path), "%s", path);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		s.folder = folders[i];
		node_files_list(files, folders[i], "*", search, &s);
	}
}

void read_networkmanager(struct look *look, const struct node_files *files)
{
	for (size_t i = 0; i < look->links_count; i++)
		read_link(files, &look->links[i]);
}
