// SPDX-License-Identifier: GPL-2.0-only
#include "cast/watched.h"

struct watch w;

int watched_begin(void **state)
{
	(void)state;
	watch_begin(&w);
	return 0;
}

int watched_end(void **state)
{
	(void)state;
	watch_end(&w);
	return 0;
}

void watched_delete(const struct flow *flow)
{
	see(&w, make_act(9, CAUSE_USER_DELETE, NULL, 0, &conntrack_command));
	see(&w, make_removal(9, CAUSE_USER_DELETE, flow));
	see(&w, make_act_end(9, 1, 1));
	pass(&w, MS(5));
}
