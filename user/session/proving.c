// SPDX-License-Identifier: GPL-2.0-only
#include "session/proving.h"

#include <time.h>

#include "attach/loader.h"
#include "base/clock.h"

/* How often the rings are looked at. */
#define LOOK_NS (5 * NSEC_PER_MSEC)

bool proving_take(struct proving *p, const struct observation *seen)
{
	if (p->netns_before && seen->netns.inum == p->netns_before)
		return true;
	if (!p->provoked.netns || seen->netns.inum != p->provoked.netns)
		return false;
	proof_observe(&p->provoked, seen, p->probes);
	return true;
}

static void play(struct proving *p, struct canary *canary, struct rings *rings, uint64_t limit_ns)
{
	struct timespec pause = { .tv_nsec = LOOK_NS };
	uint64_t over_ns;
	bool is_empty;

	canary_begin(canary, &p->provoked);
	rings_set_private(rings, p->provoked.netns);
	over_ns = clock_mono_ns() + limit_ns;
	do {
		nanosleep(&pause, NULL);
		rings_drain(rings, clock_mono_ns(), &is_empty);
	} while ((proof_waits(&p->provoked, p->probes) || rings_is_held(rings)) &&
		 clock_mono_ns() < over_ns);
}

void proving_run(struct proving *p, struct loader *loader, struct rings *rings, uint64_t limit_ns,
		 bool is_patient)
{
	bool silent[EVENT_PROBES];

	play(p, &p->canary, rings, limit_ns);
	if (proof_finds_silent(&p->provoked, p->probes, silent) &&
	    loader_replace(loader, silent, p->probes)) {
		canary_release(&p->canary);
		p->netns_before = p->provoked.netns;
		p->provoked = (struct provoked){ 0 };
		play(p, &p->again, rings, limit_ns);
	}
	proof_end(&p->provoked, is_patient, p->probes);
	rings_forget_symbols(rings);
	canary_release(&p->canary);
	canary_release(&p->again);
}

void proving_end(struct proving *p)
{
	canary_end(&p->canary);
	canary_end(&p->again);
}
