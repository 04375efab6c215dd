// SPDX-License-Identifier: GPL-2.0-only
#include "log/journal_entry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_reader.h"

/* The field as a string; "" where the entry has none. journalctl writes what is no text
 * as an array of its bytes, and a field that comes twice as an array of both: the last
 * holds. Control characters are made harmless by who prints it. */
static const char *field(const struct json_value *entry, const char *name, char *buf, size_t size)
{
	const struct json_value *value = json_member(entry, name), *byte = json_first(value);
	size_t used = 0;

	if (byte && !json_is(byte, JSON_KIND_INTEGER))
		for (value = byte; value->next; value = value->next)
			;
	if (json_text(value))
		used = (size_t)snprintf(buf, size, "%s", value->text);
	for (byte = json_first(value); byte && used < size - 1; byte = byte->next) {
		uint64_t number = json_number(byte);

		buf[used++] = number && number < 256 ? (char)number : '?';
	}
	buf[used < size ? used : size - 1] = '\0';
	return buf;
}

static uint64_t number(const struct json_value *entry, const char *name)
{
	char text[32];

	return strtoull(field(entry, name, text, sizeof(text)), NULL, 10);
}

/* The tag is the sender's own word; the rest journald vouches for. */
static void write_line(const struct json_value *entry, const char *message,
		       struct journal_entry *out)
{
	char tag[64], comm[32], pid[16], uid[16], unit[128], transport[16], who[LOG_SENDER_BYTES];
	const struct log_sender sender = {
		.tag = field(entry, "SYSLOG_IDENTIFIER", tag, sizeof(tag)),
		.comm = field(entry, "_COMM", comm, sizeof(comm)),
		.pid = field(entry, "_PID", pid, sizeof(pid)),
		.uid = field(entry, "_UID", uid, sizeof(uid)),
		.unit = field(entry, "_SYSTEMD_UNIT", unit, sizeof(unit)),
		.transport = field(entry, "_TRANSPORT", transport, sizeof(transport)),
	};

	out->sender = log_sender_key(&sender);
	out->pid = strtol(pid, NULL, 10);
	snprintf(out->line, sizeof(out->line), "%s: %s", log_sender_format(&sender, who), message);
}

bool journal_entry_parse(const char *json, size_t size, struct journal_entry *out)
{
	struct json_reader *reader = json_reader_new(true);
	const struct json_value *entry = reader ? json_read(reader, json, size) : NULL;
	char message[LOG_LINE_BYTES];

	memset(out, 0, sizeof(*out));
	field(entry, "__CURSOR", out->cursor, sizeof(out->cursor));
	field(entry, "_BOOT_ID", out->boot_id, sizeof(out->boot_id));
	field(entry, "_SYSTEMD_INVOCATION_ID", out->invocation, sizeof(out->invocation));
	out->mono_ns = number(entry, "__MONOTONIC_TIMESTAMP") * 1000;
	out->source_us = number(entry, "_SOURCE_REALTIME_TIMESTAMP");
	if (*field(entry, "MESSAGE", message, sizeof(message)))
		write_line(entry, message, out);
	json_reader_free(reader);
	return out->line[0] != '\0';
}
