// SPDX-License-Identifier: GPL-2.0-only
#include "exposure/stake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/growing.h"
#include "base/number_text.h"
#include "base/utf8.h"

/* Flows by process, as the look numbers them. */
static void count_names(const struct look *l, const uint32_t *flows, struct stake *out)
{
	for (size_t i = 0; i < l->processes_count; i++) {
		struct stake_name name = { .process = l->processes[i], .flows = flows[i] };
		size_t at = out->names_count;

		if (!flows[i])
			continue;
		out->processes++;
		while (at && out->names[at - 1].flows < name.flows)
			at--;
		if (at == STAKE_NAMES_MAX)
			continue;
		if (out->names_count < STAKE_NAMES_MAX)
			out->names_count++;
		memmove(&out->names[at + 1], &out->names[at],
			(out->names_count - 1 - at) * sizeof(out->names[0]));
		out->names[at] = name;
	}
}

static void count_containers(const struct look *l, const uint32_t *flows, struct stake *out)
{
	for (size_t i = 0; i < l->processes_count; i++) {
		bool is_new = flows[i] && l->processes[i].container[0];

		for (size_t k = 0; is_new && k < i; k++)
			is_new = !flows[k] ||
				 strcmp(l->processes[k].container, l->processes[i].container) != 0;
		out->containers += is_new;
	}
}

static void add_flow(const struct look *l, const struct look_flow *flow, uint32_t *flows,
		     struct stake *out)
{
	const struct look_socket *socket = look_flow_socket(l, flow);
	uint32_t idle_s;

	out->flows++;
	if (look_flow_idle(l, flow, &idle_s)) {
		out->has_idle = true;
		if (idle_s > out->longest_idle_s)
			out->longest_idle_s = idle_s;
	}
	if (!socket)
		return;
	out->sockets++;
	out->without_keepalive += socket->row.timer == SOCKET_TIMER_NONE;
	out->knows_keepalive &= socket->row.timer != SOCKET_TIMER_UNKNOWN;
	if (socket->process)
		flows[socket->process - 1]++;
}

void stake_find(const struct look *l, stake_fn would_go, const void *ctx, struct stake *out)
{
	const char *why = look_why_lacking(l, LOOK_FLOWS);
	uint32_t *flows = calloc(l->processes_count + 1, sizeof(*flows));

	memset(out, 0, sizeof(*out));
	out->knows_keepalive = true;
	if (why || !flows) {
		snprintf(out->why_unknown, sizeof(out->why_unknown), "%s",
			 why ? why : "out of memory");
		free(flows);
		return;
	}
	for (size_t i = 0; i < l->flows_count; i++) {
		enum nat_answer answer = would_go(ctx, l, &l->flows[i]);

		if (answer == NAT_YES)
			add_flow(l, &l->flows[i], flows, out);
		out->unsure += answer == NAT_MAYBE;
	}
	out->knows_keepalive &= out->sockets > 0;
	count_names(l, flows, out);
	count_containers(l, flows, out);
	free(flows);
}

const char *stake_name_format(const struct look_process *p, char *buf, size_t size)
{
	char comm[64], place[160];
	struct growing g = { .buf = buf, .size = size };

	grow(&g, "%s[%u]", utf8_printable(p->comm, comm, sizeof(comm)), p->pid);
	if (p->pod[0])
		grow(&g, " (pod %s)", utf8_printable(p->pod, place, sizeof(place)));
	else if (p->container_name[0])
		grow(&g, " (container %s)",
		     utf8_printable(p->container_name, place, sizeof(place)));
	else if (p->container[0])
		grow(&g, " (container %.12s)", utf8_printable(p->container, place, sizeof(place)));
	else if (p->netns_name[0])
		grow(&g, " (namespace %s)", utf8_printable(p->netns_name, place, sizeof(place)));
	else if (p->unit[0])
		grow(&g, " (%s)", utf8_printable(p->unit, place, sizeof(place)));
	return buf;
}

static void put_names(const struct stake *s, struct growing *g)
{
	enum { SHOWN = 3 };
	char name[256];

	for (size_t i = 0; i < s->names_count && i < SHOWN; i++)
		grow(g, "%s%s", i ? ", " : " of ",
		     stake_name_format(&s->names[i].process, name, sizeof(name)));
	if (s->processes > SHOWN)
		grow(g, " and %s", COUNTED(s->processes - SHOWN, "more process", "more processes"));
}

const char *stake_format(const struct stake *s, char *buf, size_t size)
{
	struct growing g = { .buf = buf, .size = size };

	*buf = '\0';
	if (s->why_unknown[0]) {
		grow(&g, "cannot be told: %s", s->why_unknown);
		return buf;
	}
	grow(&g, "%s", s->flows ? COUNTED(s->flows, "flow", "flows") : "no flow now");
	put_names(s, &g);
	if (s->containers > 1)
		grow(&g, "; %s", COUNTED(s->containers, "container", "containers"));
	if (s->flows && s->sockets < s->flows)
		grow(&g, "; %s no socket that was found on this node",
		     COUNTED(s->flows - s->sockets, "flow has", "flows have"));
	if (s->sockets && s->knows_keepalive && s->without_keepalive)
		grow(&g, "; %s no keepalive",
		     COUNTED(s->without_keepalive, "socket has", "sockets have"));
	if (s->has_idle && s->longest_idle_s)
		grow(&g, "; the longest is idle for %s", SPAN(s->longest_idle_s));
	if (s->unsure)
		grow(&g, "; %s more, if rules that could not be judged masquerade them",
		     NUMBER(s->unsure));
	return buf;
}
