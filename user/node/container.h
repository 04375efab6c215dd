/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a container is called, from the files that its runtime leaves on this machine;
 * no daemon is asked. Docker, containerd and CRI-O under Kubernetes, Podman (as root).
 */
#ifndef RSTBLAME_NODE_CONTAINER_H
#define RSTBLAME_NODE_CONTAINER_H

#include "model/observation.h"

/* Fills container_name and pod of an actor by his container's id. What no file says is
 * left empty. `root` is put before each path: "" but for tests. */
void container_name(const char *root, struct actor *actor);

#endif
