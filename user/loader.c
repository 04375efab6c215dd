// SPDX-License-Identifier: GPL-2.0-only
#include "loader.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/membarrier.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../bpf/event.h" /* before the skeleton, which holds its types */
#include "choice.h"
#include "kernelsymbols.h"
#include "kerneltypes.h"
#include "modules.h"
#include "object.h"
#include "privilege.h"
#include "rstblame.skel.h"
#include "targets.h"

#define CONNTRACK_COUNT "/proc/sys/net/netfilter/nf_conntrack_count"
#define REASON_PREFIX "SK_RST_REASON_"

/* Each byte is kernel memory for as long as rstblame runs. The flush ring has room
 * for one flush of the whole table while the reader is held up; at most 48 MiB,
 * which is a million IPv4 entries. The others take what happens one by one. */
enum {
	FLUSH_SLOTS_MIN = 1 << 14,
	FLUSH_SLOTS_MAX = 1 << 20,
	STATE_RING_BYTES = 8 << 20,
	RESET_RING_BYTES = 4 << 20,
	LINKS_MAX = EVENT_PROBES * 16, /* modules may come and go a few times */
	LATE_MAX = 64,
	COUNTED_MAX = 16,
};

struct loader {
	struct rstblame_bpf *skel;
	/* Programs for modules that came later: the same object again, on the first
	 * one's maps. */
	struct rstblame_bpf *late[LATE_MAX];
	size_t late_count;
	struct bpf_link *links[LINKS_MAX];
	size_t links_count;
	/* fentry programs whose missed runs are lost events. */
	struct counted {
		enum event_probe probe;
		int fd; /* borrowed */
	} counted[COUNTED_MAX];
	size_t counted_count;
	struct btf *btf; /* the kernel's, for names; NULL until asked */
	bool is_btf_tried;
	struct object_types opened;
	struct kerneltypes *types; /* while programs are chosen and loaded */
	const char *btf_path;
	bool with_stacks;
	bool counts_syns;
	bool no_pin;
	bool is_thorough;   /* /proc/kallsyms was asked */
	bool allows_fentry; /* the object was loaded with them */
	/* Of the last choice: what fentry attaches to. */
	struct target targets[EVENT_PROBES];
	char modules[EVENT_PROBES][32];
	struct target_variables target_variables;
	struct kernelvariables variables;
};

/* ---- libbpf's messages: kept back, since ours say what to do ---- */

static bool print_libbpf;

static int take_message(enum libbpf_print_level level, const char *format, va_list args)
{
	if (print_libbpf && level != LIBBPF_DEBUG)
		vfprintf(stderr, format, args);
	return 0;
}

/* ---- prepare: choose hooks ---- */

static bool has_btf(void)
{
	return access("/sys/kernel/btf/vmlinux", R_OK) == 0;
}

/* Types are asked for only where they are of use, for that takes its time. */
static void find_targets(struct loader *loader, const struct symbol *symbols, bool allow_fentry)
{
	for (size_t i = 0; i < EVENT_PROBES; i++) {
		bool may_be_pinned = allow_fentry && !(loader->no_pin && probes[i].module);

		snprintf(loader->modules[i], sizeof(loader->modules[i]), "%s", symbols[i].module);
		loader->targets[i] = (struct target){
			.function = may_be_pinned && symbols[i].is_exact ? probes[i].symbol : NULL,
			.module = loader->modules[i],
		};
	}
	if (allow_fentry)
		targets_find(loader->targets, EVENT_PROBES, loader->types);
	targets_find_variables(&loader->target_variables, loader->types);
}

/* What the object reads may be a module's own. */
static void read_types(struct loader *loader)
{
	if (!loader->types)
		loader->types = kerneltypes_read();
	for (size_t i = 0; i < EVENT_PROBES && loader->types; i++)
		if (probes[i].module && module_is_loaded(probes[i].module))
			kerneltypes_of(loader->types, probes[i].module);
}

