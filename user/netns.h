/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RSTBLAME_NETNS_H
#define RSTBLAME_NETNS_H

#include <stdint.h>

/* The inode number of a network namespace given by its name (as `ip netns` knows
 * it), the path of its file, or the pid of a process in it. 0, or -errno. */
int netns_find(const char *text, uint32_t *inum);

/* That of this process; 0 when /proc does not tell. */
uint32_t netns_own(void);

#endif
