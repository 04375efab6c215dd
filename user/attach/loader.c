// SPDX-License-Identifier: GPL-2.0-only
#include "attach/loader.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <linux/membarrier.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attach/private.h"
#include "attach/refusal.h"
#include "node/privilege.h"

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
};

/* ---- libbpf's messages: kept back, since ours say what to do ---- */

static bool print_libbpf;

static int take_message(enum libbpf_print_level level, const char *format, va_list args)
{
	if (print_libbpf && level != LIBBPF_DEBUG)
		vfprintf(stderr, format, args);
	return 0;
}

/* ---- prepare: the programs, and the sizes of what they fill ---- */

void loader_forget_plan(struct loader *loader)
{
	plan_forget(&loader->plan);
	if (loader->opened.fd >= 0)
		close(loader->opened.fd);
	loader->opened.fd = -1;
}

static void enable(struct bpf_object *object, const char *program)
{
	struct bpf_program *p = program ? bpf_object__find_program_by_name(object, program) : NULL;

	if (p)
		bpf_program__set_autoload(p, true);
}

static void enable_chosen(struct bpf_object *object, const struct hook_choice *choices)
{
	for (size_t i = 0; i < EVENT_PROBES; i++) {
		if (!choices[i].hook)
			continue;
		enable(object, choices[i].hook->entry);
		enable(object, choices[i].hook->exit);
	}
}

struct rstblame_bpf *loader_open_object(struct loader *loader, const struct hook_choice *choices)
{
	struct rstblame_bpf *skel;