static void forget_types(struct loader *loader)
{
	kerneltypes_free(loader->types);
	loader->types = NULL;
	malloc_trim(0); /* megabytes, not to be had until they are needed again */
	if (loader->opened.fd >= 0)
		close(loader->opened.fd);
	loader->opened.fd = -1;
}

static struct rstblame_bpf *open_object(struct loader *loader)
{
	if (loader->opened.fd >= 0)
		close(loader->opened.fd);
	loader->opened = (struct object_types){
		.path = loader->btf_path,
		.kernel = loader->types,
	};
	return object_open(&loader->opened);
}

static int choose_hooks(struct loader *loader, bool allow_fentry, struct choice *choices,
			struct probe_result *results)
{
	struct symbol symbols[EVENT_PROBES];
	int err;

	read_types(loader);
	err = kernelsymbols_find(loader->types, &loader->is_thorough, symbols, &loader->variables);
	if (err)
		return err;
	find_targets(loader, symbols, allow_fentry);
	for (size_t i = 0; i < EVENT_PROBES; i++) {
		const struct probe *probe = &probes[i];
		struct choice_facts facts = {
			.allows_fentry = allow_fentry && !(loader->no_pin && probe->module),
			.has_btf = loader->targets[i].type_id != 0,
			.is_module_loaded = !probe->module || module_is_loaded(probe->module),
		};

		choice_make(probe, &symbols[i], &facts, &choices[i], &results[i]);
	}
	return 0;
}

static void enable(struct bpf_object *object, const char *program)
{
	struct bpf_program *p = program ? bpf_object__find_program_by_name(object, program) : NULL;

	if (p)
		bpf_program__set_autoload(p, true);
}

static void enable_chosen(struct bpf_object *object, const struct choice *choices)
{
	for (size_t i = 0; i < EVENT_PROBES; i++) {
		if (!choices[i].hook)
			continue;
		enable(object, choices[i].hook->entry);
		enable(object, choices[i].hook->exit);
	}
}

static uint64_t read_conntrack_count(void)
{
	FILE *file = fopen(CONNTRACK_COUNT, "re");
	unsigned long long count = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%llu", &count) != 1)
		count = 0;
	fclose(file);
	return count;
}

/* Twice what there is now: the table may grow. */
static uint32_t flush_slots(void)
{
	uint64_t count = read_conntrack_count();
	uint32_t slots = FLUSH_SLOTS_MIN;

	while (slots < count * 2 && slots < FLUSH_SLOTS_MAX)
		slots *= 2;
	return slots;
}

static int prepare(struct loader *loader, const struct choice *choices)
{
	uint32_t slots;

	loader->skel = open_object(loader);
	if (!loader->skel)
		return -errno;
	enable_chosen(loader->skel->obj, choices);
	loader->skel->rodata->with_stacks = loader->with_stacks;
	loader->skel->rodata->counts_syns = loader->counts_syns;
	loader->skel->rodata->preempt_count_offset = loader->variables.preempt_count_offset;
	loader->skel->rodata->pcpu_hot_offset = loader->variables.pcpu_hot_offset;
	loader->skel->rodata->per_cpu_offsets_address = loader->variables.per_cpu_offsets_address;
	slots = flush_slots();
	loader->skel->rodata->flush_mask = slots - 1;
	loader->skel->bss->flush.limit = slots;
	bpf_map__set_max_entries(loader->skel->maps.flush_slots, slots);
	bpf_map__set_max_entries(loader->skel->maps.state_events, STATE_RING_BYTES);
	bpf_map__set_max_entries(loader->skel->maps.reset_events, RESET_RING_BYTES);
	return 0;
}

static int load(const struct loader *loader, struct rstblame_bpf *skel)
{
	int err;

	targets_use(loader->targets, EVENT_PROBES, &loader->target_variables);
	err = rstblame_bpf__load(skel);
	targets_use(NULL, 0, NULL);
	return err;
}

/* ---- attach ---- */

static int attach_program(struct loader *loader, struct bpf_object *object, const char *name,
			  enum hook_how how, bool at_exit, const char *symbol)
{
	struct bpf_program *program = bpf_object__find_program_by_name(object, name);
	struct bpf_link *link;

