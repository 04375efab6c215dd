// SPDX-License-Identifier: GPL-2.0-only
/*
 * notified PATH|@NAME
 *
 * What a service manager is for sd_notify(3): takes the datagrams to that socket and prints
 * each, one after the other, until it is killed.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char text[4096];
	socklen_t len;
	ssize_t got;
	int fd;

	if (argc != 2 || strlen(argv[1]) >= sizeof(address.sun_path)) {
		fprintf(stderr, "usage: notified PATH|@NAME\n");
		return 2;
	}
	strcpy(address.sun_path, argv[1]);
	len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(argv[1]));
	if (*argv[1] == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, len)) {
		perror(argv[1]);
		return 1;
	}
	while ((got = recv(fd, text, sizeof(text), 0)) >= 0)
		printf("%.*s\n", (int)got, text), fflush(stdout);
	return 1;
}
