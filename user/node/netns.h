/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RSTBLAME_NODE_NETNS_H
#define RSTBLAME_NODE_NETNS_H

#include <stddef.h>
#include <stdint.h>

/* The inode number of a network namespace given by its name (as `ip netns` knows
 * it), the path of its file, or the pid of a process in it. 0, or -errno. */
int netns_find(const char *text, uint32_t *inum);

/* That of this process; 0 when /proc does not tell. */
uint32_t netns_own(void);

/* What `ip netns` calls it; "" for no name. */
void netns_name(uint32_t inum, char *name, size_t size);

/* Puts this thread into the namespace with that inode number. Returns what
 * netns_leave() takes, or -errno: -ESRCH when it has no name and no process by now. Not
 * for the thread that drains the rings: see node/netns_opener.h. */
int netns_enter(uint32_t inum);
/* And back. 0, or -errno with the privilege gone: then the thread should end. */
int netns_leave(int entered);

#endif
