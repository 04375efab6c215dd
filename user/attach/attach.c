// SPDX-License-Identifier: GPL-2.0-only
#include "attach/attach.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static struct bpf_link *link_program(struct bpf_program *program, enum hook_how how, bool at_exit,
				     const char *symbol)
{
	switch (how) {
	case HOOK_FENTRY:
		return bpf_program__attach_trace(program);
	case HOOK_TRACEPOINT:
		return bpf_program__attach_raw_tracepoint(program, symbol);
	default:
		return bpf_program__attach_kprobe(program, at_exit, symbol);
	}
}

static int attach_program(struct attachments *attachments, struct bpf_object *object,
			  enum event_probe probe, const char *name, enum hook_how how, bool at_exit,
			  const char *symbol)
{
	struct bpf_program *program = bpf_object__find_program_by_name(object, name);
	struct bpf_link *link;

	if (!program)
		return -ENOENT;
	if (attachments->links_count == ATTACH_LINKS_MAX)
		return -ENOSPC;
	link = link_program(program, how, at_exit, symbol);
	if (!link)
		return -errno;
	attachments->links[attachments->links_count++] = (struct attach_link){ probe, link };
	return 0;
}

/* Half of a probe is none: another hook may take its place. */
static void detach_since(struct attachments *attachments, size_t count)
{
	while (attachments->links_count > count)
		bpf_link__destroy(attachments->links[--attachments->links_count].link);
}

static void attach_probe(struct attachments *attachments, struct bpf_object *object,
			 enum event_probe probe, const struct hook_choice *choice,
			 struct probe_result *result)
{
	const struct hook *hook = choice->hook;
	size_t links_before = attachments->links_count;
	int err = 0;

	if (!hook)
		return;
	/* The end first: an end without its beginning is ignored, not misread. */
	if (hook->exit)
		err = attach_program(attachments, object, probe, hook->exit, hook->how, true,
				     choice->symbol);
	if (!err)
		err = attach_program(attachments, object, probe, hook->entry, hook->how, false,
				     choice->symbol);
	snprintf(result->symbol, sizeof(result->symbol), "%s", choice->symbol);
	if (err) {
		detach_since(attachments, links_before);
		result->state = PROBE_MISSING;
		result->err = err;
		snprintf(result->why, sizeof(result->why), "the kernel refuses %s on %s: %s",
			 hook_how_name(hook->how), choice->symbol, strerror(-err));
		return;
	}
	result->how = hook->how;
	result->err = 0;
	result->why[0] = '\0';
	result->state = PROBE_ATTACHED;
}

/* The kernel skips an fentry program that is running on that CPU already: a softirq
 * removes an entry while it looks at another (9ed9e9ba2337 ("bpf: Count the number of
 * times recursion was prevented", 5.12)). A kprobe's it skips while any kprobe's runs
 * there, which trace_call_bpf() counts from 6.7 on. Each is a lost event, unless the probe
 * forgives it. */
static void count_misses(struct attachments *attachments, struct bpf_object *object, size_t probe,
			 const struct hook_choice *choice, const struct probe_result *result)
{
	if (probes[probe].forgives_skips || result->state != PROBE_ATTACHED || !choice->hook ||
	    attachments->counted_count == ATTACH_COUNTED_MAX)
		return;
	attachments->counted[attachments->counted_count++] = (struct attach_counted){
		.probe = (enum event_probe)probe,
		.fd = bpf_program__fd(
			bpf_object__find_program_by_name(object, choice->hook->entry)),
	};
}

static void note_gap(const struct hook_choice *choice, struct probe_result *result)
{
	if (choice->hook && result->state == PROBE_ATTACHED)
		snprintf(result->why, sizeof(result->why), "%s", choice->gap);
}

/* Resets last: none may be seen whose removal could not have been. */
void attach_all(struct attachments *attachments, struct bpf_object *object,
		const struct hook_choice *choices, struct probe_result *results)
{
	for (size_t i = EVENT_PROBES; i-- > 0;) {
		attach_probe(attachments, object, i, &choices[i], &results[i]);
		count_misses(attachments, object, i, &choices[i], &results[i]);
		note_gap(&choices[i], &results[i]);
	}
}

void attach_release(struct attachments *attachments)
{
	detach_since(attachments, 0);
	attachments->counted_count = 0;
}

void attach_release_probe(struct attachments *attachments, enum event_probe probe)
{
	size_t kept = 0;

	for (size_t i = 0; i < attachments->links_count; i++) {
		if (attachments->links[i].probe == probe)
			bpf_link__destroy(attachments->links[i].link);
		else
			attachments->links[kept++] = attachments->links[i];
	}
	attachments->links_count = kept;
	kept = 0;
	for (size_t i = 0; i < attachments->counted_count; i++)
		if (attachments->counted[i].probe != probe)
			attachments->counted[kept++] = attachments->counted[i];
	attachments->counted_count = kept;
}

void attach_add_misses(const struct attachments *attachments, uint64_t lost[EVENT_PROBES])
{
	for (size_t i = 0; i < attachments->counted_count; i++) {
		struct bpf_prog_info info = { 0 };
		__u32 size = sizeof(info);

		if (!bpf_obj_get_info_by_fd(attachments->counted[i].fd, &info, &size))
			lost[attachments->counted[i].probe] += info.recursion_misses;
	}
}
