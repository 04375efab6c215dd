// SPDX-License-Identifier: GPL-2.0-only
#include "node/socket_owners.h"

#include <ctype.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "node/process.h"

enum { MEMORY_SLOTS = 32768, CLOCK_EVERY = 256 };

/* Direct-mapped: inodes are given out one after the other. */
struct socket_owner_memory {
	struct socket_owner slots[MEMORY_SLOTS];
};

struct search {
	struct socket_owner *socket_owners;
	size_t count;
	size_t missing; /* not found yet */
	uint32_t *near; /* the sockets' namespaces, sorted, each once */
	size_t near_count;
	uint64_t deadline_ns;
};

static int compare(const void *a, const void *b)
{
	uint32_t x = ((const struct socket_owner *)a)->inode,
		 y = ((const struct socket_owner *)b)->inode;

	return x < y ? -1 : x > y;
}

static void note(struct search *s, uint32_t inode, uint32_t pid, uint32_t fd, uint64_t *start_ticks)
{
	const struct socket_owner key = { .inode = inode };
	struct socket_owner *found =
		bsearch(&key, s->socket_owners, s->count, sizeof(key), compare);

	if (!found)
		return;
	if (!*start_ticks && !process_start_ticks(pid, start_ticks))
		return;
	if (found->pid && found->start_ticks <= *start_ticks)
		return;
	while (found > s->socket_owners && found[-1].inode == inode)
		found--;
	/* Several may ask for the same. */
	for (; found < s->socket_owners + s->count && found->inode == inode; found++) {
		s->missing -= !found->pid;
		found->pid = pid;
		found->fd = fd;
		found->start_ticks = *start_ticks;
	}
}

static bool parse_link(const char *link, uint32_t *inode)
{
	return sscanf(link, "socket:[%u]", inode) == 1;
}

/* One process may have a hundred thousand. */
static void search_process(struct search *s, uint32_t pid)
{
	const struct dirent *entry;
	uint64_t start_ticks = 0;
	char path[32], link[64];
	size_t looked = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%u/fd", pid);
	dir = opendir(path);
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		uint32_t inode;
		ssize_t len = readlinkat(dirfd(dir), entry->d_name, link, sizeof(link) - 1);

		link[len > 0 ? len : 0] = '\0';
		if (parse_link(link, &inode))
			note(s, inode, pid, (uint32_t)strtoul(entry->d_name, NULL, 10),
			     &start_ticks);
		if (!(++looked % CLOCK_EVERY) && clock_mono_ns() >= s->deadline_ns)
			break;
	}
	closedir(dir);
}

static uint32_t netns_of(uint32_t pid)
{
	struct stat st;
	char path[48];

	snprintf(path, sizeof(path), "/proc/%u/ns/net", pid);
	return stat(path, &st) ? 0 : (uint32_t)st.st_ino;
}

