// SPDX-License-Identifier: GPL-2.0-only
#include "attach/fentry_targets.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bpf/event.h"
#include "btf/kernel_types.h"

enum { MODULES_MAX = 8 };

/* What is being loaded, for the handlers that libbpf calls meanwhile. */
static struct {
	const struct hook_choice *choices; /* NULL: none */
	struct {
		const char *name;
		int btf_fd;
	} modules[MODULES_MAX];
	size_t modules_count;
	struct target_variables variables;
} use;

/* ---- finding ---- */

static bool is_first_of_module(const struct kernel_symbols *symbols, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (!strcmp(symbols->items[j].module, symbols->items[i].module))
			return false;
	return true;
}

static void find_in(const struct btf_table *table, const char *module,
		    struct kernel_symbols *symbols)
{
	const char *names[KERNEL_SYMBOLS_MAX] = { NULL };
	uint32_t ids[KERNEL_SYMBOLS_MAX];

	for (size_t i = 0; i < symbols->count; i++)
		if (symbols->items[i].is_exact && !strcmp(symbols->items[i].module, module))
			names[i] = symbols->items[i].name;
	btf_table_find_functions(table, names, ids, symbols->count);
	for (size_t i = 0; i < symbols->count; i++)
		if (names[i])
			symbols->items[i].type_id = ids[i];
}

void fentry_targets_find(struct kernel_symbols *symbols, struct kerneltypes *types)
{
	for (size_t i = 0; i < symbols->count; i++)
		symbols->items[i].type_id = 0;
	for (size_t i = 0; types && i < symbols->count; i++) {
		const char *module = symbols->items[i].module;
		const struct btf_table *table =
			is_first_of_module(symbols, i) ? kernel_types_of(types, module) : NULL;

		if (table)
			find_in(table, module, symbols);
	}
}

/* ---- loading ---- */

static bool is_btf_of(int fd, const char *module)
{
	char name[64] = "";
	struct bpf_btf_info info = { .name = (uintptr_t)name, .name_len = sizeof(name) };
	__u32 size = sizeof(info);

	return !bpf_obj_get_info_by_fd(fd, &info, &size) && info.kernel_btf &&
	       !strcmp(name, module);
}

/* The object's descriptor, or -errno. */
static int open_module_btf(const char *module)
{
	__u32 id = 0;

	while (!bpf_btf_get_next_id(id, &id)) {
		int fd = bpf_btf_get_fd_by_id(id);

		if (fd < 0)
			continue; /* gone since */
		if (is_btf_of(fd, module))
			return fd;
		close(fd);
	}
	return -ENOENT;
}

static int module_btf(const char *module)
{
	int fd;

	for (size_t i = 0; i < use.modules_count; i++)
		if (!strcmp(use.modules[i].name, module))
			return use.modules[i].btf_fd;
	if (use.modules_count == MODULES_MAX)
		return -ENOSPC;
	fd = open_module_btf(module);
	if (fd < 0)
		return fd;
	use.modules[use.modules_count].name = module;
	use.modules[use.modules_count++].btf_fd = fd;
	return fd;
}

static bool is_program_of(const struct hook *hook, const char *name)
{
	return hook && (!strcmp(hook->entry, name) || (hook->exit && !strcmp(hook->exit, name)));
}

static const struct symbol *target_of(const struct bpf_program *program)
{
	const char *name = bpf_program__name(program);

	for (size_t i = 0; use.choices && i < EVENT_PROBES; i++)
		if (is_program_of(use.choices[i].hook, name))
			return use.choices[i].function;
	return NULL;
}

/* False: the number stands for none. */
static bool find_variable(uint64_t number, uint32_t *id)
{
	switch (number) {
	case EVENT_PREEMPT_COUNT_VARIABLE:
		*id = use.variables.preempt_count;
		return true;
	case EVENT_PCPU_HOT_VARIABLE:
		*id = use.variables.pcpu_hot;
		return true;
	case EVENT_PREEMPT_COUNT_RARELY:
		*id = use.variables.has_addresses ? 0 : use.variables.preempt_count;
		return true;
	case EVENT_PCPU_HOT_RARELY:
		*id = use.variables.has_addresses ? 0 : use.variables.pcpu_hot;
		return true;
	}
	return false;
}

/* bpf_program__set_insns() would copy them all to replace a few: they are the program's
 * own, in memory that may be written. */
