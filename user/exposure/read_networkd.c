// SPDX-License-Identifier: GPL-2.0-only
/* What systemd-networkd says of the links that it manages (/run/systemd/netif), and the files
 * that it goes by. */
#include <stdlib.h>
#include <string.h>

#include "exposure/ini.h"
#include "exposure/networkd_file.h"
#include "exposure/programs.h"
#include "exposure/read.h"

static uint32_t number(const struct node_files *files, const char *path, const char *key)
{
	char text[32];

	return ini_value(files, path, key, text, sizeof(text)) ? (uint32_t)strtoul(text, NULL, 10) :
								 0;
}

static void read_lease(const struct node_files *files, struct look_link *link)
{
	struct look_lease *lease = &link->lease;
	char path[LOOK_PATH_BYTES], text[ADDRESS_TEXT_BYTES];

	snprintf(path, sizeof(path), "/run/systemd/netif/leases/%u", link->ifindex);
	if (!ini_value(files, path, "ADDRESS", text, sizeof(text)))
		return;
	lease->family = (uint8_t)address_parse(text, &lease->address);
	lease->is_known = lease->family != 0;
	ini_value(files, path, "SERVER_ADDRESS", lease->server, sizeof(lease->server));
	lease->lifetime_s = number(files, path, "LIFETIME");
	lease->renew_s = number(files, path, "T1");
	lease->rebind_s = number(files, path, "T2");
	snprintf(lease->place.path, sizeof(lease->place.path), "%s", path);
}

/* Names its file where it manages the link, and nothing where it only knows it. */
static bool read_state(const struct node_files *files, const struct look_link *link, char *file,
		       size_t size)
{
	char path[LOOK_PATH_BYTES], state[LOOK_WORD_BYTES];

	snprintf(path, sizeof(path), "/run/systemd/netif/links/%u", link->ifindex);
	if (ini_value(files, path, "ADMIN_STATE", state, sizeof(state)) &&
	    !strcmp(state, "unmanaged"))
		return false;
	return ini_value(files, path, "NETWORK_FILE", file, size) && *file;
}

static void read_link(const struct node_files *files, struct look_link *link, bool has_state)
{
	char path[LOOK_PATH_BYTES];
	bool is_managed = has_state ? read_state(files, link, path, sizeof(path)) :
				      networkd_file_match(files, link->ifname, path, sizeof(path));

	if (!is_managed)
		return;
	link->manager = MANAGER_NETWORKD;
	snprintf(link->place.path, sizeof(link->place.path), "%s", path);
	networkd_file_read_keep(files, path, link);
	networkd_file_find_shadowed(files, path, link);
	read_lease(files, link);
}

static void take_program(void *ctx, const char *words, const struct look_place *place)
{
	(void)place;
	*(bool *)ctx |= program_is(words, "systemd-networkd");
}

/* Its files may lie there though it does not run. Where that is not known, they count. */
static bool may_run(const struct node_files *files)
{
	bool is_there = false;

	return !programs_list(files, take_program, &is_there) || is_there;
}

/* Of an image that does not run there is no state: what its files would make of it. */
void read_networkd(struct look *look, const struct node_files *files)
{
	bool has_state = node_file_exists(files, "/run/systemd/netif/links");

	if (!has_state && (files->is_live || !may_run(files)))
		return;
	for (size_t i = 0; i < look->links_count; i++)
		read_link(files, &look->links[i], has_state);
}
