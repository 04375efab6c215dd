// SPDX-License-Identifier: GPL-2.0-only
/* What others may call themselves: a cgroup, the sender of a log line, an entry of the
 * journal, a line of conntrack's or of the sockets' table, a module's event, a command line's
 * filter; and what text and JSON make of a name. The first byte says which. */
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/json_writer.h"
#include "base/utf8.h"
#include "kernel/modules.h"
#include "log/journal_entry.h"
#include "log/sender.h"
#include "model/observation.h"
#include "node/cgroup.h"
#include "node/conntrack_table.h"
#include "node/sockets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A container's id or nothing, and a unit that is one. */
static void check_cgroup(const char *text)
{
	struct actor actor = { .pid = 1 }, last = { .pid = 1, .has_uid = true, .uid = 1000 };
	size_t id, unit;

	cgroup_read(text, &actor);
	id = strlen(actor.container);
	unit = strlen(actor.unit);
	if ((id && id != 64) || unit >= sizeof(actor.unit) || strchr(actor.unit, '/'))
		abort();
	if (id && strspn(actor.container, "0123456789abcdefABCDEF") != id)
		abort();
	/* What is below a user's manager is nobody's word. */
	if (!strncmp(text, "user.slice/user-1000.slice/user@1000.service/", 45) &&
	    (id || strcmp(actor.unit, "user@1000.service") != 0))
		abort();
	cgroup_read_last(text, &last);
	if (last.unit[0] || last.container[0])
		abort();
}

/* No control and nothing hidden in text; in JSON what it was, where that was UTF-8. */
static void check_name(const char *text)
{
	struct jsonw w = { 0 };
	char shown[256];
	json_t *line;
	bool is_utf8 = true;

	utf8_printable(text, shown, sizeof(shown));
	for (const char *p = shown; *p; p += utf8_length(p))
		if (!utf8_length(p) || (unsigned char)*p < 0x20 ||
		    utf8_is_hidden(utf8_decode(p, utf8_length(p))))
			abort();
	for (const char *p = text; *p && is_utf8; p += utf8_length(p) ? utf8_length(p) : 1)
		is_utf8 = utf8_length(p);
	jsonw_begin_line(&w);
	jsonw_string(&w, "name", text);
	jsonw_end_line(&w);
	for (size_t i = 0; i < w.len; i += utf8_length(w.text + i))
		if (!utf8_length(w.text + i) ||
		    utf8_is_hidden(utf8_decode(w.text + i, utf8_length(w.text + i))))
			abort();
	line = json_loadb(w.text, w.len, JSON_REJECT_DUPLICATES, NULL);
	if (!line ||
	    (is_utf8 && strcmp(json_string_value(json_object_get(line, "name")), text) != 0))
		abort();
	json_decref(line);
	jsonw_release(&w);
}

static void check_sender(const char *text)
{
	const struct log_sender liar = { text, text, "7", "1000", "user@1000.service", text };
	char buf[LOG_SENDER_BYTES];

	log_sender_format(&liar, buf);
	if (*text && strcmp(text, "kernel") != 0 && strcmp(text, "user@1000") != 0 &&
	    !strstr(buf, "uid 1000"))
		abort();
	log_sender_key_of_line(text);
	log_sender_is_self(text, 7);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct journal_entry entry;
	struct module_event event;
	struct socket_row row;
	struct flow flow;
	char *text;

	if (!size)
		return 0;
	/* Its own allocation: ASan watches its end. */
	text = strndup((const char *)data + 1, size - 1);
	switch (data[0] % 6) {
	case 0:
		check_cgroup(text);
		break;
	case 1:
		check_name(text);
		break;
	case 2:
		check_sender(text);
		break;
	case 3:
		if (journal_entry_parse((const char *)data + 1, size - 1, &entry))
			check_name(entry.line);
		break;
	case 4:
		conntrack_parse_line(text, &flow);
		sockets_parse_line(text, AF_INET, &row);
		sockets_parse_line(text, AF_INET6, &row);
		break;
	case 5:
		module_event_parse(text, &event);
		break;
	}
	free(text);
	return 0;
}
