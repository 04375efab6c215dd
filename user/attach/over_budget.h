/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events of state that were more than a namespace may send in a second: the programs count
 * them (bpf/budget.bpf.h), and here they become losses of that namespace alone.
 */
#ifndef RSTBLAME_ATTACH_OVER_BUDGET_H
#define RSTBLAME_ATTACH_OVER_BUDGET_H

#include "attach/loader.h"
#include "bpf/event.h"
#include "model/source.h"

struct over_budget {
	uint64_t total;   /* as it was at the last look */
	uint64_t told_ns; /* when foreign ones were last reported */
	bool is_held;     /* some were not reported yet */
	size_t count;
	struct {
		struct event_state_key key;
		uint64_t told;
	} known[EVENT_STATE_LOSSES_MAX];
};

/* Hands on what is new. Those of foreign namespaces once a second, unless `is_end`. 0, or what
 * `take` returned. */
int over_budget_report(struct over_budget *over, const struct loader *loader, bool is_end,
		       uint64_t wall_offset_ns, source_take_fn take, void *ctx);

#endif
