// SPDX-License-Identifier: GPL-2.0-only
/* Programs that come later than the first: where fentry is refused, and for modules that
 * come while rstblame runs. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "attach/private.h"

static int share_maps(struct bpf_object *object, struct bpf_object *first)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object)
	{
		struct bpf_map *shared = bpf_object__find_map_by_name(first, bpf_map__name(map));
		int err = shared ? bpf_map__reuse_fd(map, bpf_map__fd(shared)) : -ENOENT;

		if (err)
			return err;
	}
	return 0;
}

/* The object once more, with those programs only, on the first one's maps. */
static struct rstblame_bpf *open_late(struct loader *loader, const struct hook_choice *choices,
				      int *err)
{
	struct rstblame_bpf *skel = loader_open_object(loader, choices);

	if (!skel) {
		*err = -errno;
		return NULL;
	}
	*err = share_maps(skel->obj, loader->skel->obj);
	if (!*err)
		*err = loader_load(loader, skel, choices);
	if (!*err)
		return skel;
	rstblame_bpf__destroy(skel);
	return NULL;
}

/* Loads and attaches them. 0 when they could be loaded; `results` tells of each. */
static int attach_late(struct loader *loader, const struct hook_choice *choices,
		       struct probe_result *results)
{
	struct rstblame_bpf *skel = NULL;
	int err = -ENOSPC;

	if (loader->late_count < LATE_MAX)
		skel = open_late(loader, choices, &err);
	if (!skel) {
		loader_mark_all(results, choices, err);
		return err;
	}
	loader->late[loader->late_count++] = skel;
	attach_all(&loader->attachments, skel->obj, choices, results);
	return 0;
}

/* For the part of a split function nothing stands in: the whole would see nothing. */
static bool is_refused(const struct hook_choice *chosen, const struct probe_result *result)
{
	return chosen->hook && chosen->hook->how != HOOK_KPROBE_PART &&
	       result->state == PROBE_MISSING;
}

/* The next hook each for those of the chosen that the kernel refused, and for no other:
 * nothing is seen two ways at once. */
void loader_fall_back(struct loader *loader, const struct hook_choice *chosen,
		      struct probe_result *results)
{
	struct hook_choice choices[EVENT_PROBES] = { 0 };
	struct probe_result now[EVENT_PROBES];
	bool is_any = false;

	for (size_t i = 0; i < EVENT_PROBES; i++)
		is_any |= is_refused(&chosen[i], &results[i]);
	if (!is_any || plan_make(&loader->plan, loader->allows_fentry, chosen, choices, now))
		return;
	is_any = false;
	for (size_t i = 0; i < EVENT_PROBES; i++) {
		if (!is_refused(&chosen[i], &results[i]))
			choices[i].hook = NULL;
		is_any |= choices[i].hook != NULL;
	}
	if (is_any)
		attach_late(loader, choices, results);
}

/* ---- functions that are not called ---- */

size_t loader_replace(struct loader *loader, const bool *silent, struct probe_result *results)
{
	struct hook_choice refused[EVENT_PROBES] = { 0 }, choices[EVENT_PROBES] = { 0 };
	struct probe_result now[EVENT_PROBES];
	size_t replaced = 0;

	for (size_t i = 0; i < EVENT_PROBES; i++)
		if (silent[i])
			refused[i].hook = probe_last_on_function(&probes[i], results[i].symbol);
	if (plan_make(&loader->plan, loader->allows_fentry, refused, choices, now))
		return 0;
	for (enum event_probe i = 0; i < EVENT_PROBES; i++) {
		if (!refused[i].hook)
			choices[i].hook = NULL;
		if (!choices[i].hook)
			continue;
		attach_release_probe(&loader->attachments, i);
		replaced++;
	}
	if (replaced)
		attach_late(loader, choices, results);
	loader_forget_plan(loader);
	loader_note_results(loader, results);
	return replaced;
}

/* ---- modules that come and go ---- */

static bool is_of_module(size_t probe, const char *module)
{
	return probes[probe].module && !strcmp(probes[probe].module, module);
}

/* What was chosen of the probes that wait for it; the others' results stay. */
static int choose_waiting(struct loader *loader, const char *module, bool allow_fentry,
			  struct hook_choice *choices, struct probe_result *results)
{
	struct probe_result now[EVENT_PROBES];
	int err = plan_make(&loader->plan, allow_fentry, NULL, choices, now);

	for (size_t i = 0; i < EVENT_PROBES && !err; i++) {
		if (is_of_module(i, module) && results[i].state == PROBE_WAITS)
			results[i] = now[i];
		else
			choices[i].hook = NULL;
	}
	return err;
}

size_t loader_attach_module(struct loader *loader, const char *module, struct probe_result *results)
{
	struct hook_choice choices[EVENT_PROBES] = { 0 };
	struct probe_result before[EVENT_PROBES];
	size_t attached = 0;
	int err = -EINVAL;

	memcpy(before, results, sizeof(before));
	/* By fentry; if that cannot be loaded, by kprobe. */
	for (int with_fentry = loader->allows_fentry; err && with_fentry >= 0; with_fentry--) {
		memcpy(results, before, sizeof(before));
		err = choose_waiting(loader, module, with_fentry, choices, results);
		if (!err)
			err = attach_late(loader, choices, results);
		if (!err)
			loader_fall_back(loader, choices, results);
	}
	loader_forget_plan(loader);
	loader_note_results(loader, results);
	for (size_t i = 0; i < EVENT_PROBES; i++)
		attached += choices[i].hook && probe_is_attached(results[i].state);
	return attached;
}

size_t loader_forget_module(struct loader *loader, const char *module, struct probe_result *results)
{
	size_t forgotten = 0;

	(void)loader; /* its links are dead and are closed in the end */
	for (size_t i = 0; i < EVENT_PROBES; i++) {
		if (!is_of_module(i, module) || !probe_is_attached(results[i].state))
			continue;
		memset(&results[i], 0, sizeof(results[i]));
		results[i].state = PROBE_WAITS;
		snprintf(results[i].why, sizeof(results[i].why), "%s was unloaded", module);
		forgotten++;
	}
	return forgotten;
}
