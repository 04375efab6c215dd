// SPDX-License-Identifier: GPL-2.0-only
/* The journal by journalctl, which every node with a journal has: libsystemd would be a
 * library more to bring along, and none that fits each node. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "log/journal_entry.h"
#include "log/reader.h"

enum { ENTRY_BYTES_MAX = 65536, PIECES_A_TURN = 16, LAST_LOOK_MS = 2000 };

struct log_journal {
	pid_t follower;
	int fd; /* of what it says; negative: it ended */
	char since[32];
	char cursor[256]; /* of the last entry; "": none yet */
	char boot_id[40];
	size_t used;
	bool is_skipping; /* the rest of an entry too long to be held */
	char entry[ENTRY_BYTES_MAX];
	struct clock_history *clock; /* these are of the turn */
	log_emit_fn emit;
	void *ctx;
};

static bool can_read(const char *pattern)
{
	glob_t found;
	bool is_readable = false;

	if (glob(pattern, GLOB_NOSORT, NULL, &found))
		return false;
	for (size_t i = 0; i < found.gl_pathc && !is_readable; i++)
		is_readable = !access(found.gl_pathv[i], R_OK);
	globfree(&found);
	return is_readable;
}

/* journalctl follows none as readily as some: nothing would ever come of it. */
static bool has_files(void)
{
	return can_read("/run/log/journal/*/*.journal") || can_read("/var/log/journal/*/*.journal");
}

/* journalctl with `words`, its entries to j->fd. 0, or -errno. */
static int start(struct log_journal *j, const char *const *words)
{
	static const char fields[] =
		"--output-fields=MESSAGE,SYSLOG_IDENTIFIER,_COMM,_PID,_UID,_SYSTEMD_UNIT,"
		"_SYSTEMD_INVOCATION_ID,_TRANSPORT,_SOURCE_REALTIME_TIMESTAMP";
	const char *argv[12] = { "journalctl", "--quiet",       "--no-pager",
				 "--all",      "--output=json", fields };
	int fds[2], quiet_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	struct child_wish wish = { .err_fd = quiet_fd };

	for (size_t at = 6; *words; words++)
		argv[at++] = *words;
	if (quiet_fd < 0 || pipe2(fds, O_CLOEXEC)) {
		close(quiet_fd);
		return -errno;
	}
	wish.out_fd = fds[1];
	j->follower = child_start((char *const *)argv, &wish);
	close(fds[1]);
	close(quiet_fd);
	j->fd = fds[0];
	if (j->follower > 0)
		fcntl(j->fd, F_SETFL, O_NONBLOCK);
	return j->follower > 0 ? 0 : j->follower;
}

/* Takes the child away; it need not have ended. */
static void stop(struct log_journal *j)
{
	if (j->follower > 0)
		child_stop(j->follower);
	if (j->fd >= 0)
		close(j->fd);
	j->follower = 0;
	j->fd = -1;
	j->used = 0;
	j->is_skipping = false;
}

/* As journald writes it, without the kernel's dashes. */
static void read_boot_id(char *out, size_t size)
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
	size_t used = 0;
	int c;

	while (file && (c = fgetc(file)) != EOF && c != '\n' && used < size - 1)
		if (c != '-')
			out[used++] = (char)c;
	out[used] = '\0';
	if (file)
		fclose(file);
}

struct log_journal *log_journal_open(char why[LOG_WHY_BYTES])
{
	struct log_journal *j = calloc(1, sizeof(*j));
	const char *const words[] = { "--follow", "--no-tail", j ? j->since : "", NULL };
	const char *reason = "it does not exist, or is not readable";
	int err = j ? 0 : -ENOMEM;

	if (j) {
		j->fd = -1;
		read_boot_id(j->boot_id, sizeof(j->boot_id));
		/* Whole seconds are all that each journalctl understands: log_watch
		 * leaves out what is older than it. */
		snprintf(j->since, sizeof(j->since), "--since=@%lld", (long long)time(NULL));
		err = start(j, words);
	}
	if (err == -ENOENT)
		reason = "there is no journalctl here";
	else if (err)
		reason = strerror(-err);
	if (!err && has_files())
		return j;
	snprintf(why, LOG_WHY_BYTES,
		 "cannot follow the journal: %s; start systemd-journald, run as root, or use "
		 "--log FILE",
		 reason);
	log_journal_close(j);
	return NULL;
}

