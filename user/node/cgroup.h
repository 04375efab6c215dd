/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The systemd unit and the container that a cgroup path tells. Whoever has a cgroup of his
 * own (a user's manager, a service with Delegate=, a container) may make any name below it,
 * another's container too: so the outermost match counts, and only where nobody but systemd
 * and the runtimes makes groups.
 */
#ifndef RSTBLAME_NODE_CGROUP_H
#define RSTBLAME_NODE_CGROUP_H

#include "model/observation.h"

/* Of a v2 path, from the root of the hierarchy ("system.slice/ssh.service\n"). What it does
 * not tell is left as it was. */
void cgroup_read(const char *path, struct actor *actor);

/* Of the last part alone, where the process has gone with the rest: taken only of a process
 * of root's or of a system user's: anybody else may be in a group that he named himself. */
void cgroup_read_last(const char *name, struct actor *actor);

#endif
