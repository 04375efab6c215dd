/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is not needed for what was asked is given up: capabilities (node/holdings.h), new ones
 * by what is executed (no_new_privs), system calls (base/system_calls.h). The user stays who
 * he is. Each mode calls one of these once, before it starts a thread; COMMAND's process was
 * made before (base/job.h) and keeps what it has.
 */
#ifndef RSTBLAME_SESSION_LEAST_PRIVILEGE_H
#define RSTBLAME_SESSION_LEAST_PRIVILEGE_H

#include <stdbool.h>

struct options;

/* A window, or --check: what attaching and watching need. False: no system call is refused,
 * which was said. */
bool least_privilege_to_attach(const struct options *options);

/* When all is attached. With `may_attach_later` what that needs is kept. */
void least_privilege_attached(const struct options *options, bool may_attach_later);

/* Nothing is attached: --audit, whose outputs are open. With `walks` what walking over the sockets
 * needs is kept (attach/socket_iterator.h). */
void least_privilege_to_look(const struct options *options, bool walks);

/* Nothing of this node is looked at: -r, whose files are open. */
void least_privilege_to_read(const struct options *options);

#endif
