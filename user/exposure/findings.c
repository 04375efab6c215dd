// SPDX-License-Identifier: GPL-2.0-only
/* The table of findings, and what is the same for all of them. */
#include "exposure/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

#define NEEDS(part) (1U << (part))

const struct finding_row finding_rows[] = {
	{ .id = "address-may-go",
	  .title = "an address that flows are masqueraded to is leased, and nothing keeps it",
	  .danger = "When the lease is lost, even for a moment, the kernel removes each conntrack "
		    "entry masqueraded to the address. The next packet from outside is answered "
		    "with a RST, and the clients are not told.",
	  .needs = NEEDS(LOOK_ADDRESSES),
	  .uses = NEEDS(LOOK_MANAGERS) | NEEDS(LOOK_HISTORY) | NEEDS(LOOK_FLOWS) |
		  NEEDS(LOOK_SOCKETS) | NEEDS(LOOK_PROCESSES) | NEEDS(LOOK_RULES),
	  .judge = judge_address_may_go,
	  .evidence = { "the address's lifetime (`ip addr`), and its lease",
			"the file in force that manages the interface, and what it keeps",
			"masquerade rules, and the entries that are translated to the address",
			"how often the journal says that the lease was lost" },
	  .cures = { "Give the node a static address.",
		     "With systemd-networkd set [Network] KeepConfiguration=dhcp (since systemd 257 "
		     "dynamic) in the .network file in force.",
		     "With dhclient, dhcpcd or NetworkManager the report has what helps there.",
		     "Reserve the address on the DHCP server, so that no other host is given it "
		     "meanwhile." },
	  .not_if = "Not the case if `ip addr show` shows valid_lft forever for the address and "
		    "nothing manages it." },
};
const size_t finding_rows_count = sizeof(finding_rows) / sizeof(finding_rows[0]);

const char *severity_name(enum severity severity)
{
	static const char *const names[] = {
		[SEVERITY_LOW] = "low",
		[SEVERITY_MEDIUM] = "medium",
		[SEVERITY_HIGH] = "high",
	};

	return severity < SEVERITIES ? names[severity] : "";
}

const struct finding_row *finding_by_id(const char *id)
{
	for (size_t i = 0; i < finding_rows_count; i++)
		if (!strcmp(finding_rows[i].id, id))
			return &finding_rows[i];
	return NULL;
}

struct exposed *exposures_add(struct exposures *out, const struct finding_row *row)
{
	struct exposed *e;

	if (!array_reserve(&out->items, &out->size, out->count + 1, sizeof(*out->items))) {
		out->has_failed = true;
		return NULL;
	}
	e = &out->items[out->count++];
	memset(e, 0, sizeof(*e));
	e->row = row;
	snprintf(e->not_if, sizeof(e->not_if), "%s", row->not_if);
	return e;
}

void exposures_release(struct exposures *exposures)
{
	free(exposures->items);
	memset(exposures, 0, sizeof(*exposures));
}

void exposed_line(struct exposed_lines *lines, const char *format, ...)
{
	va_list args;

	if (lines->count == EXPOSED_LINES_MAX)
		return;
	va_start(args, format);
	vsnprintf(lines->lines[lines->count++], EXPOSED_LINE_BYTES, format, args);
	va_end(args);
}

bool finding_could_judge(const struct finding_row *row, const struct look *look, const char **why)
{
	for (enum look_part part = 0; part < LOOK_PARTS; part++) {
		*why = row->needs & NEEDS(part) ? look_why_lacking(look, part) : NULL;
		if (*why)
			return false;
	}
	return true;
}

static bool is_urgent(const struct exposed *e)
{
	return e->has_end && e->stake.flows;
}

/* The worst first: what is about to happen, then by severity, then by whom it hits. */
static int compare(const void *a, const void *b)
{
	const struct exposed *x = a, *y = b;

	if (is_urgent(x) != is_urgent(y))
		return is_urgent(x) ? -1 : 1;
	if (x->severity != y->severity)
		return x->severity > y->severity ? -1 : 1;
	if (x->stake.flows != y->stake.flows)
		return x->stake.flows > y->stake.flows ? -1 : 1;
	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	return strcmp(x->subject, y->subject);
}

void exposures_judge(const struct look *look, const char *only, struct exposures *out)
{
	const char *why;

	for (size_t i = 0; i < finding_rows_count; i++)
		if ((!only || !strcmp(only, finding_rows[i].id)) &&
		    finding_could_judge(&finding_rows[i], look, &why))
			finding_rows[i].judge(look, out);
	if (out->count)
		qsort(out->items, out->count, sizeof(*out->items), compare);
}

unsigned int exposures_status(const struct exposures *exposures, const struct look *look)
{
	size_t judged = 0;
	const char *why;

	for (size_t i = 0; i < exposures->count; i++)
		if (is_urgent(&exposures->items[i]))
			return 2;
	if (exposures->count)
		return 1;
	for (size_t i = 0; i < finding_rows_count; i++)
		judged += finding_could_judge(&finding_rows[i], look, &why);
	/* One that could not judge says nothing, and nobody may take that for all is well. */
	return judged < finding_rows_count || exposures->has_failed ? 3 : 0;
}
