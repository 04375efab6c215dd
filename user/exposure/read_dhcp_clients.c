// SPDX-License-Identifier: GPL-2.0-only
/* The DHCP clients that are programs of their own, dhclient, dhcpcd and busybox's, and what
 * they are told to keep. */
#include <string.h>

#include "exposure/programs.h"
#include "exposure/read.h"

enum { LINE_BYTES = 512 };

static const struct {
	const char *name;
	enum manager manager;
} clients[] = {
	{ "dhclient", MANAGER_DHCLIENT },
	{ "dhcpcd", MANAGER_DHCPCD },
	{ "udhcpc", MANAGER_UDHCPC },
};

static void take_link(struct look_link *link, enum manager manager, const struct look_place *place)
{
	/* networkd and NetworkManager say themselves what is theirs. */
	if (link->manager != MANAGER_NONE)
		return;
	link->manager = manager;
	link->place = *place;
}

/* dhcpcd without an interface has them all; a dynamic address is what it would have given. */
static bool has_dynamic(const struct look *look, uint32_t ifindex)
{
	for (size_t i = 0; i < look->addresses_count; i++)
		if (look->addresses[i].ifindex == ifindex && !look->addresses[i].is_permanent)
			return true;
	return false;
}

static void take_program(void *ctx, const char *words, const struct look_place *place)
{
	struct look *look = ctx;
	struct look_link *named = NULL;

	for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++) {
		if (!program_is(words, clients[i].name))
			continue;
		for (size_t k = 0; k < look->links_count; k++)
			if (program_has_word(words, look->links[k].ifname)) {
				named = &look->links[k];
				take_link(named, clients[i].manager, place);
			}
		for (size_t k = 0;
		     !named && clients[i].manager == MANAGER_DHCPCD && k < look->links_count; k++)
			if (has_dynamic(look, look->links[k].ifindex))
				take_link(&look->links[k], MANAGER_DHCPCD, place);
	}
}

/* ---- what they keep ---- */

static void keep_all(struct look *look, enum manager manager, const char *path, unsigned int line,
		     const char *word)
{
	for (size_t i = 0; i < look->links_count; i++) {
		struct look_link *link = &look->links[i];

		if (link->manager != manager)
			continue;
		link->keep = KEEP_LEASE;
		snprintf(link->keep_word, sizeof(link->keep_word), "%s", word);
		snprintf(link->keep_place.path, sizeof(link->keep_place.path), "%s", path);
		link->keep_place.line = line;
	}
}

/* A line of the file that has the word and is no comment. */
static unsigned int find_line(const struct node_files *files, const char *path, const char *word)
{
	FILE *file = node_file_open(files, path);
	unsigned int number = 0, found = 0;
	char line[LINE_BYTES];

	while (file && fgets(line, sizeof(line), file)) {
		number++;
		if (line[strspn(line, " \t")] != '#' && strstr(line, word))
			found = number;
	}
	if (file)
		fclose(file);
	return found;
}

struct hooks {
	struct look *look;
	const struct node_files *files;
	const char *folder;
};

/* A hook that leaves dhclient-script when a lease expires keeps the address. */
static void take_hook(void *ctx, const char *name)
{
	const struct hooks *h = ctx;
	char path[LOOK_PATH_BYTES];
	unsigned int line;

	snprintf(path, sizeof(path), "%.60s/%.120s", h->folder, name);
	line = find_line(h->files, path, "EXPIRE");
	if (line)
		keep_all(h->look, MANAGER_DHCLIENT, path, line, "EXPIRE");
}

static void read_keeps(struct look *look, const struct node_files *files)
{
	static const char *const folders[] = { "/etc/dhcp", "/etc/dhcp/dhclient-enter-hooks.d" };
	static const char *const patterns[] = { "dhclient-enter-hooks", "*" };
	struct hooks hooks = { .look = look, .files = files };
	unsigned int line = find_line(files, "/etc/dhcpcd.conf", "lastleaseextend");

	for (size_t i = 0; i < look->links_count; i++)
		if (look->links[i].manager >= MANAGER_DHCLIENT &&
		    look->links[i].manager <= MANAGER_UDHCPC)
			look->links[i].keep = KEEP_NO;
	if (line)
		keep_all(look, MANAGER_DHCPCD, "/etc/dhcpcd.conf", line, "lastleaseextend");
	for (size_t i = 0; i < 2; i++) {
		hooks.folder = folders[i];
		node_files_list(files, folders[i], patterns[i], take_hook, &hooks);
	}
}

void read_dhcp_clients(struct look *look, const struct node_files *files)
{
	if (!programs_list(files, take_program, look))
		look_lacks(
			look, LOOK_MANAGERS,
			"the programs that run there are not listed (no sos_commands/process/ps_*): "
			"a DHCP client without files of its own is not recognised");
	read_keeps(look, files);
}
