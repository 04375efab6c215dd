// SPDX-License-Identifier: GPL-2.0-only
#include "node/built_in.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

/* /sys/module has what is built in only where it has parameters or a version, and modules.builtin
 * may be missing where a kernel was built by hand. So a function of each, with which no other
 * kernel function's name begins; what is exported or called by its address is not inlined. */
static const struct {
	const char *module, *function;
	bool is_whole; /* that name, not just its beginning */
} signs[] = {
	{ "nf_conntrack", "nf_conntrack_in", false },
	{ "nf_conntrack_netlink", "ctnetlink_", false },
	{ "nf_nat", "nf_nat_setup_info", false },
	{ "nf_reject_ipv4", "nf_send_reset", true },
	{ "nf_reject_ipv6", "nf_send_reset6", false },
	{ "nf_tables", "nf_tables_commit", false },
	{ "nft_chain_nat", "nft_nat_do_chain", false },
	{ "nft_masq", "nft_masq_", false },
	{ "nft_reject_ipv4", "nft_reject_ipv4_", false },
	{ "tcp_diag", "tcp_diag_", false },
};

enum { SIGNS = sizeof(signs) / sizeof(signs[0]), PATH_BYTES = 256, LINE_BYTES = 512 };

/* Of a hundred thousand functions, most are dropped by the first letter. */
static bool may_be_sign(const char *function)
{
	return *function == 'n' || *function == 'c' || *function == 't';
}

static void take(const char *function, bool are_found[SIGNS])
{
	if (!may_be_sign(function))
		return;
	for (size_t i = 0; i < SIGNS; i++) {
		const char *sign = signs[i].function;

		if (function[0] == sign[0] && !strncmp(function, sign, strlen(sign)))
			are_found[i] |= !signs[i].is_whole || !function[strlen(sign)];
	}
}

/* "ffffffff81a1b300 t ctnetlink_dump_table\n"; a module's has "\t[…]" behind. NULL: it is
 * none, or no function. */
static const char *kernels_function(char *line)
{
	char *space = strchr(line, ' ');

	line[strcspn(line, "\n")] = '\0';
	if (!space || (space[1] != 't' && space[1] != 'T') || space[2] != ' ' || strchr(line, '\t'))
		return NULL;
	return space + 3;
}

static void find_signs(FILE *kallsyms, bool are_found[SIGNS])
{
	char line[LINE_BYTES];

	while (fgets(line, sizeof(line), kallsyms)) {
		const char *function = kernels_function(line);

		if (function)
			take(function, are_found);
	}
}

static bool is_found(const char *name, const bool are_found[SIGNS])
{
	for (size_t i = 0; i < SIGNS; i++)
		if (!strcmp(signs[i].module, name))
			return are_found[i];
	return false;
}

bool built_in_find(FILE *kallsyms, const char *name)
{
	bool are_found[SIGNS] = { false };

	find_signs(kallsyms, are_found);
	return is_found(name, are_found);
}

/* What is built in stays so. */
static bool are_built_in[SIGNS], are_taken;

void built_in_take(const char *function)
{
	take(function, are_built_in);
}

void built_in_taken(void)
{
	are_taken = true;
}

static void look(void)
{
	FILE *kallsyms = are_taken ? NULL : fopen("/proc/kallsyms", "re");

	if (!kallsyms)
		return;
	find_signs(kallsyms, are_built_in);
	fclose(kallsyms);
}

bool module_is_here(const char *name)
{
	static pthread_once_t looked = PTHREAD_ONCE_INIT;
	char path[PATH_BYTES];

	snprintf(path, sizeof(path), "/sys/module/%.100s", name);
	/* A kernel without modules has all that it ever will. */
	if (!access(path, F_OK) || access("/proc/modules", F_OK))
		return true;
	pthread_once(&looked, look);
	return is_found(name, are_built_in);
}

bool module_can_be_loaded(const char *name)
{
	struct utsname machine;
	char path[PATH_BYTES], file[PATH_BYTES], line[LINE_BYTES];
	bool is_listed = false;
	FILE *list;

	uname(&machine);
	snprintf(path, sizeof(path), "/lib/modules/%.128s/modules.dep", machine.release);
	list = fopen(path, "re");
	if (!list)
		return true;
	snprintf(file, sizeof(file), "/%.100s.ko", name);
	/* "kernel/net/netfilter/nf_nat.ko.xz:", and behind it what that needs. */
	while (!is_listed && fgets(line, sizeof(line), list)) {
		line[strcspn(line, ":")] = '\0';
		is_listed = strstr(line, file);
	}
	fclose(list);
	return is_listed;
}
