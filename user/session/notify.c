// SPDX-License-Identifier: GPL-2.0-only
#include "session/notify.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A path, or an abstract name, which '@' stands for. The address's length; 0: neither. */
static socklen_t parse_address(const char *name, struct sockaddr_un *out)
{
	size_t len = strlen(name);

	*out = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if ((*name != '/' && *name != '@') || len < 2 || len >= sizeof(out->sun_path))
		return 0;
	memcpy(out->sun_path, name, len);
	if (*name == '@')
		out->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (*name == '/'));
}

void notify_open(struct notify *n)
{
	const char *name = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address;
	socklen_t len = name ? parse_address(name, &address) : 0;

	n->fd = len ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0) : -1;
	if (n->fd >= 0 && connect(n->fd, (struct sockaddr *)&address, len))
		notify_close(n);
	unsetenv("NOTIFY_SOCKET");
}

void notify_close(struct notify *n)
{
	if (n->fd >= 0)
		close(n->fd);
	n->fd = -1;
}

void notify_send(const struct notify *n, const char *format, ...)
{
	char text[512];
	va_list args;
	int len;

	if (n->fd < 0)
		return;
	va_start(args, format);
	len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (len > 0 && (size_t)len < sizeof(text) &&
	    send(n->fd, text, (size_t)len, MSG_NOSIGNAL) < 0)
		return; /* a manager that is gone, or slow, changes nothing here */
}
