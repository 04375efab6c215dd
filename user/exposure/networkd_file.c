// SPDX-License-Identifier: GPL-2.0-only
#include "exposure/networkd_file.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "exposure/ini.h"

/* systemd.network(5): a file in one before hides one of the same name in one behind it. The
 * last is where /lib is no link to /usr/lib. */
static const char *const folders[] = {
	"/etc/systemd/network",     "/run/systemd/network", "/usr/local/lib/systemd/network",
	"/usr/lib/systemd/network", "/lib/systemd/network",
};
enum { FOLDERS = sizeof(folders) / sizeof(folders[0]) };

/* ---- files of one name in several folders ---- */

struct found {
	char name[128];
	char path[LOOK_PATH_BYTES];
};

struct found_files {
	const char *folder;
	struct found *items;
	size_t count, size;
};

static void take_file(void *ctx, const char *name)
{
	struct found_files *f = ctx;
	struct found *found;

	for (size_t i = 0; i < f->count; i++)
		if (!strcmp(f->items[i].name, name))
			return;
	if (!array_reserve(&f->items, &f->size, f->count + 1, sizeof(*f->items)))
		return;
	found = &f->items[f->count++];
	snprintf(found->name, sizeof(found->name), "%s", name);
	snprintf(found->path, sizeof(found->path), "%.60s/%s", f->folder, found->name);
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct found *)a)->name, ((const struct found *)b)->name);
}

/* Those that match, by name, from all folders; `sub` is "" or a folder in each of them. */
static struct found_files find(const struct node_files *files, const char *sub, const char *pattern)
{
	struct found_files f = { 0 };
	char folder[LOOK_PATH_BYTES];

	for (size_t i = 0; i < FOLDERS; i++) {
		snprintf(folder, sizeof(folder), "%s%s%s", folders[i], *sub ? "/" : "", sub);
		f.folder = folder;
		node_files_list(files, folder, pattern, take_file, &f);
	}
	if (f.count)
		qsort(f.items, f.count, sizeof(*f.items), compare);
	return f;
}

/* ---- KeepConfiguration= ---- */

/* config_parse_keep_configuration() of networkd-network.c: a boolean, or a word; since 257
 * "dynamic" for "dhcp", which is still understood. */
static enum keep parse_keep(const char *word)
{
	static const struct {
		const char *word;
		enum keep keep;
	} words[] = {
		{ "yes", KEEP_ALL },
		{ "true", KEEP_ALL },
		{ "on", KEEP_ALL },
		{ "1", KEEP_ALL },
		{ "y", KEEP_ALL },
		{ "t", KEEP_ALL },
		{ "dhcp", KEEP_LEASE },
		{ "dynamic", KEEP_LEASE },
		{ "dhcp-on-stop", KEEP_ON_STOP },
		{ "dynamic-on-stop", KEEP_ON_STOP },
		{ "static", KEEP_STATIC },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcasecmp(word, words[i].word))
			return words[i].keep;
	return KEEP_NO;
}

struct keep_reading {
	struct look_link *link;
	const char *path;
};

static void take_setting(void *ctx, const struct ini_line *line)
{
	const struct keep_reading *r = ctx;
	struct look_link *link = r->link;
	bool is_old = !strcmp(line->key, "CriticalConnection") &&
		      (!strcmp(line->section, "DHCPv4") || !strcmp(line->section, "DHCP"));

	if (!is_old &&
	    (strcmp(line->section, "Network") != 0 || strcmp(line->key, "KeepConfiguration") != 0))
		return;
	link->keep = parse_keep(line->value);
	if (is_old && link->keep == KEEP_ALL)
		link->keep = KEEP_LEASE;
	snprintf(link->keep_word, sizeof(link->keep_word), "%s", line->value);
	snprintf(link->keep_place.path, sizeof(link->keep_place.path), "%s", r->path);
	link->keep_place.line = line->line;
}

static void read_one(const struct node_files *files, const char *path, struct look_link *link)
{
	struct keep_reading reading = { link, path };

	if (!ini_read(files, path, take_setting, &reading) && link->keep == KEEP_NO)
		link->keep = KEEP_UNKNOWN;
}

void networkd_file_read_keep(const struct node_files *files, const char *path,
			     struct look_link *link)
{
	const char *name = strrchr(path, '/');
	struct found_files drop_ins;
	char sub[LOOK_PATH_BYTES];

	link->keep = KEEP_NO;
	link->keep_word[0] = '\0';
	memset(&link->keep_place, 0, sizeof(link->keep_place));
	read_one(files, path, link);
	snprintf(sub, sizeof(sub), "%.150s.d", name ? name + 1 : path);
	drop_ins = find(files, sub, "*.conf");
	for (size_t i = 0; i < drop_ins.count; i++)
		read_one(files, drop_ins.items[i].path, link);
	free(drop_ins.items);
}

/* ---- [Match] ---- */

struct matching {
	const char *ifname;
	bool has_match; /* by name */
	bool asks_more; /* what else it asks is not judged here */
};

/* Words apart by blanks, each a pattern; one with "!" in front turns all round. */
static bool is_named(const char *words, const char *ifname)
{
	bool is_inverse = *words == '!', is_there = false;
	char copy[256], *word, *rest = NULL;

	snprintf(copy, sizeof(copy), "%s", words + is_inverse);
	for (word = strtok_r(copy, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest))
		is_there |= !fnmatch(word, ifname, 0);
	return is_there != is_inverse;
}

static void take_match(void *ctx, const struct ini_line *line)
{
	struct matching *m = ctx;

	if (strcmp(line->section, "Match") != 0)
		return;
	if (!strcmp(line->key, "Name"))
		m->has_match |= is_named(line->value, m->ifname);
	else
		m->asks_more = true;
}

static bool is_for(const struct node_files *files, const char *path, const char *ifname)
{
	struct matching matching = { .ifname = ifname };

	return !node_file_is_masked(files, path) && ini_read(files, path, take_match, &matching) &&
	       matching.has_match && !matching.asks_more;
}

bool networkd_file_match(const struct node_files *files, const char *ifname, char *path,
			 size_t size)
{
	struct found_files all = find(files, "", "*.network");
	bool is_there = false;

	for (size_t i = 0; i < all.count && !is_there; i++) {
		is_there = is_for(files, all.items[i].path, ifname);
		if (is_there)
			snprintf(path, size, "%s", all.items[i].path);
	}
	free(all.items);
	return is_there;
}

void networkd_file_find_shadowed(const struct node_files *files, const char *path,
				 struct look_link *link)
{
	struct found_files all = find(files, "", "*.network");

	for (size_t i = 0; i < all.count; i++) {
		struct look_link other = { .ifindex = 0 };

		if (!strcmp(all.items[i].path, path) ||
		    !is_for(files, all.items[i].path, link->ifname))
			continue;
		networkd_file_read_keep(files, all.items[i].path, &other);
		if (other.keep == KEEP_LEASE || other.keep == KEEP_ALL) {
			link->shadowed = other.keep_place;
			break;
		}
	}
	free(all.items);
}
