// SPDX-License-Identifier: GPL-2.0-only
/* What several records have: texts, tuples, tasks, stacks. */
#include "wire/decode_private.h"

#include <arpa/inet.h>
#include <string.h>

#include "node/cgroup.h"

void decode_text(char *out, size_t size, const char *in, size_t in_size)
{
	size_t len = strnlen(in, in_size < size ? in_size : size - 1);

	memcpy(out, in, len);
	out[len] = '\0';
}

void decode_tuple(const struct event_tuple *in, struct tuple *out)
{
	memcpy(out->src.bytes, in->src, sizeof(out->src.bytes));
	memcpy(out->dst.bytes, in->dst, sizeof(out->dst.bytes));
	out->sport = ntohs(in->sport);
	out->dport = ntohs(in->dport);
}

void decode_flow(uint8_t family, const struct event_tuple *orig, const struct event_tuple *reply,
		 struct flow *out)
{
	out->family = family;
	decode_tuple(orig, &out->orig);
	decode_tuple(reply, &out->reply);
}

uint8_t decode_ending(uint8_t in)
{
	static const uint8_t endings[] = {
		[EVENT_ENDING_NONE] = SOCKET_END_NONE,
		[EVENT_ENDING_EXIT] = SOCKET_END_EXITED,
		[EVENT_ENDING_SIGNAL] = SOCKET_END_KILLED,
		[EVENT_ENDING_OOM] = SOCKET_END_OOM,
	};

	return in < sizeof(endings) ? endings[in] : SOCKET_END_NONE;
}

/* The thread's name is the process's, unless the leader's is known. */
static void decode_more(const struct event_task *in, struct actor *out)
{
	if (!in->has_more)
		return;
	out->has_uid = true;
	out->uid = in->uid;
	out->ended_by = decode_ending(in->ending);
	out->signal = in->signal;
	decode_text(out->thread, sizeof(out->thread), in->comm, sizeof(in->comm));
	decode_text(out->comm, sizeof(out->comm), in->process, sizeof(in->process));
	if (!strcmp(out->thread, out->comm))
		out->thread[0] = '\0';
	out->parent_pid = in->parent_pid;
	decode_text(out->parent, sizeof(out->parent), in->parent, sizeof(in->parent));
	decode_text(out->grandparent, sizeof(out->grandparent), in->grandparent,
		    sizeof(in->grandparent));
}

/* Truth rule 6: in a softirq or a kernel thread, `current` is nobody. */
void decode_actor(const struct event_task *in, struct actor *out)
{
	char group[EVENT_CGROUP_BYTES + 1];

	memset(out, 0, sizeof(*out));
	if (in->flags & (EVENT_TASK_KTHREAD | EVENT_TASK_SOFTIRQ))
		return;
	out->pid = in->pid;
	out->netns = in->netns;
	out->start_boottime_ns = in->start_boottime_ns;
	decode_text(out->comm, sizeof(out->comm), in->comm, sizeof(in->comm));
	decode_more(in, out);
	/* All that is known of one who is gone by now. */
	decode_text(group, sizeof(group), in->cgroup, sizeof(in->cgroup));
	cgroup_read_last(group, out);
}

void decode_exe(const struct event_exe *in, struct actor *actor)
{
	char path[EVENT_EXE_NAMES * (EVENT_EXE_NAME_BYTES + 1) + 1], *end = path;

	for (size_t i = EVENT_EXE_NAMES; i-- > 0;)
		if (in->names[i][0]) {
			*end++ = '/';
			decode_text(end, EVENT_EXE_NAME_BYTES + 1, in->names[i],
				    EVENT_EXE_NAME_BYTES);
			end += strlen(end);
		}
	*end = '\0';
	/* A part of a path would be another file. */
	if (actor->pid && in->is_whole && strlen(path) < sizeof(actor->exe))
		memcpy(actor->exe, path, strlen(path) + 1);
}

/* The innermost frames are our own: the BPF program and its trampoline. */
static bool is_own_frame(const char *name)
{
	return !strncmp(name, "bpf_prog_", strlen("bpf_prog_")) ||
	       !strncmp(name, "bpf_trampoline_", strlen("bpf_trampoline_"));
}

size_t decode_stack_names(const struct decoder *d, const __u64 *stack, const char **names)
{
	size_t count = 0;

	if (!d->helpers.name_address)
		return 0;
	for (size_t i = 0; i < EVENT_STACK_MAX && stack[i]; i++) {
		const char *name = d->helpers.name_address(d->helpers.ctx, stack[i]);

		if (count || !is_own_frame(name))
			names[count++] = name;
	}
	return count;
}

uint8_t decode_hooks(uint8_t in)
{
	return (uint8_t)((in & EVENT_HOOK_KNOWN ? HOOKS_KNOWN : 0) |
			 (in & EVENT_HOOK_CONNTRACK ? HOOKS_CONNTRACK : 0) |
			 (in & EVENT_HOOK_NAT ? HOOKS_NAT : 0));
}
