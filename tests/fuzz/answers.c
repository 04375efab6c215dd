// SPDX-License-Identifier: GPL-2.0-only
#include "answers.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <sanitizer/asan_interface.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/built_in.h"

struct mnl_socket {
	int unused;
};

static struct mnl_socket the_socket;
static const uint8_t *left;
static size_t left_bytes;
/* What is behind the last answer in its buffer. */
static void *beyond;
static size_t beyond_bytes;

static void open_beyond(void)
{
	if (beyond)
		ASAN_UNPOISON_MEMORY_REGION(beyond, beyond_bytes);
	beyond = NULL;
}

void answers_begin(const uint8_t *data, size_t size)
{
	left = data;
	left_bytes = size;
}

void answers_end(void)
{
	open_beyond();
	left_bytes = 0;
}

/* ---- libmnl's ---- */

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	(void)bus, (void)flags;
	return &the_socket;
}

int mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid)
{
	(void)nl, (void)groups, (void)pid;
	return 0;
}

int mnl_socket_close(struct mnl_socket *nl)
{
	(void)nl;
	open_beyond();
	return 0;
}

int mnl_socket_get_fd(const struct mnl_socket *nl)
{
	(void)nl;
	return -1;
}

int mnl_socket_setsockopt(const struct mnl_socket *nl, int type, void *buf, socklen_t len)
{
	(void)nl, (void)type, (void)buf, (void)len;
	return 0;
}

ssize_t mnl_socket_sendto(const struct mnl_socket *nl, const void *request, size_t len)
{
	(void)nl, (void)request;
	open_beyond();
	return (ssize_t)len;
}

/* How much of it is messages one behind the other: that the kernel sees to, and libmnl goes
 * round for ever in what has a length above INT_MAX. What is in them is anything. */
static size_t framed(const uint8_t *data, size_t size)
{
	size_t at = 0;
	uint32_t len;

	while (size - at >= sizeof(struct nlmsghdr)) {
		memcpy(&len, data + at, sizeof(len));
		if (len < sizeof(struct nlmsghdr) || len > size - at)
			break;
		at += MNL_ALIGN(len) < size - at ? MNL_ALIGN(len) : size - at;
	}
	return at;
}

ssize_t mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t size)
{
	size_t len, given;

	(void)nl;
	open_beyond();
	errno = EAGAIN;
	if (left_bytes < 2)
		return -1;
	len = (size_t)(left[0] | left[1] << 8);
	left += 2;
	left_bytes -= 2;
	if (len > left_bytes)
		len = left_bytes;
	memcpy(buf, left, len < size ? len : size);
	given = framed(left, len);
	left += len;
	left_bytes -= len;
	if (len > size) {
		errno = ENOSPC; /* as libmnl says of one that was cut */
		return -1;
	}
	beyond = (char *)buf + given;
	beyond_bytes = size - given;
	ASAN_POISON_MEMORY_REGION(beyond, beyond_bytes);
	return (ssize_t)given;
}

/* ---- node/built_in.c's ---- */

bool module_is_here(const char *name)
{
	(void)name;
	return true;
}

bool module_can_be_loaded(const char *name)
{
	(void)name;
	return true;
}

bool built_in_find(FILE *kallsyms, const char *name)
{
	(void)kallsyms, (void)name;
	return true;
}
