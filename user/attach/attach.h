/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Loaded programs on the kernel's functions: each probe by what was chosen for it, and
 * what the kernel says of the runs that it skipped.
 */
#ifndef RSTBLAME_ATTACH_ATTACH_H
#define RSTBLAME_ATTACH_ATTACH_H

#include <stddef.h>
#include <stdint.h>

#include "kernel/hook_choice.h"
#include "kernel/probes.h"

struct bpf_link;
struct bpf_object;

enum {
	ATTACH_LINKS_MAX = EVENT_PROBES * 16, /* modules may come and go a few times */
	ATTACH_COUNTED_MAX = ATTACH_LINKS_MAX,
};

/* Zeroed, it holds nothing. */
struct attachments {
	struct attach_link {
		enum event_probe probe;
		struct bpf_link *link;
	} links[ATTACH_LINKS_MAX];
	size_t links_count;
	/* Programs whose missed runs are lost events. */
	struct attach_counted {
		enum event_probe probe;
		int fd; /* borrowed */
	} counted[ATTACH_COUNTED_MAX];
	size_t counted_count;
};

/* Attaches the loaded object's programs that were chosen; `results` (EVENT_PROBES of
 * them) tells what became of each. */
void attach_all(struct attachments *attachments, struct bpf_object *object,
		const struct hook_choice *choices, struct probe_result *results);

/* Takes all of them out again, or that probe's. Before their objects are destroyed. */
void attach_release(struct attachments *attachments);
void attach_release_probe(struct attachments *attachments, enum event_probe probe);

/* Adds the runs that the kernel skipped, by probe. */
void attach_add_misses(const struct attachments *attachments, uint64_t lost[EVENT_PROBES]);

#endif
