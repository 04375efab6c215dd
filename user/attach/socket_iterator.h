/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The walk over all sockets (bpf/sockets.bpf.c), where this kernel has BPF iterators: an object
 * of its own, so that the start of a window need not wait for it. Nothing is attached.
 */
#ifndef RSTBLAME_ATTACH_SOCKET_ITERATOR_H
#define RSTBLAME_ATTACH_SOCKET_ITERATOR_H

#include "node/socket_walk.h"

struct socket_iterator;

enum { SOCKET_ITERATOR_WHY_BYTES = 128 };

/* Not loaded: walks of it give -ENODEV until it is. NULL when out of memory. */
struct socket_iterator *socket_iterator_new(void);
void socket_iterator_free(struct socket_iterator *iterator); /* NULL is fine */

/* 0, or -errno with the reason in `why`, in words. As loading programs it needs CAP_BPF and
 * CAP_PERFMON; to walk then needs none (before Linux 6.0 CAP_BPF: bpf() asked all of its callers). In
 * the main thread. */
int socket_iterator_load(struct socket_iterator *iterator, char why[SOCKET_ITERATOR_WHY_BYTES]);

/* As long as the iterator is there, from any thread. */
struct socket_walk socket_iterator_walk(struct socket_iterator *iterator);

#endif
