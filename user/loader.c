// SPDX-License-Identifier: GPL-2.0-only
#include "loader.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kallsyms.h"
#include "privilege.h"
#include "rstblame.skel.h"

#define CONNTRACK_COUNT "/proc/sys/net/netfilter/nf_conntrack_count"
#define REASON_PREFIX "SK_RST_REASON_"

/* Room for one flush of the whole table while the reader is held up, within
 * reason: each byte is kernel memory for as long as rstblame runs. */
enum {
	STATE_RING_MIN_BYTES = 8 << 20,
	STATE_RING_MAX_BYTES = 128 << 20,
	RESET_RING_BYTES = 4 << 20,
	RING_HEADER_BYTES = 8, /* of each record: BPF_RINGBUF_HDR_SZ */
	LINKS_MAX = EVENT_PROBES * 2,
};

struct loader {
	struct rstblame_bpf *skel;
	struct bpf_link *links[LINKS_MAX];
	size_t links_count;
	struct btf *btf; /* the kernel's, for names; NULL until asked */
	bool is_btf_tried;
	const char *btf_path;
	bool with_stacks;
};

/* What was chosen for one probe before it is loaded. */
struct choice {
	const struct hook *hook;
	char symbol[64];
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

static bool has_btf(const char *module)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/kernel/btf/%s", module ? module : "vmlinux");
	return access(path, R_OK) == 0;
}

static bool is_loaded(const char *module)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/module/%s", module);
	return access(path, F_OK) == 0;
}

static bool is_hook_usable(const struct hook *hook, const struct symbol *symbol, bool allow_fentry)
{
	switch (hook->how) {
	case HOOK_KPROBE_PART:
		return symbol->part[0] != '\0';
	case HOOK_FENTRY:
		return allow_fentry && symbol->is_exact &&
		       has_btf(symbol->module[0] ? symbol->module : NULL);
	case HOOK_KPROBE:
		return symbol->is_exact;
	case HOOK_NONE:
		break;
	}
	return false;
}

static void choose_hook(const struct probe *probe, const struct symbol *symbol, bool allow_fentry,
			struct choice *choice, struct probe_result *result)
{
	memset(choice, 0, sizeof(*choice));
	memset(result, 0, sizeof(*result));
	for (size_t i = 0; i < PROBE_HOOKS_MAX && !choice->hook; i++)
		if (is_hook_usable(&probe->hooks[i], symbol, allow_fentry))
			choice->hook = &probe->hooks[i];
	if (choice->hook) {
		bool is_part = choice->hook->how == HOOK_KPROBE_PART;

		snprintf(choice->symbol, sizeof(choice->symbol), "%s",
			 is_part ? symbol->part : probe->symbol);
		return;
	}
	if (probe->module && !is_loaded(probe->module)) {
		result->state = PROBE_WAITS;
		snprintf(result->why, sizeof(result->why), "%s is not loaded", probe->module);
		return;
	}
	result->state = PROBE_MISSING;
	snprintf(result->why, sizeof(result->why), "this kernel has no %s that can be probed",
		 probe->symbol);
}

static int choose_hooks(bool allow_fentry, struct choice *choices, struct probe_result *results)
{
	struct symbol symbols[EVENT_PROBES] = { 0 };
	int err;

	for (size_t i = 0; i < EVENT_PROBES; i++)
		symbols[i].name = probes[i].symbol;
	err = symbols_find(symbols, EVENT_PROBES);
	if (err)
		return err;
	for (size_t i = 0; i < EVENT_PROBES; i++)
		choose_hook(&probes[i], &symbols[i], allow_fentry, &choices[i], &results[i]);
	return 0;
}

static void enable(struct bpf_object *object, const char *program)
{
	struct bpf_program *p = program ? bpf_object__find_program_by_name(object, program) : NULL;

	if (p)
		bpf_program__set_autoload(p, true);
}

static uint32_t ring_bytes(void)
{
	uint64_t bytes = STATE_RING_MIN_BYTES;
	FILE *file = fopen(CONNTRACK_COUNT, "re");
	unsigned long long count = 0;

	if (file) {
		if (fscanf(file, "%llu", &count) != 1)
			count = 0;
		fclose(file);
	}
	while (bytes < count * (sizeof(struct event_removal) + RING_HEADER_BYTES) &&
	       bytes < STATE_RING_MAX_BYTES)
		bytes *= 2;
	return (uint32_t)bytes;
}

static int prepare(struct loader *loader, const struct choice *choices)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .btf_custom_path = loader->btf_path);

	loader->skel = rstblame_bpf__open_opts(&options);
	if (!loader->skel)
		return -errno;
	for (size_t i = 0; i < EVENT_PROBES; i++) {
		if (!choices[i].hook)
			continue;
		enable(loader->skel->obj, choices[i].hook->entry);
		enable(loader->skel->obj, choices[i].hook->exit);
	}
	loader->skel->rodata->with_stacks = loader->with_stacks;
	bpf_map__set_max_entries(loader->skel->maps.state_events, ring_bytes());
	bpf_map__set_max_entries(loader->skel->maps.reset_events, RESET_RING_BYTES);
	return 0;
}

