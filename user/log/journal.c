// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-journal.h>

#include "base/clock.h"
#include "log/lines.h"
#include "log/reader.h"

enum { ENTRIES_A_TURN = 512, FIELD_BYTES_MAX = 2048 };

struct log_journal {
	sd_journal *journal;
};

/* sd-journal opens none as readily as some: nothing would ever come of it. */
static bool has_files(sd_journal *journal)
{
	return sd_journal_has_runtime_files(journal) > 0 ||
	       sd_journal_has_persistent_files(journal) > 0;
}

struct log_journal *log_journal_open(char why[LOG_WHY_BYTES])
{
	struct log_journal *j = calloc(1, sizeof(*j));
	const char *reason = "it does not exist, or is not readable";
	int err = j ? sd_journal_open(&j->journal, SD_JOURNAL_LOCAL_ONLY) : -12;

	if (err < 0)
		reason = strerror(-err);
	if (err >= 0 && has_files(j->journal)) {
		sd_journal_set_data_threshold(j->journal, FIELD_BYTES_MAX);
		/* "After the last" holds only from a place that is one. */
		if (sd_journal_seek_tail(j->journal) >= 0 && sd_journal_previous(j->journal) == 0)
			sd_journal_seek_head(j->journal);
		return j;
	}
	snprintf(why, LOG_WHY_BYTES,
		 "cannot open the journal: %s; start systemd-journald, run as root, or use "
		 "--log FILE",
		 reason);
	log_journal_close(j);
	return NULL;
}

void log_journal_close(struct log_journal *j)
{
	if (j && j->journal)
		sd_journal_close(j->journal);
	free(j);
}

/* The field as a string, NUL bytes as "?"; "" where the entry has none. */
static const char *field(sd_journal *journal, const char *name, char *buf, size_t size)
{
	const void *data;
	size_t len, skip = strlen(name) + 1;

	buf[0] = '\0';
	if (sd_journal_get_data(journal, name, &data, &len) < 0 || len < skip)
		return buf;
	len = len - skip < size - 1 ? len - skip : size - 1;
	memcpy(buf, (const char *)data + skip, len);
	for (size_t i = 0; i < len; i++)
		if (!buf[i])
			buf[i] = '?';
	buf[len] = '\0';
	return buf;
}

/* The entry's own stamps are journald's, taken when it came to it. The sender's is
 * earlier, and of the wall clock: the latest moment before that which had that time, as
 * far as it is near. The kernel's own stamp is not used: printk's clock drifts. False:
 * the entry is of another boot. */
static bool entry_time(sd_journal *journal, const struct clock_history *clock, uint64_t *mono_ns)
{
	uint64_t mono_us, source_us, source_ns;
	char text[32];

	if (sd_journal_get_monotonic_usec(journal, &mono_us, NULL) < 0)
		return false; /* -ESTALE: not of this boot */
	*mono_ns = mono_us * 1000;
	source_us = strtoull(field(journal, "_SOURCE_REALTIME_TIMESTAMP", text, sizeof(text)), NULL,
			     10);
	if (source_us && clock_history_mono(clock, source_us * 1000, 999, *mono_ns, &source_ns) &&
	    source_ns < *mono_ns && *mono_ns - source_ns < 60 * NSEC_PER_SEC)
		*mono_ns = source_ns;
	return true;
}

static void emit_entry(sd_journal *journal, const struct clock_history *clock, log_emit_fn emit,
		       void *ctx)
{
	char who[64], pid[16], message[LOG_LINE_BYTES], line[LOG_LINE_BYTES + 96];
	uint64_t mono_ns;

	if (!*field(journal, "MESSAGE", message, sizeof(message)) ||
	    !entry_time(journal, clock, &mono_ns))
		return;
	if (!*field(journal, "SYSLOG_IDENTIFIER", who, sizeof(who)))
		field(journal, "_COMM", who, sizeof(who));
	if (*field(journal, "_PID", pid, sizeof(pid)))
		snprintf(line, sizeof(line), "%s[%s]: %s", who, pid, message);
	else
		snprintf(line, sizeof(line), "%s: %s", *who ? who : "?", message);
	emit(ctx, line, mono_ns, false);
}

/* New entries show in the mapped file at once; journald tells of them up to 250 ms
 * later (it gathers its changes for one notification). So there is nothing to wait for:
 * log_watch looks every few milliseconds. sd_journal_process() notices new files. */
bool log_journal_turn(struct log_journal *j, struct clock_history *clock, log_emit_fn emit,
		      void *ctx)
{
	sd_journal_process(j->journal);
	for (int i = 0; i < ENTRIES_A_TURN; i++) {
		if (sd_journal_next(j->journal) <= 0)
			return false;
		/* What it tells was written: now a step since then is known. */
		clock_sample(clock);
		emit_entry(j->journal, clock, emit, ctx);
	}
	return true;
}
