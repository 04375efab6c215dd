// SPDX-License-Identifier: GPL-2.0-only
/* What is set up on this node to flush conntrack's table, or to delete from it: files that are run by
 * somebody else, and agents. */
#include <string.h>

#include "exposure/ini.h"
#include "exposure/programs.h"
#include "exposure/read.h"

enum { LINE_BYTES = 1024, FILES_MAX = 2000, FLUSHERS_MAX = 32 };

static const struct folder {
	const char *path, *pattern;
	bool is_timed;
} folders[] = {
	{ "/etc/cron.d", "*", true },
	{ "/etc/cron.hourly", "*", true },
	{ "/etc/cron.daily", "*", true },
	{ "/etc/cron.weekly", "*", true },
	{ "/var/spool/cron/crontabs", "*", true },
	{ "/var/spool/cron", "*", true },
	{ "/etc/systemd/system", "*.service", false },
	{ "/run/systemd/system", "*.service", false },
	{ "/usr/lib/systemd/system", "*.service", false },
	{ "/lib/systemd/system", "*.service", false },
	{ "/etc/network/if-up.d", "*", false },
	{ "/etc/network/if-down.d", "*", false },
	{ "/etc/network/if-pre-up.d", "*", false },
	{ "/etc/network/if-post-down.d", "*", false },
	{ "/etc/NetworkManager/dispatcher.d", "*", false },
	{ "/etc/networkd-dispatcher/routable.d", "*", false },
	{ "/etc/networkd-dispatcher/off.d", "*", false },
	{ "/etc/dhcp/dhclient-exit-hooks.d", "*", false },
	{ "/etc/dhcp/dhclient-enter-hooks.d", "*", false },
	{ "/etc/ppp/ip-up.d", "*", false },
	{ "/etc/ppp/ip-down.d", "*", false },
	{ "/etc/keepalived", "*", false },
	{ "/usr/local/sbin", "*", false },
	{ "/usr/local/bin", "*", false },
};

static const char *const single[] = { "/etc/crontab", "/etc/rc.local", "/etc/network/interfaces" };

/* "conntrack -F", "conntrack --delete -s …"; as an option of its own, also of several in one. */
bool flusher_is_line(const char *line)
{
	const char *at = line + strspn(line, " \t");

	if (*at == '#' || *at == ';')
		return false;
	for (at = strstr(line, "conntrack"); at; at = strstr(at + 1, "conntrack")) {
		const char *word = at + strlen("conntrack");

		while (*word == ' ' || *word == '\t') {
			word += strspn(word, " \t");
			if (!strncmp(word, "--flush", 7) || !strncmp(word, "--delete", 8) ||
			    !strncmp(word, "-F", 2) || !strncmp(word, "-D", 2))
				return true;
			if (*word == '\0' || strchr(";|&", *word))
				break;
			word += strcspn(word, " \t\n;|&");
		}
	}
	return false;
}

struct scan {
	struct look *look;
	const struct node_files *files;
	const struct folder *folder;
	size_t files_read;
};

/* The default is no since firewalld 1.0. */
#define FIREWALLD_CONF "/etc/firewalld/firewalld.conf"
#define FIREWALLD_KEY "CleanupModulesOnExit"

static void add(struct look *look, const struct look_place *place, const char *line, bool is_timed,
		const char *agent)
{
	struct look_flusher *f = look->flushers_count < FLUSHERS_MAX ? look_add_flusher(look) :
								       NULL;

	if (!f)
		return;
	if (place)
		f->place = *place;
	f->is_timed = is_timed;
	snprintf(f->text, sizeof(f->text), "%.150s", line);
	snprintf(f->agent, sizeof(f->agent), "%s", agent);
}

static void read_file(struct scan *s, const char *path, bool is_timed)
{
	struct look_place place = { .line = 0 };
	FILE *file = s->files_read++ < FILES_MAX ? node_file_open(s->files, path) : NULL;
	char line[LINE_BYTES];

	snprintf(place.path, sizeof(place.path), "%s", path);
	while (file && fgets(line, sizeof(line), file)) {
		place.line++;
		/* The first bytes of a program are no text. */
		if (place.line == 1 && !strncmp(line, "\177ELF", 4))
			break;
		line[strcspn(line, "\n")] = '\0';
		if (flusher_is_line(line))
			add(s->look, &place, line + strspn(line, " \t"), is_timed, "");
	}
	if (file)
		fclose(file);
}

static bool has_timer(const struct scan *s, const char *name)
{
	char path[LOOK_PATH_BYTES];
	size_t len = strlen(name) - strlen(".service");

	if (strcmp(s->folder->pattern, "*.service") != 0)
		return false;
	snprintf(path, sizeof(path), "%s/%.*s.timer", s->folder->path, (int)len, name);
	return node_file_exists(s->files, path);
}

static void take_file(void *ctx, const char *name)
{
	struct scan *s = ctx;
	char path[LOOK_PATH_BYTES];

	if (snprintf(path, sizeof(path), "%s/%s", s->folder->path, name) < (int)sizeof(path))
		read_file(s, path, s->folder->is_timed || has_timer(s, name));
}

/* ---- agents ---- */

static const struct agent {
	const char *program, *agent, *what;
} agents[] = {
	{ "dockerd", "docker", "deletes UDP entries of published ports when a container starts" },
	{ "kube-proxy", "kube-proxy",
	  "deletes entries of services whose endpoints went, UDP ones as a rule" },
	{ "fail2ban-server", "fail2ban",
	  "deletes the entries of an address that it bans, where its "
	  "action says so" },
	{ "conntrackd", "conntrackd", "flushes and inserts entries when it becomes primary" },
	{ "cilium-agent", "cilium", "removes conntrack entries of its own table" },
};

static void take_program(void *ctx, const char *words, const struct look_place *place)
{
	struct scan *s = ctx;

	(void)place;
	for (size_t i = 0; i < sizeof(agents) / sizeof(agents[0]); i++) {
		bool is_known = !program_is(words, agents[i].program);

		for (size_t k = 0; !is_known && k < s->look->flushers_count; k++)
			is_known = !strcmp(s->look->flushers[k].agent, agents[i].agent);
		if (!is_known)
			add(s->look, NULL, agents[i].what, false, agents[i].agent);
	}
}

void read_flushers(struct look *look, const struct node_files *files)
{
	struct scan s = { .look = look, .files = files };
	static const struct look_place firewalld = { FIREWALLD_CONF, 0 };
	char value[16];
	bool has_usr_merged = node_file_exists(files, "/usr/lib/systemd/system");

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		s.folder = &folders[i];
		/* /lib is /usr/lib by now. */
		if (has_usr_merged && !strcmp(folders[i].path, "/lib/systemd/system"))
			continue;
		node_files_list(files, folders[i].path, folders[i].pattern, take_file, &s);
	}
	for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++)
		read_file(&s, single[i], i == 0);
	if (ini_value(files, FIREWALLD_CONF, FIREWALLD_KEY, value, sizeof(value)) &&
	    (!strcmp(value, "yes") || !strcmp(value, "true")))
		add(look, &firewalld, FIREWALLD_KEY "=yes", false, "firewalld");
	if (!programs_list(files, take_program, &s))
		look_lacks(look, LOOK_FLUSHERS, "the programs that run here could not be listed");
}
