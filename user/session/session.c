// SPDX-License-Identifier: GPL-2.0-only
#include "session/session.h"

#include "report/report.h"

enum status session_fail(const struct options *options, const char *why)
{
	struct report report;
	enum status status;

	report_init(&report, options);
	status = report_error(&report, why);
	return report_close(&report, status);
}
