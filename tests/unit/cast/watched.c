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
