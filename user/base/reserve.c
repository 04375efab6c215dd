// SPDX-License-Identifier: GPL-2.0-only
#include "base/reserve.h"

#include <sys/mman.h>

/* No huge pages are asked for: to find one, the kernel may have to move others about, and
 * a hypervisor to provide all of it, for longer than a removal may wait. What is read
 * ahead hardly gains by them. */
void *reserve_new(size_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

void reserve_free(void *memory, size_t bytes)
{
	if (memory)
		munmap(memory, bytes);
}
