// SPDX-License-Identifier: GPL-2.0-only
#include "privilege.h"

#include <cap-ng.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct {
	unsigned int capability;
	const char *name;
} needed[] = {
	{ CAP_BPF, "CAP_BPF" },
	{ CAP_PERFMON, "CAP_PERFMON" },
	/* The kernel hands out module BTF only to it. */
	{ CAP_SYS_ADMIN, "CAP_SYS_ADMIN" },
};

int privilege_check(char *why, size_t size)
{
	char missing[96] = "";
	size_t used = 0;

	capng_get_caps_process();
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!capng_have_capability(CAPNG_EFFECTIVE, needed[i].capability))
			used += (size_t)snprintf(missing + used, sizeof(missing) - used, "%s%s",
						 used ? ", " : "", needed[i].name);
	if (!used)
		return 0;
	snprintf(why, size, "cannot trace: missing %s; run it as root (sudo rstblame …)", missing);
	return -EPERM;
}

const char *privilege_lockdown(void)
{
	static const char *const modes[] = { "none", "integrity", "confidentiality" };
	FILE *file = fopen("/sys/kernel/security/lockdown", "re");
	char line[128] = "";
	char marked[32];

	if (!file)
		return "unknown";
	if (!fgets(line, sizeof(line), file))
		line[0] = '\0';
	fclose(file);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		snprintf(marked, sizeof(marked), "[%s]", modes[i]);
		if (strstr(line, marked))
			return modes[i];
	}
	return "unknown";
}
