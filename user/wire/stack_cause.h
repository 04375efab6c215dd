/* SPDX-License-Identifier: GPL-2.0-only */
/* Kernel stacks: what a removal's stack says of its cause (KERNEL: the callers of
 * nf_ct_delete() from 5.10 to 7.3), and a stack as text. Pure. */
#ifndef RSTBLAME_WIRE_STACK_CAUSE_H
#define RSTBLAME_WIRE_STACK_CAUSE_H

#include <stdbool.h>
#include <stddef.h>

#include "model/observation.h"

/* Function names from the innermost outwards, as far as the softirq's own: what
 * it interrupted is not the cause. Compiler suffixes (.part.0, …) do not matter.
 * CAUSE_OTHER when none of them tells. */
enum cause stack_cause(const char *const *names, size_t count);

/* What the names do not tell apart, the socket does. */
struct abort_facts {
	bool is_orphaned;   /* the process had closed it before */
	bool has_linger2;   /* TCP_LINGER2 below 0 */
	bool has_linger0;   /* SO_LINGER, with 0 */
	const char *reason; /* the kernel's own; "" or NULL: none */
};

/* Why TCP aborted a connection, by who called tcp_send_active_reset() (KERNEL: from
 * 5.10 to 7.3). */
enum cause stack_abort_cause(const char *const *names, size_t count,
			     const struct abort_facts *facts);

/* Whether a listener's reset was by a request of it (KERNEL: tcp_check_req(), 5.10 to 7.3). */
bool stack_has_request(const char *const *names, size_t count);

/* "nf_ct_delete < gc_worker < …", cut where `size` ends. Returns `buf`. */
const char *stack_format(const char *const *names, size_t count, char *buf, size_t size);

#endif
