/* SPDX-License-Identifier: GPL-2.0-only */
/* Which hook a probe gets on this kernel: by what is there (symbols, BTF, modules),
 * never by a version. Pure. */
#ifndef RSTBLAME_KERNEL_HOOK_CHOICE_H
#define RSTBLAME_KERNEL_HOOK_CHOICE_H

#include "kernel/kernel_symbols.h"
#include "kernel/probes.h"

/* What the choice for one probe depends on, besides the symbols. */
struct hook_facts {
	bool allows_fentry;         /* not refused before, and the user lets a module be pinned */
	bool is_module_loaded;      /* the probe's; true for the kernel's own functions */
	const struct hook *refused; /* that one of the probe's and those before it; NULL: none */
};

struct hook_choice {
	const struct hook *hook;       /* NULL: none can be had */
	const struct symbol *function; /* of the hook; borrowed from the symbols */
	char symbol[64];               /* to be probed: the function, or the form of it */
	char gap[96];                  /* what is not seen of its calls all the same, or "" */
};

/* Fills `choice`, and `result` where there is nothing to choose: the probe waits for
 * its module, or is missing, and why. The first hook that can be had, whether its function
 * is the one before it in another form or another one. At most one is chosen, and one
 * symbol: a removal cannot be seen twice. */
void hook_choice_make(const struct probe *probe, const struct kernel_symbols *symbols,
		      const struct hook_facts *facts, struct hook_choice *choice,
		      struct probe_result *result);

#endif
