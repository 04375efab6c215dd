// SPDX-License-Identifier: GPL-2.0-only
#include "wire/ring_gauge.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

static const uint64_t *map_page(int map_fd, off_t at, size_t size)
{
	void *page = mmap(NULL, size, PROT_READ, MAP_SHARED, map_fd, at);

	return page == MAP_FAILED ? NULL : page;
}

int ring_gauge_open(struct ring_gauge *gauge, int map_fd)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);

	gauge->read = map_page(map_fd, 0, size);
	gauge->written = map_page(map_fd, (off_t)size, size);
	return gauge->read && gauge->written ? 0 : -errno;
}

void ring_gauge_close(struct ring_gauge *gauge)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);

	if (gauge->read)
		munmap((void *)gauge->read, size);
	if (gauge->written)
		munmap((void *)gauge->written, size);
	gauge->read = gauge->written = NULL;
}

void ring_gauge_note(struct ring_gauge *gauge)
{
	gauge->noted = __atomic_load_n(gauge->written, __ATOMIC_ACQUIRE);
}

bool ring_gauge_is_behind(const struct ring_gauge *gauge)
{
	return __atomic_load_n(gauge->read, __ATOMIC_ACQUIRE) < gauge->noted;
}

uint64_t ring_gauge_until_ns(struct ring_gauge *gauge, bool is_blocked, bool is_full,
			     uint64_t now_ns, uint64_t until_ns)
{
	if (!is_blocked) {
		gauge->blocked_ns = 0;
		gauge->is_given_up = false;
		if (!is_full)
			gauge->clear_ns = now_ns;
		return until_ns;
	}
	if (!gauge->blocked_ns)
		gauge->blocked_ns = now_ns;
	gauge->is_given_up = now_ns - gauge->blocked_ns > RING_PATIENCE_NS;
	return gauge->is_given_up || gauge->clear_ns > until_ns ? until_ns : gauge->clear_ns;
}
