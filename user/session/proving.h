/* SPDX-License-Identifier: GPL-2.0-only */
/* The canary is played and listened to, before a window is said to be open and for --check. */
#ifndef RSTBLAME_SESSION_PROVING_H
#define RSTBLAME_SESSION_PROVING_H

#include "attach/rings.h"
#include "session/canary.h"

struct proving {
	struct probe_result *probes; /* EVENT_PROBES of them: attached becomes proven, or blind */
	struct provoked provoked;
	struct canary canary, again; /* the second where a hook was replaced */
	uint32_t netns_before;       /* of the first then */
};

/* Of nothing begun. */
#define PROVING_IDLE                                                                               \
	{                                                                                          \
		.canary = CANARY_NONE, .again = CANARY_NONE                                        \
	}

/* Waits for what was provoked until `limit_ns` from now, or until all was seen. The rings hand
 * on to proving_take() meanwhile, and by it everything else is dropped: it is before the
 * window. A probe whose event alone did not come gets another function to probe, where it has
 * one, and all is provoked once more. `is_patient`: what did not come until then is blind;
 * else it is not proven. */
void proving_run(struct proving *p, struct loader *loader, struct rings *rings, uint64_t limit_ns,
		 bool is_patient);

/* True: it is the canary's, which is no news of this node. */
bool proving_take(struct proving *p, const struct observation *seen);

/* The namespace goes, after the rings were read for the last time. */
void proving_end(struct proving *p);

#endif