	if (!program)
		return -ENOENT;
	if (loader->links_count == LINKS_MAX)
		return -ENOSPC;
	link = how == HOOK_FENTRY ? bpf_program__attach_trace(program) :
				    bpf_program__attach_kprobe(program, at_exit, symbol);
	if (!link)
		return -errno;
	loader->links[loader->links_count++] = link;
	return 0;
}

/* Half of a probe is none: another hook may take its place. */
static void detach_since(struct loader *loader, size_t count)
{
	while (loader->links_count > count)
		bpf_link__destroy(loader->links[--loader->links_count]);
}

static void attach_probe(struct loader *loader, struct bpf_object *object,
			 const struct choice *choice, struct probe_result *result)
{
	const struct hook *hook = choice->hook;
	size_t links_before = loader->links_count;
	int err = 0;

	if (!hook)
		return;
	/* The end first: an end without its beginning is ignored, not misread. */
	if (hook->exit)
		err = attach_program(loader, object, hook->exit, hook->how, true, choice->symbol);
	if (!err)
		err = attach_program(loader, object, hook->entry, hook->how, false, choice->symbol);
	snprintf(result->symbol, sizeof(result->symbol), "%s", choice->symbol);
	if (err) {
		detach_since(loader, links_before);
		result->state = PROBE_MISSING;
		snprintf(result->why, sizeof(result->why), "the kernel refuses %s on %s: %s",
			 hook_how_name(hook->how), choice->symbol, strerror(-err));
		return;
	}
	result->how = hook->how;
	result->state = PROBE_ATTACHED;
}

/* The kernel skips a program that is running on that CPU already: a softirq removes an
 * entry while it looks at another (9ed9e9ba2337 ("bpf: Count the number of times
 * recursion was prevented", 5.12)). Kprobes have no such count. */
static void count_misses(struct loader *loader, struct bpf_object *object, size_t probe,
			 const struct choice *choice, const struct probe_result *result)
{
	bool is_needed = probe == EVENT_PROBE_REMOVAL || probe == EVENT_PROBE_ENTRY;

	if (!is_needed || result->state != PROBE_ATTACHED || !choice->hook ||
	    choice->hook->how != HOOK_FENTRY || loader->counted_count == COUNTED_MAX)
		return;
	loader->counted[loader->counted_count++] = (struct counted){
		.probe = (enum event_probe)probe,
		.fd = bpf_program__fd(
			bpf_object__find_program_by_name(object, choice->hook->entry)),
	};
}

/* Resets last: none may be seen whose removal could not have been. */
static void attach_all(struct loader *loader, struct bpf_object *object,
		       const struct choice *choices, struct probe_result *results)
{
	for (size_t i = EVENT_PROBES; i-- > 0;) {
		attach_probe(loader, object, &choices[i], &results[i]);
		count_misses(loader, object, i, &choices[i], &results[i]);
	}
}

/* ---- open ---- */

static void detach(struct loader *loader)
{
	detach_since(loader, 0);
	loader->counted_count = 0;
	for (size_t i = 0; i < loader->late_count; i++)
		rstblame_bpf__destroy(loader->late[i]);
	loader->late_count = 0;
	rstblame_bpf__destroy(loader->skel);
	loader->skel = NULL;
}

static void mark_all(struct probe_result *results, const struct choice *choices, const char *why)
{
	for (size_t i = 0; i < EVENT_PROBES; i++) {
		if (!choices[i].hook)
			continue;
		results[i].state = PROBE_MISSING;
		snprintf(results[i].symbol, sizeof(results[i].symbol), "%s", choices[i].symbol);
		snprintf(results[i].why, sizeof(results[i].why), "%s", why);
	}
}

/* ---- programs that come later, on the first object's maps ---- */

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
static struct rstblame_bpf *open_late(struct loader *loader, const struct choice *choices, int *err)
{
	struct rstblame_bpf *skel = open_object(loader);

