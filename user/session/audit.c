// SPDX-License-Identifier: GPL-2.0-only
/* `--audit`: what is at risk now, without waiting for anything. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "attach/socket_iterator.h"
#include "base/clock.h"
#include "base/message.h"
#include "base/version.h"
#include "blame/risk_table.h"
#include "node/netns.h"
#include "node/privilege.h"
#include "report/report.h"
#include "session/least_privilege.h"
#include "session/session.h"
#include "victims/audit.h"
#include "victims/inspector.h"

struct hearing {
	const struct options *options;
	struct report report;
	struct audit audit;
	struct socket_iterator *iterator; /* NULL: none */
	struct socket_walk walk;          /* of it; no `open`: none */
	struct risk_table *table;         /* it holds the victims for the report */
	uint32_t netns;
	uint64_t last_id;
};

static void deliver(struct hearing *h, struct finding *f, struct observation *seen)
{
	seen->netns.inum = h->netns;
	seen->mono_ns = clock_mono_ns();
	seen->wall_ns = seen->mono_ns + clock_wall_offset_ns();
	f->seen = seen;
	f->netns = seen->netns;
	f->mono_ns = seen->mono_ns;
	f->wall_ns = seen->wall_ns;
	report_finding(&h->report, f);
}

static void tell_start(struct hearing *h)
{
	struct finding f = { .type = FINDING_START };
	struct observation seen = { .type = OBSERVATION_START };
	struct utsname machine;

	uname(&machine);
	seen.start = (struct start_observation){ .version = RSTBLAME_VERSION,
						 .host = machine.nodename,
						 .kernel = machine.release,
						 .arch = machine.machine,
						 .is_audit = true };
	deliver(h, &f, &seen);
}

/* The processes of what was found; without them the flows are told all the same. */
static struct inspection *find_processes(const struct hearing *h)
{
	const struct sockets *s = &h->audit.at_risk;
	struct inspector *inspector = inspector_new(&h->walk);
	struct inspection *i = inspection_new(INSPECT_DETAILS, s->count), *done = NULL;
	struct pollfd fd;

	if (!inspector || !i) {
		inspection_free(i);
		inspector_free(inspector);
		return NULL;
	}
	memcpy(i->sockets.rows, s->rows, s->count * sizeof(*s->rows));
	inspector_submit(inspector, i);
	fd = (struct pollfd){ .fd = inspector_fd(inspector), .events = POLLIN };
	while (!(done = inspector_take(inspector)))
		poll(&fd, 1, -1);
	inspector_free(inspector);
	return done;
}

static void tell_risk(struct hearing *h, const struct socket_row *row, const struct victim *victim)
{
	struct risk risk = { .id = ++h->last_id,
			     .netns.inum = h->netns,
			     .flow = { .family = row->family,
				       .orig = *audit_outer_tuple(&h->audit, row) },
			     .is_one_sided = true,
			     .inode = row->inode };
	struct finding f = { .type = FINDING_AT_RISK, .id = risk.id };
	struct observation seen = { .type = OBSERVATION_AT_RISK };

	if (row->is_inner)
		risk.inner = row->tuple;
	/* Two namespaces may share an address; then both are at risk. */
	f.risk = risk_table_add(h->table, &risk, victim);
	if (f.risk)
		deliver(h, &f, &seen);
}

static void tell_all(struct hearing *h)
{
	const struct sockets *s = &h->audit.at_risk;
	struct inspection *found = s->count ? find_processes(h) : NULL;
	struct finding looked = { .type = FINDING_SOCKETS }, end = { .type = FINDING_END };
	struct observation seen = { .type = OBSERVATION_SOCKETS };

	for (size_t i = 0; i < s->count; i++)
		tell_risk(h, &s->rows[i], found ? &found->victims[i] : NULL);
	inspection_free(found);
	seen.sockets.sockets = h->audit.connections;
	seen.sockets.namespaces = h->audit.namespaces;
	seen.sockets.unseen = h->audit.unseen;
	seen.sockets.entries = h->audit.entries;
	seen.sockets.untraced = h->audit.untraced;
	seen.sockets.unsure = h->audit.unsure;
	deliver(h, &looked, &seen);
	memset(&seen, 0, sizeof(seen));
	seen.type = OBSERVATION_END;
	deliver(h, &end, &seen);
}

static enum status hear(struct hearing *h)
{
	char why[AUDIT_WHY_BYTES];

	if (!privilege_sees_processes(why, sizeof(why)))
		message("%s", why);
	if (audit_run(&h->audit, h->netns, &h->walk, why))
		return report_error(&h->report, why);
	if (h->options->is_verbose && h->audit.has_walked)
		message("sockets: all by one walk; %u of %u network namespaces asked themselves, "
			"which have sockets that no process holds",
			h->audit.asked, h->audit.namespaces);
	h->table = risk_table_new(h->audit.at_risk.count);
	if (!h->table)
		return report_error(&h->report, "out of memory");
	tell_start(h);
	tell_all(h);
	return report_summary(&h->report);
}

/* Where it may not, or cannot, each namespace is asked by itself. */
static bool load_walk(struct hearing *h)
{
	char why[SOCKET_ITERATOR_WHY_BYTES] = "out of memory";

	h->iterator = socket_iterator_new();
	if (!h->iterator || socket_iterator_load(h->iterator, why)) {
		if (h->options->is_verbose)
			message("sockets: one network namespace at a time: %s", why);
		return false;
	}
	h->walk = socket_iterator_walk(h->iterator);
	return true;
}

enum status session_audit(const struct options *options)
{
	struct hearing h = { .options = options, .netns = netns_own() };
	enum status status;
	char why[REPORT_WHY_BYTES];
	int err = options->netns ? netns_find(options->netns, &h.netns) : 0;

	if (err) {
		snprintf(
			why, sizeof(why),
			"network namespace %.120s not found: %s; use a name of `ip netns` or a pid",
			options->netns, strerror(-err));
		return session_fail(options, why);
	}
	if (report_open(&h.report, options, why))
		status = report_error(&h.report, why);
	else {
		bool walks = load_walk(&h);

		least_privilege_to_look(options, walks);
		status = hear(&h);
	}
	audit_release(&h.audit);
	status = report_close(&h.report, status);
	risk_table_free(h.table);
	socket_iterator_free(h.iterator);
	return status;
}
