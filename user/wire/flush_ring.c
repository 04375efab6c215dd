// SPDX-License-Identifier: GPL-2.0-only
#include "wire/flush_ring.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bpf/event.h"

/* How long a flush under way may be left unread: a million entries take a third of a
 * second where nothing emulates the CPU. */
#define WAIT_NS (2ULL * 1000 * 1000 * 1000)

static size_t ring_bytes(const struct flush_ring *ring)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t bytes = ((size_t)ring->memory.mask + 1) * sizeof(struct event_flush_slot);

	return (bytes + page - 1) / page * page;
}

int flush_ring_open(struct flush_ring *ring, const struct flush_ring_memory *memory)
{
	void *at;

	ring->memory = *memory;
	at = mmap(NULL, ring_bytes(ring), PROT_READ, MAP_SHARED, memory->slots_fd, 0);
	if (at == MAP_FAILED)
		return -errno;
	ring->slots = at;
	ring->seen = ring->next = *memory->limit - memory->mask - 1;
	return 0;
}

void flush_ring_close(struct flush_ring *ring)
{
	if (ring->slots)
		munmap((void *)ring->slots, ring_bytes(ring));
	ring->slots = NULL;
}

/* BPF has no store-release. x86 keeps the order of stores; elsewhere this waits
 * until each program that was running has ended, with a full barrier between. */
static void order_reads(void)
{
#if !defined(__x86_64__)
	syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
#endif
}

void flush_ring_look(struct flush_ring *ring)
{
	uint64_t head = __atomic_load_n(ring->memory.head, __ATOMIC_ACQUIRE);

	__atomic_fetch_add(ring->memory.epoch, 1, __ATOMIC_RELAXED);
	if (head == ring->seen)
		return;
	order_reads();
	ring->seen = head;
}

static const struct event_flush_slot *slot_at(const struct flush_ring *ring, uint64_t position)
{
	return &ring->slots[position & ring->memory.mask];
}

uint64_t flush_ring_next_ns(const struct flush_ring *ring)
{
	const struct event_removed_head *head = (const void *)slot_at(ring, ring->next);

	return ring->next == ring->seen ? UINT64_MAX : head->ts_ns;
}

void flush_ring_peek(const struct flush_ring *ring, struct event_flush_slot *out)
{
	out[0] = *slot_at(ring, ring->next);
	out[1] = *slot_at(ring, ring->next + 1);
}

void flush_ring_skip(struct flush_ring *ring, size_t slots)
{
	ring->next += slots;
}

void flush_ring_commit(struct flush_ring *ring)
{
	__atomic_store_n(ring->memory.limit, ring->next + ring->memory.mask + 1, __ATOMIC_RELEASE);
}

/* The writer first: it writes no more once it is gone. */
bool flush_ring_is_idle(const struct flush_ring *ring)
{
	return !__atomic_load_n(ring->memory.task, __ATOMIC_ACQUIRE) &&
	       __atomic_load_n(ring->memory.head, __ATOMIC_ACQUIRE) == ring->next;
}

bool flush_ring_may_wait(const struct flush_ring *ring, uint64_t now_ns)
{
	if (!__atomic_load_n(ring->memory.task, __ATOMIC_ACQUIRE) || ring->next == ring->seen)
		return false;
	return ring->seen - ring->next <= ring->memory.mask / 2 &&
	       now_ns < flush_ring_next_ns(ring) + WAIT_NS;
}

static void mark(uint8_t *marks, const __u32 *addresses, int words, __u16 sport, __u16 dport)
{
	uint8_t *slot = &marks[event_hash(addresses, addresses + words, words, sport, dport)];

	__atomic_store_n(slot, 1, __ATOMIC_RELAXED);
}

void flush_ring_mark(struct flush_ring *ring, const void *entry)
{
	const struct event_removed4 *v4 = entry;
	const struct event_removed6 *v6 = entry;
	bool is_v4 = v4->head.family == AF_INET;
	const __u16 *ports = is_v4 ? v4->tail.ports : v6->tail.ports;
	const __u32 *addresses = is_v4 ? v4->addresses : v6->addresses[0];
	int words = is_v4 ? 1 : 4;

	mark(ring->memory.marks, addresses, words, ports[EVENT_ORIG_SRC], ports[EVENT_ORIG_DST]);
	mark(ring->memory.marks, addresses + 2 * words, words, ports[EVENT_REPLY_SRC],
	     ports[EVENT_REPLY_DST]);
}

void flush_ring_mark_single(struct flush_ring *ring, const void *entry)
{
	flush_ring_mark(ring, entry);
	__atomic_store_n(ring->memory.marks_made, *ring->memory.marks_made + 1, __ATOMIC_RELEASE);
}
