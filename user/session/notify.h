/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a service manager is told: sd_notify(3)'s protocol, datagrams to the socket that
 * NOTIFY_SOCKET names. Without that variable each call does nothing.
 */
#ifndef RSTBLAME_SESSION_NOTIFY_H
#define RSTBLAME_SESSION_NOTIFY_H

struct notify {
	int fd; /* negative: nobody asked */
};

/* Takes NOTIFY_SOCKET out of the environment, which a COMMAND inherits. */
void notify_open(struct notify *notify);
void notify_close(struct notify *notify);

/* "READY=1", "STATUS=…", "STOPPING=1"; lines, as one datagram. Never waits, and whether it
 * came does not matter to us. */
void notify_send(const struct notify *notify, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
