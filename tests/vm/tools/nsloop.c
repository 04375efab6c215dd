// SPDX-License-Identifier: GPL-2.0-only
/*
 * nsloop COUNT
 *
 * COUNT network namespaces, one after the other: each has its loopback up, and so
 * addresses that come and go, and ends when the next is entered.
 */
#define _GNU_SOURCE
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int set_up(void)
{
	struct ifreq request = { .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err;

	strcpy(request.ifr_name, "lo");
	err = fd < 0 ? -1 : ioctl(fd, SIOCSIFFLAGS, &request);
	if (fd >= 0)
		close(fd);
	return err;
}

int main(int argc, char **argv)
{
	int count = argc == 2 ? atoi(argv[1]) : 0;

	for (int i = 0; i < count; i++)
		if (unshare(CLONE_NEWNET) || set_up()) {
			perror("nsloop");
			return 1;
		}
	printf("%d namespaces\n", count);
	return count ? 0 : 2;
}
