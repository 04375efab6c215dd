// SPDX-License-Identifier: GPL-2.0-only
#include "cast/advised.h"

#include <stdio.h>
#include <string.h>

struct advice_list list;

const struct actor kernel = { 0 };

bool advises(const char *words)
{
	summary_advice(&w.summary, &list);
	for (size_t i = 0; i < list.count; i++)
		if (!list.items[i].is_disproof && strstr(list.items[i].text, words))
			return true;
	return false;
}

struct actor process(const char *comm, const char *parent)
{
	struct actor actor = { .pid = 77 };

	snprintf(actor.comm, sizeof(actor.comm), "%s", comm);
	snprintf(actor.parent, sizeof(actor.parent), "%s", parent);
	return actor;
}

void lose_address(struct loss_of_address loss)
{
	struct observation gone = make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, loss.by);
	struct flow flow = masqueraded(40112);

	gone.change.by_kernel = !loss.by->pid;
	gone.change.valid_s = loss.valid_s;
	gone.change.why = (uint8_t)loss.why;
	watch_end(&w);
	watch_begin(&w);
	see(&w, gone);
	pass(&w, MS(3));
	see(&w, make_act(7, CAUSE_ADDRESS_REMOVED, "10.9.0.1", UP0, &nobody));
	see(&w, make_removal(7, CAUSE_ADDRESS_REMOVED, &flow));
	see(&w, make_act_end(7, 1, 1));
	if (loss.back) {
		pass(&w, SECONDS(1));
		see(&w, make_address(ADDRESS_ADD, "10.9.0.1", UP0, loss.back));
	}
	pass(&w, SECONDS(1));
	see_server_packet(&w, &flow);
	assert_int_equal(w.verdicts[VERDICT_ENTRY_REMOVED], 1);
}