	if (!skel) {
		*err = -errno;
		return NULL;
	}
	enable_chosen(skel->obj, choices);
	*err = share_maps(skel->obj, loader->skel->obj);
	if (!*err)
		*err = load(loader, skel);
	if (!*err)
		return skel;
	rstblame_bpf__destroy(skel);
	return NULL;
}

/* Loads and attaches them. 0 when they could be loaded; `results` tells of each. */
static int attach_late(struct loader *loader, const struct choice *choices,
		       struct probe_result *results)
{
	struct rstblame_bpf *skel = NULL;
	int err = -ENOSPC;

	if (loader->late_count < LATE_MAX)
		skel = open_late(loader, choices, &err);
	if (!skel) {
		mark_all(results, choices, strerror(-err));
		return err;
	}
	loader->late[loader->late_count++] = skel;
	attach_all(loader, skel->obj, choices, results);
	return 0;
}

static bool is_refused(const struct choice *chosen, const struct probe_result *result)
{
	return chosen->hook && chosen->hook->how == HOOK_FENTRY && result->state == PROBE_MISSING;
}

/* A kprobe each for those of the chosen whose fentry the kernel refused, and for no
 * other: nothing is seen two ways at once. */
static void fall_back(struct loader *loader, const struct choice *chosen,
		      struct probe_result *results)
{
	struct choice choices[EVENT_PROBES] = { 0 };
	struct probe_result now[EVENT_PROBES];
	bool is_any = false;

