// SPDX-License-Identifier: GPL-2.0-only
#include "session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "json.h"
#include "message.h"

enum status session_fail(const struct options *options, const char *why)
{
	struct jsonw json = { 0 };
	uint64_t now_ns = clock_mono_ns();

	message("%s", why);
	if (options->format != FORMAT_JSON)
		return STATUS_UNKNOWN;
	json_write_error(&json, why, now_ns, now_ns + clock_wall_offset_ns());
	if (json.text)
		fwrite(json.text, 1, json.len, stdout);
	fflush(stdout);
	jsonw_release(&json);
	return STATUS_UNKNOWN;
}