	if (loader->opened.fd >= 0)
		close(loader->opened.fd);
	loader->opened = (struct object_types){
		.path = loader->btf_path,
		.kernel = loader->plan.types,
	};
	skel = object_open(&loader->opened);
	if (skel)
		enable_chosen(skel->obj, choices);
	return skel;
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

static int prepare(struct loader *loader, const struct hook_choice *choices)
{
	uint32_t slots;

	loader->skel = loader_open_object(loader, choices);
	if (!loader->skel)
		return -errno;
	loader->skel->rodata->with_stacks = loader->with_stacks;
	loader->skel->rodata->counts_syns = loader->counts_syns;
	loader->skel->rodata->preempt_count_offset =
		loader->plan.symbols.variables.preempt_count_offset;
	loader->skel->rodata->pcpu_hot_offset = loader->plan.symbols.variables.pcpu_hot_offset;
	loader->skel->rodata->per_cpu_offsets_address =
		loader->plan.symbols.variables.per_cpu_offsets_address;
	loader->skel->rodata->queue_handler_address =
		loader->plan.symbols.variables.queue_handler_address;
	loader->skel->rodata->made_counter = loader->plan.target_variables.made_counter;
	loader->skel->rodata->sent_counter = loader->plan.target_variables.sent_counter;
	slots = flush_slots();
	loader->skel->rodata->flush_mask = slots - 1;
	loader->skel->bss->flush.limit = slots;
	loader->skel->bss->flush.request = EVENT_NO_REQUEST;
	bpf_map__set_max_entries(loader->skel->maps.flush_slots, slots);
	bpf_map__set_max_entries(loader->skel->maps.state_events, STATE_RING_BYTES);
	bpf_map__set_max_entries(loader->skel->maps.reset_events, RESET_RING_BYTES);
	return 0;
}

int loader_load(const struct loader *loader, struct rstblame_bpf *skel,
		const struct hook_choice *choices)
{
	int err;

	fentry_targets_use(choices, &loader->plan.target_variables);
	err = rstblame_bpf__load(skel);
	fentry_targets_use(NULL, NULL);
	return err;
}

/* ---- open ---- */

static void detach(struct loader *loader)
{
	attach_release(&loader->attachments);
	for (size_t i = 0; i < loader->late_count; i++)
		rstblame_bpf__destroy(loader->late[i]);
	loader->late_count = 0;
	rstblame_bpf__destroy(loader->skel);
	loader->skel = NULL;
}

void loader_mark_all(struct probe_result *results, const struct hook_choice *choices, int err)
{
	for (size_t i = 0; i < EVENT_PROBES; i++) {
		if (!choices[i].hook)
			continue;
		results[i].state = PROBE_MISSING;
		snprintf(results[i].symbol, sizeof(results[i].symbol), "%s", choices[i].symbol);
		results[i].err = err;
		snprintf(results[i].why, sizeof(results[i].why), "%s", strerror(-err));
	}
}

/* Loads what was chosen: 0, or what the kernel said to it. `results` tells what could
 * be attached. */
/* Places for those that find none of their own. */
static int seed_state_losses(const struct loader *loader)
{
	int fd = bpf_map__fd(loader->skel->maps.state_losses), err = 0;
	__u64 none = 0;

	for (__u8 i = 0; i < 2 * EVENT_PROBES && !err; i++) {
		struct event_state_key key = { .probe = i / 2, .is_foreign = i % 2 };

		err = bpf_map_update_elem(fd, &key, &none, BPF_NOEXIST);
	}
	return err;
}

static int try_open(struct loader *loader, bool allow_fentry, struct probe_result *results)
{
	struct hook_choice choices[EVENT_PROBES] = { 0 };
	int err = fentry_targets_register();

	if (!err)
		err = plan_make(&loader->plan, allow_fentry, NULL, choices, results);
	if (!err)
		err = prepare(loader, choices);
	if (!err)
		err = loader_load(loader, loader->skel, choices);
	if (!err)
		err = seed_state_losses(loader);
	if (err) {
		loader_mark_all(results, choices, err);
		return err;
	}
	loader->allows_fentry = allow_fentry;
	attach_all(&loader->attachments, loader->skel->obj, choices, results);
	loader_fall_back(loader, choices, results);
	loader_note_results(loader, results);
	return 0;
}

static bool is_by_kprobe(const struct probe_result *result)
{
	return probe_is_attached(result->state) && result->how != HOOK_FENTRY;
}

/* The counts are read by calls during which the kernel runs no kprobe's program on that
 * CPU (bpf_disable_instrumentation()): a reset there would not be counted, a removal not
 * be seen. */
void loader_note_results(struct loader *loader, struct probe_result *results)
{
	if (loader->kprobes_are_off)
		probes_disarm_kprobes(results);
	loader->counts_at_end = is_by_kprobe(&results[EVENT_PROBE_RESET_V4]) ||
				is_by_kprobe(&results[EVENT_PROBE_RESET_V6]) ||
				is_by_kprobe(&results[EVENT_PROBE_REMOVAL]);
	loader->skel->bss->sees_drops = probe_is_attached(results[EVENT_PROBE_DROP].state);
	loader->skel->bss->sees_requests = probe_is_attached(results[EVENT_PROBE_REQUEST].state);
}

void loader_set_kprobes(struct loader *loader, bool are_on, struct probe_result *results)
{
	loader->kprobes_are_off = !are_on;
	if (are_on)
		probes_arm_kprobes(results);
	else
		probes_disarm_kprobes(results);
}

bool loader_counts_at_end(const struct loader *loader)
{
	return loader->counts_at_end;
}

/* fentry where it works. A kernel that refuses to load such a program fails the object
 * as a whole: then kprobes for all. */
static int open_best(struct loader *loader, struct probe_result *results,
		     char why[LOADER_WHY_BYTES])
{
	int fentry_err = try_open(loader, true, results), kprobe_err;

	kprobe_err = fentry_err;
	if (fentry_err && refusal_has_kprobes()) {
		detach(loader);
		kprobe_err = try_open(loader, false, results);
	}
	if (!kprobe_err)
		return refusal_check_resets(results, why);
	refusal_explain(fentry_err, kprobe_err, why);
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
	loader->plan.names = &loader->names;
	loader->plan.no_pin = options->no_pin || !privilege_sees_modules();
	loader->kprobes_are_off = options->kprobes_are_off;
	loader->opened.fd = -1;
	err = refusal_check_btf(options->btf_path, why);
	if (!err)
		err = open_best(loader, results, why);
	loader_forget_plan(loader);
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
	symbolizer_free(loader->names);
	btf__free(loader->btf);
	free(loader);
}

/* ---- what the live source reads ---- */

struct symbolizer *loader_take_names(struct loader *loader)
{
	struct symbolizer *names = loader->names;

	loader->names = NULL;
	return names;
}

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
	attach_add_misses(&loader->attachments, lost);
}

uint64_t loader_over_budget(const struct loader *loader)
{
	return __atomic_load_n(&loader->skel->bss->state_over_budget, __ATOMIC_RELAXED);
}

bool loader_next_over_budget(const struct loader *loader, const struct event_state_key *last,
			     struct event_state_key *key, uint64_t *count)
{
	struct event_state_key before;
	int fd = bpf_map__fd(loader->skel->maps.state_losses);

	if (last)
		before = *last; /* it may be `key` */
	return !bpf_map_get_next_key(fd, last ? &before : NULL, key) &&
	       !bpf_map_lookup_elem(fd, key, count);
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

const char *loader_libbpf_version(void)
{
	const char *version = libbpf_version_string();

	return version + (*version == 'v');
}