	for (size_t i = 0; i < EVENT_PROBES; i++)
		is_any |= is_refused(&chosen[i], &results[i]);
	if (!is_any || choose_hooks(loader, false, choices, now))
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

/* Loads what was chosen: 0, or what the kernel said to it. `results` tells what could
 * be attached. */
static int try_open(struct loader *loader, bool allow_fentry, struct probe_result *results)
{
	struct choice choices[EVENT_PROBES] = { 0 };
	int err = targets_register();

	if (!err)
		err = choose_hooks(loader, allow_fentry, choices, results);
	if (!err)
		err = prepare(loader, choices);
	if (!err)
		err = load(loader, loader->skel);
	if (err) {
		mark_all(results, choices, strerror(-err));
		return err;
	}
	loader->allows_fentry = allow_fentry;
	attach_all(loader, loader->skel->obj, choices, results);
	if (allow_fentry)
		fall_back(loader, choices, results);
	return 0;
}

static bool has_kprobes(void)
{
	return access("/sys/bus/event_source/devices/kprobe", F_OK) == 0;
}

/* What was refused, and the cure that fits the likeliest cause. */
static void explain(int fentry_err, int kprobe_err, char why[LOADER_WHY_BYTES])
{
	bool is_locked = !strcmp(privilege_lockdown(), "confidentiality");
	char kprobes[96] = "has no kprobes (CONFIG_KPROBE_EVENTS is off)";

	if (has_kprobes())
		snprintf(kprobes, sizeof(kprobes), "kprobe programs (%s)", strerror(-kprobe_err));
	snprintf(why, LOADER_WHY_BYTES,
		 "cannot trace: this kernel refuses fentry programs (%s) and %s; %s",
		 strerror(-fentry_err), kprobes,
		 is_locked  ? "it is locked down (confidentiality): boot without lockdown" :
		 !has_btf() ? "it has no BTF: give its types with --btf FILE" :
			      probe_cure(PROBE_MISSING));
}

/* What --btf names, before it is blamed on the kernel. */
static int check_btf(const char *path, char why[LOADER_WHY_BYTES])
{
	struct btf *btf = path ? btf__parse(path, NULL) : NULL;
	int err = path && !btf ? -errno : 0;
	char reason[80];

	btf__free(btf);
	if (!err)
		return 0;
	libbpf_strerror(err, reason, sizeof(reason));
	snprintf(
		why, LOADER_WHY_BYTES,
		"cannot read kernel types from --btf %.200s: %s; give this kernel's vmlinux, or its "
		"types alone (pahole --btf_encode_detached)",
		path, reason);
	return err;
}

/* Seeing no reset at all is no run. The rest is reported as missing. */
static int require_resets(const struct probe_result *results, char why[LOADER_WHY_BYTES])
{
	const struct probe_result *r = &results[EVENT_PROBE_RESET_V4];

	if (r->state == PROBE_ATTACHED)
		return 0;
	snprintf(why, LOADER_WHY_BYTES, "cannot trace: %s; %s", r->why, probe_cure(r->state));
	return -ENOTSUP;
}

/* fentry where it works. A kernel that refuses to load such a program fails the object
 * as a whole: then kprobes for all. */
static int open_best(struct loader *loader, struct probe_result *results,
		     char why[LOADER_WHY_BYTES])
{
	int fentry_err = try_open(loader, true, results), kprobe_err;

	if (fentry_err && !loader->is_thorough) {
		loader->is_thorough = true;
		detach(loader);
		fentry_err = try_open(loader, true, results);
	}
	kprobe_err = fentry_err;
	if (fentry_err && has_kprobes()) {
		detach(loader);
		kprobe_err = try_open(loader, false, results);
	}
	if (!kprobe_err)
		return require_resets(results, why);
	explain(fentry_err, kprobe_err, why);
	return kprobe_err;
}

struct loader *loader_open(const struct loader_options *options, struct probe_result *results,
			   char why[LOADER_WHY_BYTES])
{
	struct loader *loader = calloc(1, sizeof(*loader));
	int err;

	memset(results, 0, EVENT_PROBES * sizeof(*results));
	if (!loader) {
		snprintf(why, LOADER_WHY_BYTES, "out of memory");
		return NULL;
	}
	print_libbpf = options->is_verbose;
	libbpf_set_print(take_message);
	loader->btf_path = options->btf_path;
	loader->with_stacks = options->with_stacks;
	loader->counts_syns = options->counts_syns;
	loader->no_pin = options->no_pin;
	loader->opened.fd = -1;
	err = check_btf(options->btf_path, why);
	if (!err)
		err = open_best(loader, results, why);
	forget_types(loader);
	if (!err)
		return loader;
	loader_close(loader);
	return NULL;
}

void loader_close(struct loader *loader)
{
	if (!loader)
		return;
	detach(loader);
	btf__free(loader->btf);
	free(loader);
}

/* ---- modules that come and go ---- */

static bool is_of_module(size_t probe, const char *module)
{
	return probes[probe].module && !strcmp(probes[probe].module, module);
}

/* What was chosen of the probes that wait for it; the others' results stay. */
static int choose_waiting(struct loader *loader, const char *module, bool allow_fentry,
			  struct choice *choices, struct probe_result *results)
{
	struct probe_result now[EVENT_PROBES];
	int err = choose_hooks(loader, allow_fentry, choices, now);

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
	struct choice choices[EVENT_PROBES] = { 0 };
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
		if (!err && with_fentry)
			fall_back(loader, choices, results);
	}
	forget_types(loader);
	for (size_t i = 0; i < EVENT_PROBES; i++)
		attached += choices[i].hook && results[i].state == PROBE_ATTACHED;
	return attached;
}

size_t loader_forget_module(struct loader *loader, const char *module, struct probe_result *results)
{
	size_t forgotten = 0;

	(void)loader; /* its links are dead and are closed in the end */
	for (size_t i = 0; i < EVENT_PROBES; i++) {
		if (!is_of_module(i, module) || results[i].state != PROBE_ATTACHED)
			continue;
		memset(&results[i], 0, sizeof(results[i]));
		results[i].state = PROBE_WAITS;
		snprintf(results[i].why, sizeof(results[i].why), "%s was unloaded", module);
		forgotten++;
	}
	return forgotten;
}

/* ---- what the live source reads ---- */

int loader_state_ring_fd(const struct loader *loader)
{
	return bpf_map__fd(loader->skel->maps.state_events);
}

int loader_reset_ring_fd(const struct loader *loader)
{
	return bpf_map__fd(loader->skel->maps.reset_events);
}

