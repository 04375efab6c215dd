// SPDX-License-Identifier: GPL-2.0-only
/* A table that is full: the kernel evicts entries that have not seen both directions for long
 * (early_drop()), and where it finds none drops the packet that needs a new one. */
#include <inttypes.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number_text.h"
#include "exposure/finding.h"

enum { FILLING_PERCENT = 75, FULL_PERCENT = 90, TALL_CHAIN = 8 };

struct counted {
	uint64_t count, max, buckets;
	uint64_t evicted, dropped, failed;
	bool has_counters;
};

static bool read_counted(const struct look *look, struct counted *c)
{
	memset(c, 0, sizeof(*c));
	if (!look_value(look, "net.netfilter.nf_conntrack_count", &c->count) ||
	    !look_value(look, "net.netfilter.nf_conntrack_max", &c->max) || !c->max)
		return false;
	look_value(look, "net.netfilter.nf_conntrack_buckets", &c->buckets);
	c->has_counters = look_value(look, "conntrack.early_drop", &c->evicted);
	look_value(look, "conntrack.drop", &c->dropped);
	look_value(look, "conntrack.insert_failed", &c->failed);
	return true;
}

static enum nat_answer would_go(const void *ctx, const struct look *look, const struct look_flow *f)
{
	(void)ctx;
	(void)look;
	return f->status & IPS_ASSURED ? NAT_NO : NAT_YES;
}

/* ---- who fills it ---- */

struct end {
	struct address address;
	uint8_t family;
	uint16_t port; /* 0: of a source */
};

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct end));
}

/* The value with the most entries, of a sorted list; how many. */
static size_t most(const struct end *ends, size_t count, struct end *which)
{
	size_t best = 0, run = 0;

	for (size_t i = 0; i < count; i++) {
		run = i && !compare(&ends[i], &ends[i - 1]) ? run + 1 : 1;
		if (run > best) {
			best = run;
			*which = ends[i];
		}
	}
	return best;
}

static void show_most(const struct look *look, bool is_source, struct exposed *e)
{
	struct end *ends = calloc(look->flows_count + 1, sizeof(*ends)), which = { .port = 0 };
	char text[ENDPOINT_TEXT_BYTES];
	size_t best;

	for (size_t i = 0; ends && i < look->flows_count; i++) {
		const struct flow *f = &look->flows[i].flow;

		ends[i].family = f->family;
		ends[i].address = is_source ? f->orig.src : f->orig.dst;
		ends[i].port = is_source ? 0 : f->orig.dport;
	}
	if (ends && look->flows_count) {
		qsort(ends, look->flows_count, sizeof(*ends), compare);
		best = most(ends, look->flows_count, &which);
		if (is_source)
			address_format(&which.address, which.family, text, sizeof(text));
		else
			endpoint_format(&which.address, which.family, which.port, text,
					sizeof(text));
		exposed_line(&e->evidence, "%s %s has the most: %s (%u %%)",
			     is_source ? "source" : "destination", text,
			     COUNTED(best, "entry", "entries"),
			     (unsigned int)(best * 100 / look->flows_count));
	}
	free(ends);
}

static void show_evidence(const struct look *look, const struct counted *c, struct exposed *e)
{
	exposed_line(&e->evidence,
		     "net.netfilter.nf_conntrack_count = %" PRIu64 ", nf_conntrack_max = %" PRIu64,
		     c->count, c->max);
	if (c->has_counters)
		exposed_line(&e->evidence,
			     "since conntrack was loaded: early_drop %s, drop %s, insert_failed %s",
			     NUMBER(c->evicted), NUMBER(c->dropped), NUMBER(c->failed));
	if (c->buckets && c->max / c->buckets >= TALL_CHAIN)
		exposed_line(&e->evidence,
			     "net.netfilter.nf_conntrack_buckets = %" PRIu64
			     ": a look-up in a full table would walk %s",
			     c->buckets, COUNTED(c->max / c->buckets, "entry", "entries"));
	show_most(look, true, e);
	show_most(look, false, e);
}

static void show_cures(const struct counted *c, struct exposed *e)
{
	exposed_line(&e->cures,
		     "sysctl -w net.netfilter.nf_conntrack_max=%" PRIu64
		     " (some 320 bytes of kernel memory an entry: %s MB in all); keep it in "
		     "/etc/sysctl.d/. No entry is removed by that.",
		     c->max * 2, NUMBER(c->max * 2 * 320 / 1000000));
	if (c->buckets && c->max * 2 / c->buckets >= TALL_CHAIN)
		exposed_line(
			&e->cures,
			"Give the larger table more buckets: echo %" PRIu64
			" > /sys/module/nf_conntrack/parameters/hashsize; the kernel moves the "
			"entries, and removes none.",
			c->max * 2 / 4);
	exposed_line(&e->cures,
		     "Find out who opens so many connections, and let it keep them open. Do not "
		     "empty the table: that resets those that are translated.");
}

void judge_table_filling(const struct look *look, struct exposures *out)
{
	struct counted c;
	struct exposed *e;
	unsigned int percent;
	bool has_happened;

	if (!read_counted(look, &c))
		return;
	percent = (unsigned int)(c.count * 100 / c.max);
	has_happened = c.evicted || c.dropped;
	if (percent < FILLING_PERCENT && !has_happened)
		return;
	e = exposures_add(out, finding_by_id("table-filling"));
	if (!e)
		return;
	stake_find(look, would_go, NULL, &e->stake);
	snprintf(e->subject, sizeof(e->subject), "%u %% of %s", percent,
		 COUNTED(c.max, "entry", "entries"));
	if (percent >= FILLING_PERCENT)
		snprintf(e->sentence, sizeof(e->sentence), "Conntrack's table is %u %% full%s.",
			 percent, has_happened ? ", and has been full before" : "");
	else
		snprintf(e->sentence, sizeof(e->sentence),
			 "Conntrack's table has been full: %s, %s.",
			 COUNTED(c.evicted, "entry was evicted", "entries were evicted"),
			 COUNTED(c.dropped, "packet was dropped", "packets were dropped"));
	e->severity = percent >= FULL_PERCENT || (has_happened && percent >= FILLING_PERCENT) ?
			      SEVERITY_HIGH :
		      percent >= FILLING_PERCENT ? SEVERITY_MEDIUM :
						   SEVERITY_LOW;
	show_evidence(look, &c, e);
	show_cures(&c, e);
	if (percent > FULL_PERCENT) {
		e->has_end = true;
		snprintf(
			e->end, sizeof(e->end),
			"%s more fit; then those that have not been answered for long are evicted.",
			COUNTED(c.max > c.count ? c.max - c.count : 0, "entry", "entries"));
	}
}
