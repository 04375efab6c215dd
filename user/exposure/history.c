// SPDX-License-Identifier: GPL-2.0-only
/* How often a lease was lost, by the journal: the strongest evidence that it will be again.
 * journalctl is begun first and read last, and what takes it longer than that is not waited for. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "exposure/history_line.h"
#include "exposure/read.h"

enum { DAYS = 30, LINE_BYTES = 2048 };
/* After all else was read. */
#define PATIENCE_NS (700 * NSEC_PER_MSEC)

struct history {
	pid_t pid;
	int fd;
	size_t used;
	char text[LINE_BYTES];
};

/* By whose hand leases are lost, and each boot's: 30 days of it, no more than what matters. */
static int start(struct history *h, const char *directory)
{
	const char *argv[] = { "journalctl",
			       "--quiet",
			       "--no-pager",
			       "--all",
			       "--output=short-iso",
			       "--since=-30d",
			       "--identifier=systemd-networkd",
			       "--identifier=NetworkManager",
			       "--identifier=dhclient",
			       "--identifier=dhcpcd",
			       "--identifier=udhcpc",
			       directory,
			       NULL };
	int fds[2], null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	struct child_wish wish = { .err_fd = null_fd };

	if (null_fd < 0 || pipe2(fds, O_CLOEXEC)) {
		close(null_fd);
		return -errno;
	}
	wish.out_fd = fds[1];
	h->pid = child_start((char *const *)argv, &wish);
	close(fds[1]);
	close(null_fd);
	h->fd = fds[0];
	return h->pid > 0 ? 0 : h->pid;
}

static void ignore(void *ctx, const char *name)
{
	(void)ctx, (void)name;
}

/* journalctl reads none as readily as some: nothing would come of it. */
static bool has_journal(const struct node_files *files, const char *folder)
{
	return node_files_list(files, folder, "*", ignore, NULL) > 0;
}

struct history *history_begin(const struct node_files *files)
{
	struct history *h = calloc(1, sizeof(*h));
	char directory[LOOK_PATH_BYTES + 32];

	if (!h)
		return NULL;
	h->fd = -1;
	if (files->is_live) {
		if ((has_journal(files, "/var/log/journal") ||
		     has_journal(files, "/run/log/journal")) &&
		    !start(h, NULL))
			return h;
	} else if (has_journal(files, "/var/log/journal")) {
		snprintf(directory, sizeof(directory), "--directory=%s/var/log/journal",
			 files->root);
		if (!start(h, directory))
			return h;
	}
	if (h->fd >= 0)
		close(h->fd);
	free(h);
	return NULL;
}

static void take_line(struct look *look, const char *line)
{
	char ifname[LOOK_IFNAME_BYTES], when[LOOK_WORD_BYTES];
	struct look_link *link;

	if (!history_parse_line(line, ifname, when))
		return;
	link = look_link_named(look, ifname);
	if (!link)
		return;
	link->lost++;
	snprintf(link->last_lost, sizeof(link->last_lost), "%s", when);
}

/* The lines that are whole. */
static void take_lines(struct history *h, struct look *look)
{
	char *from = h->text, *end;

	while ((end = memchr(from, '\n', h->used - (size_t)(from - h->text)))) {
		*end = '\0';
		take_line(look, from);
		from = end + 1;
	}
	h->used -= (size_t)(from - h->text);
	memmove(h->text, from, h->used);
	if (h->used == sizeof(h->text))
		h->used = 0; /* none of those that count is so long */
}

/* False: there was no time for all. */
static bool read_all(struct history *h, struct look *look)
{
	uint64_t until_ns = clock_mono_ns() + PATIENCE_NS, now_ns;
	struct pollfd fds = { .fd = h->fd, .events = POLLIN };
	ssize_t got;

	while ((now_ns = clock_mono_ns()) < until_ns) {
		if (poll(&fds, 1, (int)((until_ns - now_ns) / NSEC_PER_MSEC) + 1) <= 0)
			continue;
		got = read(h->fd, h->text + h->used, sizeof(h->text) - h->used);
		if (got <= 0)
			return true;
		h->used += (size_t)got;
		take_lines(h, look);
	}
	return false;
}

/* As a bundle has the journal: text, of a command's. */
static bool read_command(struct look *look, const struct node_files *files)
{
	static const char *const names[] = { "logs/journalctl_--no-pager*", "logs/journalctl*",
					     "networkd/journalctl*", NULL };
	struct look_place place;
	FILE *file = node_command_open(files, names, &place);
	char line[LINE_BYTES];

	while (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		take_line(look, line);
	}
	if (file)
		fclose(file);
	return file != NULL;
}

void history_end(struct history *h, struct look *look, const struct node_files *files)
{
	bool is_read = h ? true : !files->is_live && read_command(look, files);

	if (h && !read_all(h, look))
		look_lacks(look, LOOK_HISTORY,
			   "the journal could not be read in time: `journalctl "
			   "--since -30d | grep \"lease lost\"` shows it");
	if (!is_read)
		look_lacks(look, LOOK_HISTORY, "%s",
			   files->is_live ? "there is no journal here" :
					    "the bundle has no journal");
	for (size_t i = 0; i < look->links_count; i++)
		look->links[i].history_days = is_read ? DAYS : 0;
	if (!h)
		return;
	child_stop(h->pid);
	close(h->fd);
	free(h);
}
