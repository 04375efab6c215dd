// SPDX-License-Identifier: GPL-2.0-only
#include "node/holdings.h"

#include "base/capabilities.h"

#define ROW(capability, uses, what, kept, or_else, absence)                                        \
	{                                                                                          \
		capability, uses, #capability, what, kept, or_else, absence                        \
	}

static const struct holding rows[] = {
	/* bpf_capable(), perfmon_capable() */
	ROW(CAP_BPF, USE_TO_ATTACH | USE_WHILE_LATE | USE_COUNTS,
	    "load programs; read their counts before Linux 6.0",
	    "kept while modules may come, and before Linux 6.0", CAP_SYS_ADMIN, ABSENCE_STOPS),
	ROW(CAP_PERFMON, USE_TO_ATTACH | USE_WHILE_LATE, "attach programs",
	    "kept while modules may come", CAP_SYS_ADMIN, ABSENCE_STOPS),
	/* setns() and unshare() need it, and the kernel hands out module BTF only to it. */
	ROW(CAP_SYS_ADMIN, USE_TO_ATTACH | USE_WHILE_LATE | USE_TO_LOOK,
	    "enter network namespaces; read the types of modules", "kept", CAP_SYS_ADMIN,
	    ABSENCE_ADMIN),
	ROW(CAP_NET_ADMIN, USE_TO_ATTACH | USE_TO_LOOK, "ask conntrack, read NAT rules", "kept",
	    CAP_NET_ADMIN, ABSENCE_NET_ADMIN),
	/* What /proc tells of another's process needs the first, to read it the second. */
	ROW(CAP_SYS_PTRACE, USE_TO_ATTACH | USE_TO_LOOK, "find the processes of sockets", "kept",
	    CAP_SYS_PTRACE, ABSENCE_PROCESSES),
	ROW(CAP_DAC_READ_SEARCH, USE_TO_ATTACH | USE_TO_LOOK,
	    "read other users' /proc, logs, container metadata", "kept", CAP_DAC_OVERRIDE,
	    ABSENCE_READING),
	ROW(CAP_SYSLOG, USE_TO_ATTACH | USE_WHILE_LATE | USE_NAMES,
	    "read the addresses of kernel functions", "kept", CAP_SYSLOG, ABSENCE_SYMBOLS),
	ROW(CAP_SYS_RESOURCE, USE_TO_ATTACH, "memory for maps before Linux 5.11", "dropped",
	    CAP_SYS_RESOURCE, ABSENCE_MEMLOCK),
	ROW(CAP_DAC_OVERRIDE, USE_TO_START | USE_TO_REPLACE, "write into other users' folders",
	    "kept if a page or --metrics goes there", CAP_DAC_OVERRIDE, ABSENCE_OF_NOTE),
	ROW(CAP_KILL, USE_COMMAND, "end a COMMAND of another user", "kept with COMMAND", CAP_KILL,
	    ABSENCE_OF_NOTE),
	ROW(CAP_SETPCAP, USE_TO_START, "give up the others", "dropped", CAP_SETPCAP,
	    ABSENCE_OF_NOTE),
	ROW(CAP_SETUID, USE_COMMAND_USER, "--user", "in COMMAND's own process only", CAP_SETUID,
	    ABSENCE_OF_NOTE),
	ROW(CAP_SETGID, USE_COMMAND_USER, "--user", "in COMMAND's own process only", CAP_SETGID,
	    ABSENCE_OF_NOTE),
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

const struct holding *holding_row(size_t index)
{
	return index < ROWS ? &rows[index] : NULL;
}

uint64_t holdings_for(unsigned int uses)
{
	uint64_t needed = 0;

	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].uses & uses)
			needed |= CAPABILITY(rows[i].capability);
	return needed;
}