static void put_variables(struct bpf_program *program)
{
	struct bpf_insn *insns = (struct bpf_insn *)bpf_program__insns(program);

	for (size_t i = 0; i + 1 < bpf_program__insn_cnt(program); i++) {
		uint64_t number = (uint32_t)insns[i].imm | (uint64_t)(uint32_t)insns[i + 1].imm
								   << 32;
		uint32_t id;

		if (insns[i].code != (BPF_LD | BPF_IMM | BPF_DW) || insns[i].src_reg)
			continue;
		if (!find_variable(number, &id))
			continue;
		insns[i].src_reg = id ? BPF_PSEUDO_BTF_ID : 0;
		insns[i].imm = (int)id;
		insns[i + 1].imm = 0; /* the kernel's own types */
	}
}

static int prepare_kprobe(struct bpf_program *program, struct bpf_prog_load_opts *options,
			  long cookie)
{
	(void)options;
	(void)cookie;
	put_variables(program);
	return 0;
}

static int prepare_fentry(struct bpf_program *program, struct bpf_prog_load_opts *options,
			  long cookie)
{
	const struct symbol *target = target_of(program);
	int fd = 0; /* the kernel's own */

	(void)cookie;
	if (!target || !target->type_id)
		return -ESRCH;
	if (target->module[0])
		fd = module_btf(target->module);
	if (fd < 0)
		return fd;
	options->attach_btf_id = target->type_id;
	options->attach_btf_obj_fd = (__u32)fd;
	put_variables(program);
	return bpf_program__set_type(program, BPF_PROG_TYPE_TRACING);
}

/* libbpf parses all types of the kernel, again, for an object that has a tracing program.
 * Up to 1.5, which were looked at, it takes the type that the handler sets. */
enum bpf_prog_type fentry_targets_opened_type(void)
{
	return libbpf_major_version() == 1 && libbpf_minor_version() <= 5 ? BPF_PROG_TYPE_KPROBE :
									    BPF_PROG_TYPE_TRACING;
}

int fentry_targets_register(void)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, fentry, .prog_prepare_load_fn = prepare_fentry);
	LIBBPF_OPTS(libbpf_prog_handler_opts, kprobe, .prog_prepare_load_fn = prepare_kprobe);
	const struct {
		const char *section;
		enum bpf_prog_type type;
		enum bpf_attach_type attach_type;
		const struct libbpf_prog_handler_opts *handler;
	} kinds[] = {
		{ "fentry+", fentry_targets_opened_type(), BPF_TRACE_FENTRY, &fentry },
		{ "fexit+", fentry_targets_opened_type(), BPF_TRACE_FEXIT, &fentry },
		{ "kprobe+", BPF_PROG_TYPE_KPROBE, 0, &kprobe },
		{ "kretprobe+", BPF_PROG_TYPE_KPROBE, 0, &kprobe },
		{ "raw_tp+", BPF_PROG_TYPE_RAW_TRACEPOINT, 0, &kprobe },
	};
	static bool is_done;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && !is_done; i++) {
		int err = libbpf_register_prog_handler(kinds[i].section, kinds[i].type,
						       kinds[i].attach_type, kinds[i].handler);

		if (err < 0)
			return err;
	}
	is_done = true;
	return 0;
}

void fentry_targets_use(const struct hook_choice *choices, const struct target_variables *variables)
{
	for (size_t i = 0; i < use.modules_count; i++)
		close(use.modules[i].btf_fd);
	use.modules_count = 0;
	use.choices = choices;
	use.variables = variables ? *variables : (struct target_variables){ 0 };
}

void fentry_targets_find_variables(struct target_variables *out, struct kerneltypes *types)
{
	const struct btf_table *kernel = types ? kernel_types_of(types, "") : NULL;

	*out = (struct target_variables){ .made_counter = UINT32_MAX, .sent_counter = UINT32_MAX };
	if (!kernel)
		return;
	out->made_counter = btf_table_find_constant(kernel, "TCP_MIB_OUTRSTS");
	/* Counted by __ip_local_out() since e4da8c78973c ("net: ipv4, ipv6: fix
	 * IPSTATS_MIB_OUTOCTETS increment duplicated", 6.6), by ip_output() before that. */
	out->sent_counter = btf_table_find_constant(kernel, "IPSTATS_MIB_OUTREQUESTS");
	if (out->sent_counter == UINT32_MAX)
		out->sent_counter = btf_table_find_constant(kernel, "IPSTATS_MIB_OUTPKTS");
	out->preempt_count = btf_table_find_variable(kernel, "__preempt_count");
	if (!out->preempt_count)
		out->pcpu_hot = btf_table_find_variable(kernel, "pcpu_hot");
}
