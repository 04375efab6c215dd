// SPDX-License-Identifier: GPL-2.0-only
/* What is set up to flush conntrack's table or to delete from it. A hint: nobody knows from here when
 * it runs, and whether it means live flows. */
#include <stdio.h>
#include <string.h>

#include "exposure/finding.h"

/* "conntrack -D -p udp …" means no TCP connection. */
static bool means_udp(const struct look_flusher *f)
{
	return strstr(f->text, "-p udp") || strstr(f->text, "--proto udp");
}

static bool means_all(const struct look_flusher *f)
{
	return strstr(f->text, "--flush") || strstr(f->text, " -F");
}

static enum nat_answer would_go(const void *ctx, const struct look *look, const struct look_flow *f)
{
	const struct look_flusher *flusher = ctx;

	(void)look;
	if (!look_flow_is_translated(f))
		return NAT_NO;
	return means_all(flusher) ? NAT_YES : NAT_MAYBE;
}

static void report_file(const struct look *look, const struct look_flusher *f,
			struct exposures *out)
{
	struct exposed *e = exposures_add(out, finding_by_id("who-flushes"));

	if (!e)
		return;
	stake_find(look, would_go, f, &e->stake);
	snprintf(e->subject, sizeof(e->subject), "%.90s", f->place.path);
	snprintf(e->sentence, sizeof(e->sentence), "%s %s conntrack's table%s.", f->place.path,
		 means_all(f) ? "flushes" : "deletes from",
		 f->is_timed ? ", on a timer" : " when it runs");
	exposed_line(&e->evidence, "%s: %s", PLACE(f->place), f->text);
	e->severity = means_all(f) && f->is_timed && e->stake.flows ? SEVERITY_MEDIUM :
								      SEVERITY_LOW;
	exposed_line(
		&e->cures,
		"In %s, delete only the flows that are meant, by address and protocol: conntrack "
		"-D -p udp --orig-dst ADDRESS; or leave it out.",
		PLACE(f->place));
}

static void report_firewalld(const struct look_flusher *f, struct exposures *out)
{
	struct exposed *e = exposures_add(out, finding_by_id("who-flushes"));

	if (!e)
		return;
	snprintf(e->subject, sizeof(e->subject), "firewalld");
	snprintf(e->sentence, sizeof(e->sentence),
		 "firewalld unloads conntrack's modules when it stops, and all entries with them.");
	exposed_line(&e->evidence, "%s: %s", PLACE(f->place), f->text);
	exposed_line(&e->cures, "Set CleanupModulesOnExit=no in %s, then firewall-cmd --reload.",
		     f->place.path);
	e->severity = SEVERITY_LOW;
}

/* Those that delete what they mean are no finding, but good to know of. */
static void show_agents(const struct look *look, struct exposed *e)
{
	for (size_t i = 0; i < look->flushers_count; i++)
		if (look->flushers[i].agent[0] && !look->flushers[i].place.path[0])
			exposed_line(&e->evidence, "%s runs here, too: it %s",
				     look->flushers[i].agent, look->flushers[i].text);
}

void judge_who_flushes(const struct look *look, struct exposures *out)
{
	size_t first = out->count;

	for (size_t i = 0; i < look->flushers_count; i++) {
		const struct look_flusher *f = &look->flushers[i];

		if (f->agent[0] && f->place.path[0])
			report_firewalld(f, out);
		else if (!f->agent[0] && !means_udp(f))
			report_file(look, f, out);
	}
	if (out->count > first)
		show_agents(look, &out->items[first]);
}