/* ---- attach ---- */

static int attach_program(struct loader *loader, const char *name, enum hook_how how, bool at_exit,
			  const char *symbol)
{
	struct bpf_program *program = bpf_object__find_program_by_name(loader->skel->obj, name);
	struct bpf_link *link;

	if (!program)
		return -ENOENT;
	link = how == HOOK_FENTRY ? bpf_program__attach(program) :
				    bpf_program__attach_kprobe(program, at_exit, symbol);
	if (!link)
		return -errno;
	loader->links[loader->links_count++] = link;
	return 0;
}

static void attach_probe(struct loader *loader, const struct choice *choice,
			 struct probe_result *result)
{
	const struct hook *hook = choice->hook;
	int err = 0;

	if (!hook)
		return;
	/* The end first: an end without its beginning is ignored, not misread. */
	if (hook->exit)
		err = attach_program(loader, hook->exit, hook->how, true, choice->symbol);
	if (!err)
		err = attach_program(loader, hook->entry, hook->how, false, choice->symbol);
	snprintf(result->symbol, sizeof(result->symbol), "%s", choice->symbol);
	if (err) {
		result->state = PROBE_MISSING;
		snprintf(result->why, sizeof(result->why), "the kernel refuses %s on %s: %s",
			 hook_how_name(hook->how), choice->symbol, strerror(-err));
		return;
	}
	result->how = hook->how;
	result->state = PROBE_ATTACHED;
}

/* Resets last: none may be seen whose removal could not have been. */
static void attach_all(struct loader *loader, const struct choice *choices,
		       struct probe_result *results)
{
	for (size_t i = EVENT_PROBES; i-- > 0;)
		attach_probe(loader, &choices[i], &results[i]);
}

static bool is_any_refused(const struct choice *choices, const struct probe_result *results)
{
	for (size_t i = 0; i < EVENT_PROBES; i++)
		if (choices[i].hook && results[i].state == PROBE_MISSING)
			return true;
	return false;
}

/* ---- open ---- */

static void detach(struct loader *loader)
{
	for (size_t i = 0; i < loader->links_count; i++)
		bpf_link__destroy(loader->links[i]);
	loader->links_count = 0;
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

/* 0 when all that was chosen is attached (`results` tells), else what the kernel
 * said to the loading. */
static int try_open(struct loader *loader, bool allow_fentry, struct probe_result *results,
		    bool *is_any_missing)
{
	struct choice choices[EVENT_PROBES];
	int err = choose_hooks(allow_fentry, choices, results);

	*is_any_missing = true;
	if (!err)
		err = prepare(loader, choices);
	if (!err)
		err = rstblame_bpf__load(loader->skel);
	if (err) {
		mark_all(results, choices, strerror(-err));
		return err;
	}
	attach_all(loader, choices, results);
	*is_any_missing = is_any_refused(choices, results);
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
		 is_locked      ? "it is locked down (confidentiality): boot without lockdown" :
		 !has_btf(NULL) ? "it has no BTF: give its types with --btf FILE" :
				  probe_cure(PROBE_MISSING));
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

/* fentry where all of it works; otherwise (none here, or refused for one of
 * them) kprobes for all, so that no probe is seen two ways at once. */
static int open_best(struct loader *loader, struct probe_result *results,
		     char why[LOADER_WHY_BYTES])
{
	bool is_any_missing;
	int fentry_err = try_open(loader, true, results, &is_any_missing);
	int kprobe_err;

	if (is_any_missing && has_kprobes()) {
		detach(loader);
		kprobe_err = try_open(loader, false, results, &is_any_missing);
	} else {
		kprobe_err = fentry_err;
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

	memset(results, 0, EVENT_PROBES * sizeof(*results));
	if (!loader) {
		snprintf(why, LOADER_WHY_BYTES, "out of memory");
		return NULL;
	}
	print_libbpf = options->is_verbose;
	libbpf_set_print(take_message);
	loader->btf_path = options->btf_path;
	loader->with_stacks = options->with_stacks;
	if (!open_best(loader, results, why))
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

/* ---- what the live source reads ---- */

int loader_state_ring_fd(const struct loader *loader)
{
	return bpf_map__fd(loader->skel->maps.state_events);
}

int loader_reset_ring_fd(const struct loader *loader)
{
	return bpf_map__fd(loader->skel->maps.reset_events);
}

void loader_read_lost(const struct loader *loader, uint64_t lost[EVENT_PROBES])
{
	for (size_t i = 0; i < EVENT_PROBES; i++)
		lost[i] = __atomic_load_n(&loader->skel->bss->lost[i], __ATOMIC_RELAXED);
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
