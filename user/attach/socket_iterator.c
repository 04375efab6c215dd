// SPDX-License-Identifier: GPL-2.0-only
#include "attach/socket_iterator.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attach/bpf_object.h"
#include "attach/fentry_targets.h"
#include "base/capabilities.h"
#include "btf/kernel_types.h"
#include "node/privilege.h"

static const unsigned char packed[] = {
#include "sockets.packed.h"
};

struct socket_iterator {
	struct bpf_object *object;
	int link_fd; /* negative: not loaded. Read by any thread */
};

/* What the program is of, by the kernel's types: while it is loaded. */
static uint32_t target_id;

static int prepare(struct bpf_program *program, struct bpf_prog_load_opts *options, long cookie)
{
	(void)cookie;
	options->attach_btf_id = target_id;
	return bpf_program__set_type(program, BPF_PROG_TYPE_TRACING);
}

static int register_handler(void)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, handler, .prog_prepare_load_fn = prepare);
	static bool is_done;
	int err;

	if (is_done)
		return 0;
	err = libbpf_register_prog_handler("iter+", fentry_targets_opened_type(), BPF_TRACE_ITER,
					   &handler);
	is_done = err >= 0;
	return err < 0 ? err : 0;
}

/* The kernel has one function of that name for each kind of iterator. */
static uint32_t find_target(struct kerneltypes *types)
{
	static const char *const names[] = { "bpf_iter_task_file" };
	const struct btf_table *kernel = types ? kernel_types_of(types, "") : NULL;
	uint32_t id = 0;

	if (kernel)
		btf_table_find_functions(kernel, names, &id, 1);
	return id;
}

static int load(struct socket_iterator *it, struct kerneltypes *types)
{
	struct object_types own = { .kernel = types };
	struct bpf_program *program;
	int err;

	it->object = object_open_packed(packed, sizeof(packed), &own);
	err = it->object ? bpf_object__load(it->object) : -errno;
	if (own.fd >= 0)
		close(own.fd);
	program = err ? NULL : bpf_object__find_program_by_name(it->object, "on_open_file");
	if (err || !program)
		return err ? err : -ENOENT;
	err = bpf_link_create(bpf_program__fd(program), 0, BPF_TRACE_ITER, NULL);
	if (err < 0)
		return err;
	__atomic_store_n(&it->link_fd, err, __ATOMIC_RELEASE);
	return 0;
}

static int refuse(char why[SOCKET_ITERATOR_WHY_BYTES], int err, const char *words)
{
	snprintf(why, SOCKET_ITERATOR_WHY_BYTES, "%s", words);
	return err;
}

static int try_load(struct socket_iterator *it, struct kerneltypes *types, char *why)
{
	int err;

	target_id = find_target(types);
	if (!target_id)
		return refuse(why, -ENODEV, "this kernel has no BPF iterator over open files");
	err = register_handler();
	if (!err)
		err = load(it, types);
	return err ? refuse(why, err, strerror(-err)) : 0;
}

int socket_iterator_load(struct socket_iterator *it, char why[SOCKET_ITERATOR_WHY_BYTES])
{
	struct kerneltypes *types;
	libbpf_print_fn_t print;
	int err;

	/* The walk is over the processes of the walker's namespace, as /proc is; but the pids in
	 * it are those of the first one. */
	if (!privilege_is_in_first_pid_namespace())
		return refuse(why, -ENODEV, "rstblame is not in the host's pid namespace");
	types = kernel_types_read();
	print = libbpf_set_print(NULL); /* there is another way: no reason to say anything */
	err = try_load(it, types, why);
	libbpf_set_print(print);
	kernel_types_free(types);
	if (err) {
		bpf_object__close(it->object);
		it->object = NULL;
	}
	return err;
}

static int open_walk(void *ctx)
{
	const struct socket_iterator *it = ctx;
	int link_fd = __atomic_load_n(&it->link_fd, __ATOMIC_ACQUIRE);

	return link_fd < 0 ? -ENODEV : bpf_iter_create(link_fd);
}

struct socket_walk socket_iterator_walk(struct socket_iterator *it)
{
	return (struct socket_walk){
		.open = open_walk,
		.ctx = it,
		.capabilities = privilege_asks_for_bpf() ? CAPABILITY(CAP_BPF) : 0,
	};
}

struct socket_iterator *socket_iterator_new(void)
{
	struct socket_iterator *it = calloc(1, sizeof(*it));

	if (it)
		it->link_fd = -1;
	return it;
}

void socket_iterator_free(struct socket_iterator *it)
{
	if (!it)
		return;
	if (it->link_fd >= 0)
		close(it->link_fd);
	bpf_object__close(it->object);
	free(it);
}
