// SPDX-License-Identifier: GPL-2.0-only
#include "session/session.h"

#include <stdio.h>

#include "report/report.h"

enum status session_fail(const struct options *options, const char *why)
{
	struct report report = { .options = options, .out = stdout };
	enum status status = report_error(&report, why);

	report_close(&report);
	return status;
}
