/* SPDX-License-Identifier: GPL-2.0-only */
/* The loader's own: what loader.c (the start) and attach/late.c (programs that come
 * later) share. */
#ifndef RSTBLAME_ATTACH_PRIVATE_H
#define RSTBLAME_ATTACH_PRIVATE_H

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "attach/attach.h"
#include "attach/bpf_object.h"
#include "attach/loader.h"
#include "attach/plan.h"
#include "bpf/event.h" /* before the skeleton, which holds its types */
#include "rstblame.skel.h"

enum { LATE_MAX = 64 };

struct loader {
	struct rstblame_bpf *skel;
	/* Programs for modules that came later: the same object again, on the first
	 * one's maps. */
	struct rstblame_bpf *late[LATE_MAX];
	size_t late_count;
	struct attachments attachments;
	struct plan plan;
	struct symbolizer *names; /* read at the start, until they are taken; NULL: none */
	struct btf *btf;          /* the kernel's, for names; NULL until asked */
	bool is_btf_tried;
	struct object_types opened;
	const char *btf_path;
	bool with_stacks;
	bool counts_syns;
	bool counts_at_end;
	bool allows_fentry; /* the object was loaded with them */
	bool kprobes_are_off;
};

/* The object with the chosen programs, as the plan has it, not yet loaded. NULL and
 * errno. The caller destroys it. */
struct rstblame_bpf *loader_open_object(struct loader *loader, const struct hook_choice *choices);

/* With the functions that were chosen. 0 or -errno. */
int loader_load(const struct loader *loader, struct rstblame_bpf *skel,
		const struct hook_choice *choices);

/* What is of use while programs are chosen and loaded only. */
void loader_forget_plan(struct loader *loader);

/* For loader_counts_at_end(), after probes were attached; and those that are disarmed are
 * blind. */
void loader_note_results(struct loader *loader, struct probe_result *results);

/* None of the chosen could be had: -errno. */
void loader_mark_all(struct probe_result *results, const struct hook_choice *choices, int err);

/* The next hook each for those of the chosen that the kernel refused. */
void loader_fall_back(struct loader *loader, const struct hook_choice *chosen,
		      struct probe_result *results);

#endif
