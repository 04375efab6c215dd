/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What /proc still knows of an actor when his event arrives: executable, unit,
 * container. He may be gone by then, or his pid another's; then the fields stay
 * empty, never wrong.
 */
#ifndef RSTBLAME_NODE_PROCESS_H
#define RSTBLAME_NODE_PROCESS_H

#include "model/observation.h"

/* Completes an actor whose pid and start time are known, if he is still there; and the
 * names of his container, if that is known. */
void process_describe_actor(struct actor *actor);

/* Completes the actor of an address, link or act event in place. */
void process_describe_observation(struct observation *seen);

/* The systemd unit and the container id of a cgroup path ("0::/system.slice/
 * ssh.service"). Pure; leaves alone what the path does not say. */
void process_from_cgroup(const char *path, struct actor *actor);

#endif
