// SPDX-License-Identifier: GPL-2.0-only
/* The next question after an incident is where else it can happen: which finding of --exposure
 * foretells it. */
#include <stdio.h>
#include <string.h>

#include "summary/advice_private.h"

/* Of managers that take away what has no lifetime, too: their scripts give none, or it floats. */
static bool is_moved(const struct advice_facts *f)
{
	static const char *const movers[] = { "keepalived", "dhclient", "dhclient-script",
					      "udhcpc" };

	for (size_t i = 0; i < sizeof(movers) / sizeof(movers[0]); i++)
		if (advice_is_run_by(f->actor, movers[i]))
			return true;
	return false;
}

static bool is_managers(const struct advice_facts *f)
{
	return advice_is_run_by(f->actor, "systemd-networkd") ||
	       advice_is_run_by(f->actor, "NetworkManager") || advice_is_run_by(f->actor, "dhcpcd");
}

/* What an address's own manager does it does on each node that is set up alike; what somebody
 * did by hand, or a reconfiguration did to a static address, it does not foretell. */
static bool may_go(const struct advice_facts *f)
{
	if (f->is_own || !f->change)
		return false;
	if (is_moved(f) || (!f->actor && f->change->by_kernel)) /* its lifetime, or a router */
		return true;
	return f->change->valid_s != VALID_FOREVER && (f->change->valid_s || is_managers(f));
}

/* The ids are of exposure/findings.c; its tests know that they are there. */
const struct advice_exposure advice_exposures[] = {
	{ VERDICT_NONE, CAUSE_ADDRESS_REMOVED, may_go, "address-may-go" },
};
const size_t advice_exposures_count = sizeof(advice_exposures) / sizeof(advice_exposures[0]);

const char *advice_exposure(const struct advice_facts *facts, enum cause cause,
			    char buf[ADVICE_BYTES])
{
	for (size_t i = 0; i < advice_exposures_count; i++) {
		const struct advice_exposure *row = &advice_exposures[i];

		if ((row->verdict && row->verdict != facts->blamed->verdict) ||
		    (row->cause && row->cause != cause) || (row->applies && !row->applies(facts)))
			continue;
		snprintf(
			buf, ADVICE_BYTES,
			"Ask the other nodes whether it can happen there, too: `ssh NODE sudo rstblame "
			"--exposure` traces nothing, and lists %s where it can (exit status 0: it "
			"cannot). `--root DIR` asks an unpacked sosreport.",
			row->finding);
		return buf;
	}
	return NULL;
}
