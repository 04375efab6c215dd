// SPDX-License-Identifier: GPL-2.0-only
/* -f prom and --metrics: the summary as Prometheus' text format, for node_exporter's
 * textfile collector. Of what is counted over a window each is a gauge: the next run begins
 * at 0 again. No label has an address, a port, a pid or a name that a user chose, so that
 * the series are few and the same for ever. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/nsec.h"
#include "base/version.h"
#include "model/words.h"
#include "report/renderer.h"

struct prom_rendering {
	struct output *output;
};

static void *begin(const struct options *options, struct output *output)
{
	struct prom_rendering *r = calloc(1, sizeof(*r));

	(void)options;
	if (r)
		r->output = output;
	return r;
}

static void finding(void *self, const struct finding *f)
{
	(void)self, (void)f;
}

static __attribute__((format(printf, 2, 3))) void put(struct prom_rendering *r, const char *format,
						      ...)
{
	char line[256];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (len > 0)
		output_write(r->output, line,
			     (size_t)len < sizeof(line) ? (size_t)len : sizeof(line) - 1);
}

static void put_head(struct prom_rendering *r, const char *name, const char *help)
{
	put(r, "# HELP rstblame_%s %s\n# TYPE rstblame_%s gauge\n", name, help, name);
}

static void put_one(struct prom_rendering *r, const char *name, const char *help, uint64_t value)
{
	put_head(r, name, help);
	put(r, "rstblame_%s %" PRIu64 "\n", name, value);
}

/* A verdict without a reset has its 0, so that an alert finds the series. */
static void put_resets(struct prom_rendering *r, const struct summary *t)
{
	put_head(r, "resets", "TCP resets in the last window, by verdict and cause.");
	for (enum verdict v = VERDICT_NONE + 1; v < VERDICTS; v++)
		for (enum cause c = CAUSE_NONE; c < CAUSES; c++)
			if (t->resets_by[v][c] || c == CAUSE_NONE)
				put(r, "rstblame_resets{verdict=\"%s\",cause=\"%s\"} %" PRIu64 "\n",
				    verdict_name(v), cause_name(c), t->resets_by[v][c]);
}

static void put_by_cause(struct prom_rendering *r, const char *name, const char *help,
			 const uint64_t counts[CAUSES])
{
	put_head(r, name, help);
	for (enum cause c = CAUSE_ADDRESS_REMOVED; c <= CAUSE_OTHER; c++)
		put(r, "rstblame_%s{cause=\"%s\"} %" PRIu64 "\n", name, cause_name(c), counts[c]);
}

/* A probe's name is ours, live; a recording's could be anything. */
static void put_losses(struct prom_rendering *r, const struct summary *t)
{
	put_head(r, "lost_events", "Events lost in the last window, by probe.");
	for (size_t i = 0; i < t->losses_count; i++) {
		put(r, "rstblame_lost_events{probe=\"");
		for (const char *c = t->losses[i].probe; *c; c++)
			put(r, "%c",
			    (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') ? *c : '-');
		put(r, "\"} %" PRIu64 "\n", t->losses[i].count);
	}
}

static void summary(void *self, const struct summary *t, const struct finding *last,
		    enum status status)
{
	struct prom_rendering *r = self;

	output_begin(r->output);
	put_head(r, "info", "The version that wrote this.");
	put(r, "rstblame_info{version=\"%s\"} 1\n", RSTBLAME_VERSION);
	put_one(r, "last_run_timestamp_seconds", "When the last window ended, in Unix time.",
		last->wall_ns / NSEC_PER_SEC);
	put_one(r, "window_seconds", "How long the last window was.", t->window_s);
	put_one(r, "status", "Exit status: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.", status);
	put_resets(r, t);
	put_one(r, "connections_reset", "Connections that resets blamed on conntrack reached.",
		t->connections_reset);
	put_one(r, "flows_at_risk", "Flows with an open socket and no conntrack entry.",
		t->at_risk);
	put_by_cause(r, "flushes", "Acts that removed conntrack entries, by cause.", t->flushes_by);
	put_by_cause(r, "removed_entries", "Conntrack entries removed by flushes, by cause.",
		     t->removals);
	put_losses(r, t);
}

static void now(void *self, struct output *output, const struct summary *t,
		const struct finding *at, enum status status)
{
	struct prom_rendering aside = { output };

	(void)self;
	summary(&aside, t, at, status);
}

const struct renderer prom_renderer = {
	.is_page = true,
	.begin = begin,
	.finding = finding,
	.summary = summary,
	.now = now,
	.end = free,
};
