// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's tables, as a file of --btf or a strange kernel may have them: BTF, from its
 * header to the part that is cut out of it; and kallsyms. The first byte says which. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "btf/cut.h"
#include "btf/table.h"
#include "kernel/kallsyms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_types(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "nf_ct_delete", NULL, "a" };
	uint32_t ids[3];
	struct btf_table table, again;
	struct btf_cut *cut;
	size_t len = 0;
	void *bytes;

	if (btf_table_init(&table, data, size, NULL))
		return;
	btf_table_find_variable(&table, "a");
	btf_table_find_constant(&table, "a");
	btf_table_find_functions(&table, names, ids, 3);
	cut = btf_cut_new();
	btf_cut_want(cut, "nf_conn");
	btf_cut_want(cut, "a");
	if (!btf_cut_take(cut, &table) && (bytes = btf_cut_bytes(cut, &len))) {
		/* What was cut out is read like any other. */
		if (!btf_table_init(&again, bytes, len, NULL))
			btf_table_release(&again);
		free(bytes);
	}
	btf_cut_free(cut);
	btf_table_release(&table);
}

static void read_symbols(const uint8_t *data, size_t size)
{
	struct symbol symbols[] = {
		{ .name = "nf_ct_delete", .home = "nf_conntrack" },
		{ .name = "tcp_v4_send_reset" },
		{ .name = "a", .is_data = true },
	};
	FILE *table = size ? fmemopen((void *)data, size, "r") : NULL;

	if (!table)
		return;
	symbols_find_in(table, symbols, 3);
	for (size_t i = 0; i < 3; i++)
		if (strnlen(symbols[i].module, 32) == 32 || strnlen(symbols[i].part, 64) == 64 ||
		    strnlen(symbols[i].clone, 64) == 64)
			abort();
	fclose(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy;

	if (size < 2)
		return 0;
	copy = malloc(size - 1); /* ASan watches its end; BTF wants to be aligned */
	memcpy(copy, data + 1, size - 1);
	if (data[0] % 2)
		read_types(copy, size - 1);
	else
		read_symbols(copy, size - 1);
	free(copy);
	return 0;
}
