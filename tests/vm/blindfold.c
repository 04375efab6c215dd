// SPDX-License-Identifier: GPL-2.0-only
/*
 * Linked into a binary of the tests' own: programs whose names begin with one of the words
 * in BLINDFOLD attach like the others, are reported like the others, and never fire. So the
 * kernel's own counts can be seen to find what they cannot. And functions whose names are in
 * HIDE are not among the kernel's symbols, as if the compiler had inlined them. MINUTE is how many
 * seconds the minute has in which what was seen is held against the kernel's counts.
 *
 * With SOCKETS it is rstblame no more: it prints the sockets that one walk finds, and ends.
 *
 * The linker's --wrap puts these in the place of libbpf's.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "attach/socket_iterator.h"
#include "node/socket_census.h"

struct bpf_link *__real_bpf_program__attach_trace(const struct bpf_program *program);
struct bpf_link *__real_bpf_program__attach_kprobe(const struct bpf_program *program, bool retprobe,
						   const char *symbol);
struct bpf_link *__wrap_bpf_program__attach_trace(const struct bpf_program *program);
struct bpf_link *__wrap_bpf_program__attach_kprobe(const struct bpf_program *program, bool retprobe,
						   const char *symbol);

static bool is_blindfolded(const struct bpf_program *program)
{
	const char *word = getenv("BLINDFOLD"), *name = bpf_program__name(program);

	while (word && *word) {
		size_t len = strcspn(word, " ");

		if (len && !strncmp(name, word, len))
			return true;
		word += len + strspn(word + len, " ");
	}
	return false;
}

/* The link's file is what holds the program at its function. */
static struct bpf_link *blindfold(const struct bpf_program *program, struct bpf_link *link)
{
	if (link && is_blindfolded(program)) {
		bpf_link__disconnect(link);
		close(bpf_link__fd(link));
	}
	return link;
}

struct bpf_link *__wrap_bpf_program__attach_trace(const struct bpf_program *program)
{
	return blindfold(program, __real_bpf_program__attach_trace(program));
}

struct bpf_link *__wrap_bpf_program__attach_kprobe(const struct bpf_program *program, bool retprobe,
						   const char *symbol)
{
	return blindfold(program, __real_bpf_program__attach_kprobe(program, retprobe, symbol));
}

FILE *__real_kallsyms_open(void);
FILE *__wrap_kallsyms_open(void);

static bool is_hidden(const char *line, const char *word)
{
	char name[128];

	if (sscanf(line, "%*s %*s %127s", name) != 1)
		return false;
	while (*word) {
		size_t len = strcspn(word, " ");

		if (len && len == strlen(name) && !strncmp(name, word, len))
			return true;
		word += len + strspn(word + len, " ");
	}
	return false;
}

/* The table without them. */
FILE *__wrap_kallsyms_open(void)
{
	FILE *table = __real_kallsyms_open(), *rest;
	const char *hidden = getenv("HIDE");
	char line[512];

	if (!table || !hidden)
		return table;
	rest = tmpfile();
	while (rest && fgets(line, sizeof(line), table))
		if (!is_hidden(line, hidden))
			fputs(line, rest);
	fclose(table);
	if (rest)
		rewind(rest);
	return rest;
}

int __real_bpf_link_create(int program_fd, int target_fd, enum bpf_attach_type type,
			   const struct bpf_link_create_opts *options);
int __wrap_bpf_link_create(int program_fd, int target_fd, enum bpf_attach_type type,
			   const struct bpf_link_create_opts *options);

/* A kernel without iterators: HIDE has the function by which it offers that one. */
int __wrap_bpf_link_create(int program_fd, int target_fd, enum bpf_attach_type type,
			   const struct bpf_link_create_opts *options)
{
	const char *hidden = getenv("HIDE");

	if (type == BPF_TRACE_ITER && hidden && strstr(hidden, "bpf_iter_task_file"))
		return -ENOENT;
	return __real_bpf_link_create(program_fd, target_fd, type, options);
}

int __real_timerfd_settime(int fd, int flags, const struct itimerspec *value,
			   struct itimerspec *old);
int __wrap_timerfd_settime(int fd, int flags, const struct itimerspec *value,
			   struct itimerspec *old);

/* The only timer that comes again each minute. */
int __wrap_timerfd_settime(int fd, int flags, const struct itimerspec *value,
			   struct itimerspec *old)
{
	const char *minute = getenv("MINUTE");
	struct itimerspec changed = *value;

	if (minute && value->it_interval.tv_sec == 60)
		changed.it_value.tv_sec = changed.it_interval.tv_sec = atoi(minute);
	return __real_timerfd_settime(fd, flags, &changed, old);
}

static void print_socket(const struct held_socket *s)
{
	printf("%u %u %u %u %u %u %u pid=%u,fd=%u %s %u %u %u %u %u %u\n", s->row.inode,
	       s->row.netns, s->row.state, s->receive_queue, s->send_queue, s->row.tuple.sport,
	       s->row.tuple.dport, s->pid, s->fd, s->comm, s->row.bound_ifindex, s->is_kept_alive,
	       s->keepalive_time_ms, s->keepalive_interval_ms, s->keepalive_probes,
	       s->user_timeout_ms);
}

/* Before main(). */
__attribute__((constructor)) static void print_sockets(void)
{
	struct socket_iterator *iterator;
	struct socket_census census;
	struct socket_walk walk;
	char why[SOCKET_ITERATOR_WHY_BYTES];

	if (!getenv("SOCKETS"))
		return;
	iterator = socket_iterator_new();
	if (!iterator || socket_iterator_load(iterator, why)) {
		fprintf(stderr, "no walk: %s\n", iterator ? why : "out of memory");
		exit(1);
	}
	walk = socket_iterator_walk(iterator);
	if (socket_census_take(&census, &walk, UINT64_MAX))
		exit(1);
	for (size_t i = 0; i < census.count; i++)
		print_socket(&census.sockets[i]);
	socket_census_release(&census);
	socket_iterator_free(iterator);
	exit(0);
}
