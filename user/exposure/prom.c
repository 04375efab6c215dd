// SPDX-License-Identifier: GPL-2.0-only
/* As Prometheus' text format, for node_exporter's textfile collector: each finding has its
 * series, of 0 where it was not found, and none where it could not be judged. No label has an
 * address or a name that a user chose. */
#include <inttypes.h>

#include "base/nsec.h"
#include "exposure/report.h"

static void put_head(FILE *out, const char *name, const char *help)
{
	fprintf(out, "# HELP rstblame_%s %s\n# TYPE rstblame_%s gauge\n", name, help, name);
}

static void put_severities(const struct exposure_report *r, FILE *out)
{
	put_head(out, "exposed", "How often a finding was made, by severity.");
	for (size_t i = 0; i < finding_rows_count; i++) {
		uint64_t counts[SEVERITIES] = { 0 };
		const char *why;

		if (!finding_could_judge(&finding_rows[i], r->look, &why))
			continue;
		for (size_t k = 0; k < r->exposures->count; k++)
			if (r->exposures->items[k].row == &finding_rows[i])
				counts[r->exposures->items[k].severity]++;
		for (enum severity s = 0; s < SEVERITIES; s++)
			fprintf(out,
				"rstblame_exposed{finding=\"%s\",severity=\"%s\"} %" PRIu64 "\n",
				finding_rows[i].id, severity_name(s), counts[s]);
	}
}

static void put_stakes(const struct exposure_report *r, FILE *out)
{
	put_head(out, "exposed_flows", "Flows that would go, by finding.");
	for (size_t i = 0; i < finding_rows_count; i++) {
		uint64_t flows = 0;
		const char *why;

		if (!finding_could_judge(&finding_rows[i], r->look, &why))
			continue;
		for (size_t k = 0; k < r->exposures->count; k++)
			if (r->exposures->items[k].row == &finding_rows[i])
				flows += r->exposures->items[k].stake.flows;
		fprintf(out, "rstblame_exposed_flows{finding=\"%s\"} %" PRIu64 "\n",
			finding_rows[i].id, flows);
	}
}

void exposure_write_prom(const struct exposure_report *r, FILE *out)
{
	put_head(out, "exposure_status",
		 "Exit status: 0 not exposed, 1 exposed, 2 exposed and an "
		 "end is near, 3 could not look.");
	fprintf(out, "rstblame_exposure_status %u\n", r->status);
	put_head(out, "exposure_timestamp_seconds", "When it was looked, in Unix time.");
	fprintf(out, "rstblame_exposure_timestamp_seconds %" PRIu64 "\n",
		(uint64_t)(r->wall_ns / NSEC_PER_SEC));
	put_severities(r, out);
	put_stakes(r, out);
}
