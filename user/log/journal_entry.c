// SPDX-License-Identifier: GPL-2.0-only
#include "log/journal_entry.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The field as a string; "" where the entry has none. journalctl writes what is no text
 * as an array of its bytes, and a field that comes twice as an array of both: the last
 * holds. Control characters are made harmless by who prints it. */
static const char *field(const json_t *entry, const char *name, char *buf, size_t size)
{
	const json_t *value = json_object_get(entry, name);
	size_t count = json_array_size(value), used = 0;

	if (count && !json_is_integer(json_array_get(value, 0)))
		value = json_array_get(value, count - 1);
	if (json_is_string(value))
		used = (size_t)snprintf(buf, size, "%s", json_string_value(value));
	else
		for (size_t i = 0; i < json_array_size(value) && used < size - 1; i++) {
			json_int_t byte = json_integer_value(json_array_get(value, i));

			buf[used++] = byte > 0 && byte < 256 ? (char)byte : '?';
		}
	buf[used < size ? used : size - 1] = '\0';
	return buf;
}

static uint64_t number(const json_t *entry, const char *name)
{
	char text[32];

	return strtoull(field(entry, name, text, sizeof(text)), NULL, 10);
}

static void write_line(const json_t *entry, const char *message, char *line, size_t size)
{
	char who[64], pid[16];

	if (!*field(entry, "SYSLOG_IDENTIFIER", who, sizeof(who)))
		field(entry, "_COMM", who, sizeof(who));
	if (*field(entry, "_PID", pid, sizeof(pid)))
		snprintf(line, size, "%s[%s]: %s", who, pid, message);
	else
		snprintf(line, size, "%s: %s", *who ? who : "?", message);
}

bool journal_entry_parse(const char *json, size_t size, struct journal_entry *out)
{
	json_t *entry = json_loadb(json, size, JSON_ALLOW_NUL, NULL);
	char message[LOG_LINE_BYTES];

	memset(out, 0, sizeof(*out));
	field(entry, "__CURSOR", out->cursor, sizeof(out->cursor));
	field(entry, "_BOOT_ID", out->boot_id, sizeof(out->boot_id));
	out->mono_ns = number(entry, "__MONOTONIC_TIMESTAMP") * 1000;
	out->source_us = number(entry, "_SOURCE_REALTIME_TIMESTAMP");
	if (*field(entry, "MESSAGE", message, sizeof(message)))
		write_line(entry, message, out->line, sizeof(out->line));
	json_decref(entry);
	return out->line[0] != '\0';
}