void loader_flush_memory(const struct loader *loader, struct flush_ring_memory *out)
{
	struct rstblame_bpf *skel = loader->skel;

	*out = (struct flush_ring_memory){
		.slots_fd = bpf_map__fd(skel->maps.flush_slots),
		.mask = skel->rodata->flush_mask,
		.head = (const uint64_t *)&skel->bss->flush.head,
		.task = (const uint64_t *)&skel->bss->flush.task,
		.limit = (uint64_t *)&skel->bss->flush.limit,
		.epoch = (uint64_t *)&skel->bss->epoch,
		.marks = skel->bss->removed_slots,
		.marks_made = (uint64_t *)&skel->bss->marks_made,
	};
}

void loader_read_lost(const struct loader *loader, uint64_t lost[EVENT_PROBES])
{
	for (size_t i = 0; i < EVENT_PROBES; i++)
		lost[i] = __atomic_load_n(&loader->skel->bss->lost[i], __ATOMIC_RELAXED);
	for (size_t i = 0; i < loader->counted_count; i++) {
		struct bpf_prog_info info = { 0 };
		__u32 size = sizeof(info);

		if (!bpf_obj_get_info_by_fd(loader->counted[i].fd, &info, &size))
			lost[loader->counted[i].probe] += info.recursion_misses;
	}
}

/* In one call: it goes through the buckets, each as it is then. Only we remove keys. */
int loader_read_syns(const struct loader *loader, bool is_other, struct event_syn_key *keys,
		     struct event_syn_count *counts)
{
	const struct bpf_map *map = is_other ? loader->skel->maps.syn_others :
					       loader->skel->maps.syn_counts;
	__u32 count = bpf_map__max_entries(map), next;

	/* ENOENT: that was the last of them. */
	if (bpf_map_lookup_batch(bpf_map__fd(map), NULL, &next, keys, counts, &count, NULL) &&
	    errno != ENOENT)
		return -errno;
	return (int)count;
}

void loader_end_syn_round(const struct loader *loader)
{
	__atomic_add_fetch(&loader->skel->bss->syn_round, 1, __ATOMIC_RELAXED);
}

uint8_t loader_syn_generation(const struct loader *loader)
{
	return loader->skel->bss->syn_generation;
}

/* membarrier() waits, as synchronize_rcu() does, until each program that was running when
 * it was called has ended; all others see the new generation. */
bool loader_next_syn_generation(const struct loader *loader)
{
	__atomic_add_fetch(&loader->skel->bss->syn_generation, 1, __ATOMIC_SEQ_CST);
	return !syscall(__NR_membarrier, MEMBARRIER_CMD_GLOBAL, 0);
}

size_t loader_delete_syns(const struct loader *loader, const struct event_syn_key *keys,
			  size_t count)
{
	int fd = bpf_map__fd(loader->skel->maps.syn_counts);
	__u32 deleted = (__u32)count;

	if (!count)
		return 0;
	/* It ends at the first that is not there; any other error is before the first. */
	return bpf_map_delete_batch(fd, keys, &deleted, NULL) && errno != ENOENT ? 0 : deleted;
}

static const char *find_enumerator(const struct btf *btf, uint32_t value)
{
	int id = btf__find_by_name_kind(btf, "sk_rst_reason", BTF_KIND_ENUM);
	const struct btf_type *type = id > 0 ? btf__type_by_id(btf, (uint32_t)id) : NULL;
	const struct btf_enum *e = type ? btf_enum(type) : NULL;

	for (int i = 0; e && i < btf_vlen(type); i++)
		if (e[i].val == (int)value)
			return btf__name_by_offset(btf, e[i].name_off);
	return NULL;
}

const char *loader_reason_name(const struct loader *loader, uint32_t reason)
{
	struct loader *l = (struct loader *)loader; /* a cache, filled once */
	const char *name;

	if (!l->is_btf_tried) {
		l->btf = l->btf_path ? btf__parse(l->btf_path, NULL) : btf__load_vmlinux_btf();
		l->is_btf_tried = true;
	}
	name = l->btf ? find_enumerator(l->btf, reason) : NULL;
	if (name && !strncmp(name, REASON_PREFIX, strlen(REASON_PREFIX)))
		name += strlen(REASON_PREFIX);
	return name;
}
