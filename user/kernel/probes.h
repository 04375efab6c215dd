/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is observed: one table of purpose, hooks in the order of preference,
 * whether rstblame is worth anything without it, and what to tell the user when
 * it is missing. The attach loop, `--check` and the start line all read it.
 */
#ifndef RSTBLAME_KERNEL_PROBES_H
#define RSTBLAME_KERNEL_PROBES_H

#include <stdbool.h>
#include <stddef.h>

#include "bpf/event.h"
#include "model/sense.h"

enum hook_how {
	HOOK_NONE,
	HOOK_FENTRY,
	HOOK_KPROBE,
	HOOK_KPROBE_PART,  /* on the .part.N that the compiler split off */
	HOOK_KPROBE_CLONE, /* on a .isra.N or .constprop.N: for what reads no argument */
	HOOK_TRACEPOINT,   /* `symbol` is a tracepoint of the kernel's, not a function */
};

/* One way to see it: the kernel's function, the BPF program at its entry, and the one at
 * its return where the end matters. The alternatives of a probe may be different
 * functions, as where a kernel renamed one. */
struct hook {
	enum hook_how how;
	const char *symbol;
	const char *entry;
	const char *exit; /* NULL: none */
};

enum { PROBE_HOOKS_MAX = 5 };

struct probe {
	enum event_probe id;
	enum sense sense;
	const char *module; /* of all its functions; NULL: vmlinux */
	bool is_required;
	bool forgives_skips; /* what the kernel skips of it is no lost event: its row says why */
	struct hook hooks[PROBE_HOOKS_MAX];
};

/* In the order of enum event_probe. */
extern const struct probe probes[EVENT_PROBES];

/* The last of its hooks on the function that is probed by `symbol`, in whichever form; NULL
 * where none on another function comes after it. */
const struct hook *probe_last_on_function(const struct probe *probe, const char *symbol);

/* Its stable word in the schema. */
const char *probe_word(enum event_probe probe);

/* The function that is tried first: its name for a probe that could not be attached. */
const char *probe_symbol(enum event_probe probe);

const char *hook_how_name(enum hook_how how); /* the schema's "how" */
bool hook_is_kprobe(enum hook_how how);       /* in one form or another */

enum probe_state {
	PROBE_UNTRIED,
	PROBE_MISSING,  /* could not be attached: `why` says it */
	PROBE_WAITS,    /* its module is not loaded: there is nothing to see yet */
	PROBE_ATTACHED, /* but no event was seen of it */
	PROBE_BLIND,    /* attached, and sees nothing: `why` says how that is known */
	PROBE_PROVEN,   /* provoked, and seen */
};

/* What became of a probe on this kernel. */
struct probe_result {
	enum probe_state state;
	enum hook_how how;
	int err; /* what the kernel refused it with: -errno; 0: it was not asked */
	char symbol[64];
	char why[160];      /* also of one that is attached and does not see all */
	char unproven[112]; /* why it is attached, and not proven */
};

/* Whether its programs are on the kernel's function, and whether they see, as far as known. */
bool probe_is_attached(enum probe_state state);
bool probe_sees(enum probe_state state);

const char *probe_state_name(enum probe_state state);

/* The same, with the module that it waits for: "waits for nf_nat". Returns `out`. */
const char *probe_state_text(const struct probe *probe, enum probe_state state, char *out,
			     size_t size);

/* What to do about a probe that is missing, waits or is blind: static. */
const char *probe_cure(enum probe_state state);

/* Kprobes are disarmed, for all of the kernel: those that are attached by one are blind.
 * And the other way round. */
void probes_disarm_kprobes(struct probe_result *results);
void probes_arm_kprobes(struct probe_result *results);

/* The cure of that probe's own gap. */
const char *probe_result_cure(const struct probe_result *result);

#endif
