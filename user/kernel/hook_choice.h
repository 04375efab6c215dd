/* SPDX-License-Identifier: GPL-2.0-only */
/* Which hook a probe gets on this kernel: by what is there (symbols, BTF, modules),
 * never by a version. Pure. */
#ifndef RSTBLAME_KERNEL_HOOK_CHOICE_H
#define RSTBLAME_KERNEL_HOOK_CHOICE_H

#include "kernel/kallsyms.h"
#include "kernel/probes.h"

/* What the choice for one probe depends on, besides the symbol. */
struct hook_facts {
	bool allows_fentry;    /* not refused before, and the user lets a module be pinned */
	bool has_btf;          /* of the symbol's module, or of the kernel */
	bool is_module_loaded; /* the probe's; true for one of the kernel's own functions */
};

struct hook_choice {
	const struct hook *hook; /* NULL: none can be had */
	char symbol[64];         /* to be probed */
};

/* Fills `choice`, and `result` where there is nothing to choose: the probe waits for
 * its module, or is missing, and why. At most one hook is chosen, and one symbol: a
 * removal cannot be seen twice. */
void hook_choice_make(const struct probe *probe, const struct symbol *symbol,
		      const struct hook_facts *facts, struct hook_choice *choice,
		      struct probe_result *result);

#endif
