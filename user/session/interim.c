// SPDX-License-Identifier: GPL-2.0-only
/* Reports in between, while the watch goes on. */
#include <inttypes.h>

#include "base/nsec.h"
#include "session/watch_private.h"

/* When, and for how long it has gone on by then. */
static uint64_t stamp_now(const struct run *run, struct finding *now)
{
	struct observation seen = { 0 };

	run_stamp(&seen, OBSERVATION_END);
	*now = (struct finding){ .type = FINDING_END,
				 .netns = seen.netns,
				 .mono_ns = seen.mono_ns,
				 .wall_ns = seen.wall_ns };
	return (seen.mono_ns - run->start_ns + NSEC_PER_SEC / 2) / NSEC_PER_SEC;
}

void run_report_now(struct run *run)
{
	struct finding now;
	uint64_t spent_s = stamp_now(run, &now);

	run_note_effort(run);
	report_now(&run->report, &now, spent_s);
}

void run_report_period(struct run *run)
{
	struct finding now;
	uint64_t spent_s = stamp_now(run, &now);
	enum status status;

	run_note_effort(run);
	status = report_period(&run->report, &now, run->start_ns, spent_s);
	notify_send(&run->notify,
		    "STATUS=%s for %" PRIu64 " s: %" PRIu64 " resets, %" PRIu64
		    " blamed on conntrack",
		    status_name(status), spent_s, run->report.summary.resets_total,
		    run->report.summary.blamed);
}
