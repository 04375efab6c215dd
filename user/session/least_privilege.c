// SPDX-License-Identifier: GPL-2.0-only
#include "session/least_privilege.h"

#include <string.h>

#include "base/capabilities.h"
#include "base/file.h"
#include "base/message.h"
#include "base/system_calls.h"
#include "cli/options.h"
#include "node/holdings.h"
#include "node/privilege.h"

/* journalctl, at the beginning and at the end. */
static bool follows_journal(const struct options *o)
{
	return o->log && !strcmp(o->log, "journal");
}

static bool is_elsewhere(const char *path)
{
	return path && !file_is_in_own_folder(path);
}

static unsigned int uses_of(const struct options *o)
{
	bool is_page = o->format == FORMAT_HTML || o->format == FORMAT_PROM;
	unsigned int uses = 0;

	if (is_elsewhere(o->metrics) || (is_page && is_elsewhere(o->output)))
		uses |= USE_TO_REPLACE;
	if (o->command)
		uses |= USE_COMMAND;
	return uses;
}

static bool keep(unsigned int uses, unsigned int refused)
{
	int err = capabilities_keep(holdings_for(uses));

	if (err)
		message("cannot give up capabilities: %s; all of them are held on", strerror(-err));
	err = system_calls_refuse(CALLS_NEVER | refused);
	if (err)
		message("cannot refuse system calls that are not needed (seccomp): %s",
			strerror(-err));
	return !err;
}

bool least_privilege_to_attach(const struct options *o)
{
	return keep(USE_TO_START | USE_TO_ATTACH | USE_WHILE_LATE | USE_COUNTS | USE_TO_LOOK |
			    USE_NAMES | uses_of(o),
		    follows_journal(o) ? 0 : CALLS_TO_EXECUTE);
}

void least_privilege_attached(const struct options *o, bool may_attach_later)
{
	unsigned int uses = USE_TO_LOOK | USE_NAMES | uses_of(o);

	if (privilege_asks_for_bpf())
		uses |= USE_COUNTS;
	if (may_attach_later)
		uses |= USE_WHILE_LATE;
	keep(uses, CALLS_AT_START | (may_attach_later ? 0 : CALLS_TO_TRACE));
}

void least_privilege_to_look(const struct options *o, bool walks)
{
	unsigned int uses = USE_TO_LOOK | uses_of(o);

	if (walks && privilege_asks_for_bpf())
		uses |= USE_COUNTS;
	keep(uses, CALLS_AT_START | CALLS_TO_TRACE | CALLS_TO_EXECUTE);
}

void least_privilege_to_read(const struct options *o)
{
	keep(uses_of(o), CALLS_AT_START | CALLS_TO_TRACE | CALLS_TO_EXECUTE | CALLS_TO_LOOK);
}