void log_journal_close(struct log_journal *j)
{
	if (j)
		stop(j);
	free(j);
}

int log_journal_fd(const struct log_journal *j)
{
	return j->fd;
}

/* journald's own stamp is of when it got the entry. The sender's is earlier, and of the
 * wall clock: the latest moment before that which had that time, as far as it is near.
 * The kernel's own stamp is not used: printk's clock drifts. */
static uint64_t entry_time(const struct log_journal *j, const struct journal_entry *entry)
{
	uint64_t source_ns;

	if (entry->source_us &&
	    clock_history_mono(j->clock, entry->source_us * 1000, 999, entry->mono_ns,
			       &source_ns) &&
	    source_ns < entry->mono_ns && entry->mono_ns - source_ns < 60 * NSEC_PER_SEC)
		return source_ns;
	return entry->mono_ns;
}

/* What this run itself writes, or the service that it is: its report would come back to it
 * for ever. */
static bool is_own(const struct journal_entry *entry)
{
	const char *invocation = getenv("INVOCATION_ID");

	return entry->pid == getpid() ||
	       (invocation && *entry->invocation && !strcmp(entry->invocation, invocation));
}

static void take_entry(struct log_journal *j, const char *json, size_t size)
{
	struct journal_entry entry;
	bool has_line = journal_entry_parse(json, size, &entry);

	if (*entry.cursor)
		snprintf(j->cursor, sizeof(j->cursor), "%s", entry.cursor);
	if (has_line && !strcmp(entry.boot_id, j->boot_id) && !is_own(&entry))
		j->emit(j->ctx, entry.line, entry.sender, entry_time(j, &entry), false);
}

/* Hands on the entries that are complete, one a line, and keeps the beginning of the
 * next. */
static void take_entries(struct log_journal *j)
{
	char *from = j->entry, *end;

	/* What is told was written: now a step of the clock since then is known. */
	clock_sample(j->clock);
	while ((end = memchr(from, '\n', j->used - (size_t)(from - j->entry)))) {
		if (!j->is_skipping)
			take_entry(j, from, (size_t)(end - from));
		j->is_skipping = false;
		from = end + 1;
	}
	j->used -= (size_t)(from - j->entry);
	memmove(j->entry, from, j->used);
	if (j->used == sizeof(j->entry)) {
		j->is_skipping = true;
		j->used = 0;
	}
}

/* One piece of what was said. Its size, 0 at the end, or -errno. */
static ssize_t read_piece(struct log_journal *j)
{
	ssize_t got = read(j->fd, j->entry + j->used, sizeof(j->entry) - j->used);

	if (got < 0)
		return -errno;
	j->used += (size_t)got;
	if (got)
		take_entries(j);
	return got;
}

bool log_journal_turn(struct log_journal *j, struct clock_history *clock, log_emit_fn emit,
		      void *ctx)
{
	ssize_t got = 1;

	j->clock = clock;
	j->emit = emit;
	j->ctx = ctx;
	for (int i = 0; i < PIECES_A_TURN && got > 0 && j->fd >= 0; i++)
		got = read_piece(j);
	if (got == 0)
		stop(j);
	return got > 0;
}

/* journald tells of new entries up to 250 ms later, so the follower does not have the
 * last ones. They are in the files at once: who asks anew gets them. */
void log_journal_finish(struct log_journal *j, struct clock_history *clock, log_emit_fn emit,
			void *ctx)
{
	char after[sizeof(j->cursor) + 16];
	const char *words[] = { after, NULL };
	uint64_t end_ns = clock_mono_ns() + LAST_LOOK_MS * NSEC_PER_MSEC;
	struct pollfd fds = { .events = POLLIN };

	while (log_journal_turn(j, clock, emit, ctx))
		;
	stop(j);
	if (*j->cursor)
		snprintf(after, sizeof(after), "--after-cursor=%s", j->cursor);
	else
		words[0] = j->since;
	if (start(j, words))
		return;
	for (fds.fd = j->fd; j->fd >= 0 && clock_mono_ns() < end_ns;)
		if (poll(&fds, 1, 100) > 0)
			log_journal_turn(j, clock, emit, ctx);
}
