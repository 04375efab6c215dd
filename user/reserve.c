// SPDX-License-Identifier: GPL-2.0-only
#include "reserve.h"

#include <stdint.h>
#include <sys/mman.h>

/* Below it small pages, so that a small table stays small. Above, a table's random
 * accesses would spend their time on page walks. */
enum { SMALL_PAGES_BYTES = 8 << 20, HUGE_PAGE_BYTES = 2 << 20 };

static void ask_for_huge_pages(uint8_t *memory, size_t bytes)
{
	uintptr_t from = (uintptr_t)memory + SMALL_PAGES_BYTES;

	from = (from + HUGE_PAGE_BYTES - 1) & ~((uintptr_t)HUGE_PAGE_BYTES - 1);
	if (from < (uintptr_t)memory + bytes)
		(void)madvise((void *)from, (uintptr_t)memory + bytes - from, MADV_HUGEPAGE);
}

void *reserve_new(size_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		return NULL;
	ask_for_huge_pages(memory, bytes);
	return memory;
}

void reserve_free(void *memory, size_t bytes)
{
	if (memory)
		munmap(memory, bytes);
}
