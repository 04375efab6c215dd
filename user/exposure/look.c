// SPDX-License-Identifier: GPL-2.0-only
#include "exposure/look.h"

#include <netinet/in.h> /* before the kernel's headers, which then leave out theirs */

#include <linux/netfilter/nf_conntrack_common.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

void look_release(struct look *l)
{
	free(l->links);
	free(l->addresses);
	free(l->flows);
	free(l->sockets);
	free(l->processes);
	free(l->values);
	free(l->gaps);
	free(l->uplinks);
	free(l->flushers);
	memset(l, 0, sizeof(*l));
}

/* One more, zeroed. */
static void *add(void *array, size_t *count, size_t *size, size_t item_bytes)
{
	char *items, *item;

	if (!array_reserve(array, size, *count + 1, item_bytes))
		return NULL;
	memcpy(&items, array, sizeof(items));
	item = items + *count * item_bytes;
	memset(item, 0, item_bytes);
	(*count)++;
	return item;
}

#define ADD(look, what)                                                                            \
	add(&(look)->what, &(look)->what##_count, &(look)->what##_size, sizeof(*(look)->what))

struct look_link *look_add_link(struct look *l)
{
	return ADD(l, links);
}

struct look_address *look_add_address(struct look *l)
{
	return ADD(l, addresses);
}

struct look_flow *look_add_flow(struct look *l)
{
	return ADD(l, flows);
}

struct look_socket *look_add_socket(struct look *l)
{
	return ADD(l, sockets);
}

struct look_process *look_add_process(struct look *l)
{
	return ADD(l, processes);
}

struct look_uplink *look_add_uplink(struct look *l)
{
	return ADD(l, uplinks);
}

struct look_flusher *look_add_flusher(struct look *l)
{
	return ADD(l, flushers);
}

static struct look_value *find_value(const struct look *l, const char *name)
{
	for (size_t i = 0; i < l->values_count; i++)
		if (!strcmp(l->values[i].name, name))
			return &l->values[i];
	return NULL;
}

void look_set_value(struct look *l, const char *name, uint64_t value)
{
	struct look_value *v = find_value(l, name);

	if (!v)
		v = ADD(l, values);
	if (!v)
		return;
	snprintf(v->name, sizeof(v->name), "%s", name);
	v->value = value;
}

bool look_value(const struct look *l, const char *name, uint64_t *value)
{
	const struct look_value *v = find_value(l, name);

	if (v)
		*value = v->value;
	return v != NULL;
}

void look_lacks(struct look *l, enum look_part part, const char *format, ...)
{
	struct look_gap *gap;
	va_list args;

	if (look_why_lacking(l, part))
		return;
	gap = ADD(l, gaps);
	if (!gap)
		return;
	gap->part = part;
	va_start(args, format);
	vsnprintf(gap->why, sizeof(gap->why), format, args);
	va_end(args);
}

const char *look_why_lacking(const struct look *l, enum look_part part)
{
	for (size_t i = 0; i < l->gaps_count; i++)
		if (l->gaps[i].part == part)
			return l->gaps[i].why;
	return NULL;
}

struct look_link *look_link_find(const struct look *l, uint32_t ifindex)
{
	for (size_t i = 0; i < l->links_count; i++)
		if (l->links[i].ifindex == ifindex)
			return &l->links[i];
	return NULL;
}

struct look_link *look_link_named(const struct look *l, const char *ifname)
{
	for (size_t i = 0; i < l->links_count; i++)
		if (!strcmp(l->links[i].ifname, ifname))
			return &l->links[i];
	return NULL;
}

const struct look_address *look_address_find(const struct look *l, uint8_t family,
					     const struct address *address)
{
	for (size_t i = 0; i < l->addresses_count; i++)
		if (l->addresses[i].family == family &&
		    address_equal(&l->addresses[i].address, address))
			return &l->addresses[i];
	return NULL;
}

const struct look_socket *look_flow_socket(const struct look *l, const struct look_flow *flow)
{
	return flow->socket && flow->socket <= l->sockets_count ? &l->sockets[flow->socket - 1] :
								  NULL;
}

const struct look_process *look_socket_process(const struct look *l,
					       const struct look_socket *socket)
{
	return socket && socket->process && socket->process <= l->processes_count ?
		       &l->processes[socket->process - 1] :
		       NULL;
}

bool look_flow_is_live(const struct look_flow *flow)
{
	return flow->protocol == IPPROTO_TCP &&
	       (flow->tcp_state == TRACKER_ESTABLISHED || flow->tcp_state == TRACKER_CLOSE_WAIT ||
		flow->tcp_state == TRACKER_FIN_WAIT);
}

bool look_flow_is_translated(const struct look_flow *flow)
{
	return look_flow_is_live(flow) && flow_is_translated(&flow->flow);
}

bool look_flow_idle(const struct look *l, const struct look_flow *flow, uint32_t *idle_s)
{
	uint64_t whole;

	/* One that was picked up in mid-stream is given less. */
	if (flow->protocol != IPPROTO_TCP || flow->tcp_state != TRACKER_ESTABLISHED ||
	    !(flow->status & IPS_ASSURED) ||
	    !look_value(l, "net.netfilter.nf_conntrack_tcp_timeout_established", &whole) ||
	    flow->timeout_s > whole)
		return false;
	*idle_s = (uint32_t)(whole - flow->timeout_s);
	return true;
}
