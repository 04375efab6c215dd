// SPDX-License-Identifier: GPL-2.0-only
/*
 * inroot DIR CAPABILITY,... COMMAND [ARG...]
 *
 * Becomes COMMAND in the root DIR with those capabilities and no others, as a container's
 * runtime does it: what it drops is out of the bounding set, so that no exec gives it back.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <unistd.h>

/* By number: include/uapi/linux/capability.h. */
static const char *const names[] = {
	"CHOWN",
	"DAC_OVERRIDE",
	"DAC_READ_SEARCH",
	"FOWNER",
	"FSETID",
	"KILL",
	"SETGID",
	"SETUID",
	"SETPCAP",
	"LINUX_IMMUTABLE",
	"NET_BIND_SERVICE",
	"NET_BROADCAST",
	"NET_ADMIN",
	"NET_RAW",
	"IPC_LOCK",
	"IPC_OWNER",
	"SYS_MODULE",
	"SYS_RAWIO",
	"SYS_CHROOT",
	"SYS_PTRACE",
	"SYS_PACCT",
	"SYS_ADMIN",
	"SYS_BOOT",
	"SYS_NICE",
	"SYS_RESOURCE",
	"SYS_TIME",
	"SYS_TTY_CONFIG",
	"MKNOD",
	"LEASE",
	"AUDIT_WRITE",
	"AUDIT_CONTROL",
	"SETFCAP",
	"MAC_OVERRIDE",
	"MAC_ADMIN",
	"SYSLOG",
	"WAKE_ALARM",
	"BLOCK_SUSPEND",
	"AUDIT_READ",
	"PERFMON",
	"BPF",
	"CHECKPOINT_RESTORE",
};
enum { COUNT = sizeof(names) / sizeof(names[0]) };

static int number_of(const char *name)
{
	for (int i = 0; i < COUNT; i++)
		if (!strcasecmp(names[i], name))
			return i;
	return -1;
}

int main(int argc, char **argv)
{
	unsigned char kept[COUNT] = { 0 };

	if (argc < 4) {
		fprintf(stderr, "usage: inroot DIR CAPABILITY,... COMMAND [ARG...]\n");
		return 2;
	}
	for (char *name = strtok(argv[2], ", "); name; name = strtok(NULL, ", ")) {
		int number = number_of(name);

		if (number < 0) {
			fprintf(stderr, "inroot: no capability %s\n", name);
			return 2;
		}
		kept[number] = 1;
	}
	if (chroot(argv[1]) || chdir("/")) {
		perror(argv[1]);
		return 2;
	}
	for (int i = 0; i < COUNT; i++)
		if (!kept[i] && prctl(PR_CAPBSET_READ, i) == 1 && prctl(PR_CAPBSET_DROP, i)) {
			perror(names[i]);
			return 2;
		}
	execv(argv[3], argv + 3);
	perror(argv[3]);
	return 2;
}
