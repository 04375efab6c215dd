// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/module_symbols.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	SEGMENTS_MAX = 512,
	SYMBOLS_MAX = 1 << 16,
	NAMES_MAX_BYTES = 1 << 22,
	NAME_MAX_BYTES = 512, /* KSYM_NAME_LEN */
};

/* ---- the kernel's memory ---- */

static int read_file(int fd, void *out, size_t size, uint64_t offset)
{
	size_t done = 0;

	while (done < size) {
		ssize_t got = pread(fd, (char *)out + done, size - done, (off_t)(offset + done));

		if (got <= 0)
			return got ? -errno : -EIO;
		done += (size_t)got;
	}
	return 0;
}

struct kcore {
	int fd;
	size_t count;
	Elf64_Phdr segments[SEGMENTS_MAX];
};

static int kcore_open(struct kcore *kcore)
{
	Elf64_Ehdr header;
	int err;

	kcore->fd = open("/proc/kcore", O_RDONLY | O_CLOEXEC);
	if (kcore->fd < 0)
		return -errno;
	err = read_file(kcore->fd, &header, sizeof(header), 0);
	if (!err && (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phnum > SEGMENTS_MAX))
		err = -E2BIG;
	if (!err)
		err = read_file(kcore->fd, kcore->segments,
				header.e_phnum * sizeof(*kcore->segments), header.e_phoff);
	if (err)
		close(kcore->fd);
	else
		kcore->count = header.e_phnum;
	return err;
}

static int kcore_read(const struct kcore *kcore, uint64_t address, void *out, size_t size)
{
	for (size_t i = 0; i < kcore->count; i++) {
		const Elf64_Phdr *s = &kcore->segments[i];

		if (s->p_type == PT_LOAD && address >= s->p_vaddr &&
		    address - s->p_vaddr < s->p_memsz &&
		    size <= s->p_memsz - (address - s->p_vaddr))
			return read_file(kcore->fd, out, size,
					 s->p_offset + (address - s->p_vaddr));
	}
	return -EFAULT;
}

/* ---- where a module keeps them ---- */

/* struct module and struct mod_kallsyms. */
struct layout {
	int kallsyms, core_kallsyms;
	int symtab, num_symtab, strtab, typetab;
};

static int find_layout(const struct btf_table *kernel, struct layout *out)
{
	uint32_t module = btf_table_find_struct(kernel, "module");
	uint32_t table = btf_table_find_struct(kernel, "mod_kallsyms");

	out->kallsyms = btf_table_member_offset(kernel, module, "kallsyms");
	out->core_kallsyms = btf_table_member_offset(kernel, module, "core_kallsyms");
	out->symtab = btf_table_member_offset(kernel, table, "symtab");
	out->num_symtab = btf_table_member_offset(kernel, table, "num_symtab");
	out->strtab = btf_table_member_offset(kernel, table, "strtab");
	out->typetab = btf_table_member_offset(kernel, table, "typetab");
	return (out->kallsyms | out->core_kallsyms | out->symtab | out->num_symtab | out->strtab |
		out->typetab) < 0 ?
		       -ENOENT :
		       0;
}

/* The address of its struct module; 0: it has none (built in), or it is hidden. */
static uint64_t module_address(const char *module)
{
	unsigned long long address = 0;
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/module/%s/sections/.gnu.linkonce.this_module", module);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%llx", &address) != 1)
		address = 0;
	fclose(file);
	return address;
}

/* While the module is being initialized, this points to a table that goes away. */
static int check_is_settled(const struct kcore *kcore, const struct layout *layout, uint64_t module)
{
	uint64_t kallsyms = 0;
	int err =
		kcore_read(kcore, module + (uint64_t)layout->kallsyms, &kallsyms, sizeof(kallsyms));

	if (err)
		return err;
	return kallsyms == module + (uint64_t)layout->core_kallsyms ? 0 : -EAGAIN;
}

/* ---- the table ---- */

struct table {
	Elf64_Sym *symbols;
	char *types, *names;
	uint32_t count;
	size_t names_bytes;
};

static void table_release(struct table *table)
{
	free(table->symbols);
	free(table->types);
	free(table->names);
}

static int read_symbols(const struct kcore *kcore, uint64_t symbols, uint64_t types,
			struct table *table)
{
	int err;

	table->symbols = calloc(table->count, sizeof(*table->symbols));
	table->types = calloc(table->count, 1);
	if (!table->symbols || !table->types)
		return -ENOMEM;
	err = kcore_read(kcore, symbols, table->symbols, table->count * sizeof(*table->symbols));
	return err ? err : kcore_read(kcore, types, table->types, table->count);
}

static int read_names(const struct kcore *kcore, uint64_t names, struct table *table)
{
	uint32_t last = 0;

	for (uint32_t i = 0; i < table->count; i++)
		if (table->symbols[i].st_name > last)
			last = table->symbols[i].st_name;
	if (last > NAMES_MAX_BYTES)
		return -E2BIG;
	/* How long the last one is, is not said; what follows may be anything. */
	table->names_bytes = last + NAME_MAX_BYTES;
	table->names = calloc(table->names_bytes + 1, 1);
	return table->names ? kcore_read(kcore, names, table->names, table->names_bytes) : -ENOMEM;
}

static int read_table(const struct kcore *kcore, const struct layout *layout, uint64_t module,
		      struct table *table)
{
	uint64_t at = module + (uint64_t)layout->core_kallsyms, symbols = 0, names = 0, types = 0;
	int err = kcore_read(kcore, at + (uint64_t)layout->symtab, &symbols, sizeof(symbols));

	if (!err)
		err = kcore_read(kcore, at + (uint64_t)layout->num_symtab, &table->count,
				 sizeof(table->count));
	if (!err)
		err = kcore_read(kcore, at + (uint64_t)layout->strtab, &names, sizeof(names));
	if (!err)
		err = kcore_read(kcore, at + (uint64_t)layout->typetab, &types, sizeof(types));
	if (!err && (!table->count || table->count > SYMBOLS_MAX))
		err = -EINVAL;
	if (!err)
		err = read_symbols(kcore, symbols, types, table);
	return err ? err : read_names(kcore, names, table);
}

static int find_in(const struct kcore *kcore, const struct layout *layout, const char *module,
		   struct symbol *symbols, size_t count)
{
	uint64_t address = module_address(module);
	struct table table = { 0 };
	int err = address ? check_is_settled(kcore, layout, address) : -ENOENT;

	if (!err)
		err = read_table(kcore, layout, address, &table);
	if (!err)
		err = check_is_settled(kcore, layout, address);
	for (uint32_t i = 0; !err && i < table.count; i++)
		symbols_match(symbols, count, table.symbols[i].st_value, table.types[i],
			      table.names + table.symbols[i].st_name, module);
	table_release(&table);
	return err;
}

int modulesymbols_find(const struct btf_table *kernel, const char *module, struct symbol *symbols,
		       size_t count)
{
	struct kcore *kcore = malloc(sizeof(*kcore));
	struct layout layout;
	int err = kcore ? find_layout(kernel, &layout) : -ENOMEM;

	if (!err)
		err = kcore_open(kcore);
	if (!err) {
		err = find_in(kcore, &layout, module, symbols, count);
		close(kcore->fd);
	}
	free(kcore);
	return err;
}