static int compare_inums(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void collect_near(struct search *s)
{
	size_t kept = 0;

	s->near = calloc(s->count, sizeof(*s->near));
	if (!s->near)
		return; /* then all are far: found later, not wrongly */
	for (size_t i = 0; i < s->count; i++)
		s->near[i] = s->socket_owners[i].netns;
	if (s->count)
		qsort(s->near, s->count, sizeof(*s->near), compare_inums);
	for (size_t i = 0; i < s->count; i++)
		if (!i || s->near[i] != s->near[kept - 1])
			s->near[kept++] = s->near[i];
	s->near_count = kept;
}

static bool is_near(const struct search *s, uint32_t pid)
{
	uint32_t netns = netns_of(pid);

	return s->near_count &&
	       bsearch(&netns, s->near, s->near_count, sizeof(netns), compare_inums);
}

/* ---- what was found before ---- */

struct socket_owner_memory *socket_owner_memory_new(void)
{
	return calloc(1, sizeof(struct socket_owner_memory));
}

void socket_owner_memory_free(struct socket_owner_memory *memory)
{
	free(memory);
}

/* Still the same process, which still has it there: then nothing need be searched. */
static bool recall(const struct socket_owner_memory *memory, struct socket_owner *socket_owner)
{
	const struct socket_owner *known = &memory->slots[socket_owner->inode % MEMORY_SLOTS];
	char name[16], link[64];
	uint32_t inode;

	if (!known->pid || known->inode != socket_owner->inode)
		return false;
	snprintf(name, sizeof(name), "fd/%u", known->fd);
	process_read_link(known->pid, name, link, sizeof(link));
	if (!parse_link(link, &inode) || inode != known->inode ||
	    !process_is_since(known->pid, known->start_ticks))
		return false;
	socket_owner->pid = known->pid;
	socket_owner->fd = known->fd;
	socket_owner->start_ticks = known->start_ticks;
	return true;
}

static void recall_all(const struct socket_owner_memory *memory, struct search *s)
{
	for (size_t i = 0; i < s->count && clock_mono_ns() < s->deadline_ns; i++)
		s->missing -= recall(memory, &s->socket_owners[i]);
}

static void remember_all(struct socket_owner_memory *memory, const struct search *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->socket_owners[i].pid)
			memory->slots[s->socket_owners[i].inode % MEMORY_SLOTS] =
				s->socket_owners[i];
}

static void search_all(struct search *s, bool near)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;

	while (proc && (entry = readdir(proc)) && clock_mono_ns() < s->deadline_ns) {
		uint32_t pid = (uint32_t)strtoul(entry->d_name, NULL, 10);

		if (isdigit((unsigned char)entry->d_name[0]) && is_near(s, pid) == near)
			search_process(s, pid);
	}
	if (proc)
		closedir(proc);
}

void socket_owners_find(struct socket_owner_memory *memory, struct socket_owner *socket_owners,
			size_t count, uint64_t deadline_ns)
{
	struct search search = { .socket_owners = socket_owners,
				 .count = count,
				 .missing = count,
				 .deadline_ns = deadline_ns };

	if (!count)
		return;
	qsort(socket_owners, count, sizeof(*socket_owners), compare);
	if (memory)
		recall_all(memory, &search);
	if (search.missing) {
		collect_near(&search);
		search_all(&search, true);
	}
	/* A socket may have been handed to a process elsewhere. */
	if (search.missing)
		search_all(&search, false);
	if (memory)
		remember_all(memory, &search);
	free(search.near);
}

/* NULs part the arguments; blanks do for a reader. */
static void read_cmdline(uint32_t pid, char out[CMDLINE_BYTES])
{
	ssize_t len = process_read(pid, "cmdline", out, CMDLINE_BYTES);

	while (len > 0 && !out[len - 1])
		len--;
	for (ssize_t i = 0; i < len; i++)
		if (!out[i])
			out[i] = ' ';
}

void socket_owner_describe(const struct socket_owner *socket_owner, struct victim *out)
{
	const uint8_t state = out->socket_state;
	struct actor *process = &out->process;
	uint32_t netns = process->netns;
	char comm[sizeof(process->comm)];
	ssize_t len;

	if (!socket_owner->pid)
		return;
	len = process_read(socket_owner->pid, "comm", comm, sizeof(comm));
	if (len > 0 && comm[len - 1] == '\n')
		comm[len - 1] = '\0';
	process->pid = socket_owner->pid;
	process->start_boottime_ns = socket_owner->start_ticks * process_tick_ns();
	snprintf(process->comm, sizeof(process->comm), "%s", len > 0 ? comm : "");
	read_cmdline(socket_owner->pid, out->cmdline);
	process_describe_actor(process);
	if (process_is_since(socket_owner->pid, socket_owner->start_ticks))
		return;
	/* It went, and the pid may be another's already: nothing read can be trusted. */
	memset(out->cmdline, 0, sizeof(out->cmdline));
	memset(process, 0, sizeof(*process));
	process->netns = netns;
	out->socket_state = state;
}
