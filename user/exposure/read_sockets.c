// SPDX-License-Identifier: GPL-2.0-only
/* The sockets of all namespaces, once; which of them are the inner ends of translated flows; and
 * the processes that have those. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "exposure/read.h"
#include "node/address_owners.h"
#include "node/conntrack_here.h"
#include "node/namespaces.h"
#include "node/netns.h"
#include "node/process.h"
#include "node/socket_census.h"
#include "node/socket_owners.h"

/* What a search of /proc for the processes may take, and following flows through translations
 * of other namespaces. */
#define OWNERS_NS (1000 * NSEC_PER_MSEC)
#define INWARD_NS (500 * NSEC_PER_MSEC)
/* And one walk over all sockets. */
#define CENSUS_NS (1000 * NSEC_PER_MSEC)

struct socket_reading {
	struct look *look;
	struct namespaces namespaces;
	struct address_owners owners; /* of the namespaces but the own one */
	struct sockets rows;
	struct socket_census census;
	bool has_walked;
	uint32_t home, at;
	int home_fd;
	bool has_address;
};

/* ---- listing ---- */

static int enter(const struct socket_reading *r, uint32_t inum)
{
	const struct namespace *ns = namespaces_find(&r->namespaces, inum);

	if (inum == r->home)
		return namespace_return(r->home_fd);
	return ns ? namespace_enter(ns) : -ESRCH;
}

static void take_address(void *ctx, uint8_t family, const struct address *address)
{
	struct socket_reading *r = ctx;

	r->has_address = true;
	address_owners_add(&r->owners, family, address, r->at);
}

/* Where the walk missed some, that namespace is asked. */
static int list_here(struct socket_reading *r, uint32_t inum)
{
	uint32_t states = SOCKETS_OPEN | SOCKETS_LISTENING;
	int err = r->has_walked ? socket_census_list(&r->census, inum, states, &r->rows) : -ENODATA;

	return err == -ENODATA ? sockets_list(&r->rows, inum, states) : err;
}

/* From one without an address nothing goes out: its sockets are not listed. */
static void list_one(struct socket_reading *r, uint32_t inum)
{
	int err = enter(r, inum);

	if (err == -ENOENT || err == -ESRCH)
		return; /* it went */
	r->look->namespaces++;
	r->at = inum;
	r->has_address = inum == r->home;
	if (!err && inum != r->home)
		err = namespace_addresses(take_address, r);
	if (!err && r->has_address)
		err = list_here(r, inum);
	r->look->namespaces_unseen += err != 0;
}

static void keep_rows(struct socket_reading *r)
{
	for (size_t i = 0; i < r->rows.count; i++) {
		const struct socket_row *row = &r->rows.rows[i];
		struct look_socket *socket;

		/* Closed by its process, it only waits for the answer to its FIN. */
		if (row->state != SOCKET_LISTEN && !socket_is_open(row))
			continue;
		socket = look_add_socket(r->look);
		if (!socket) {
			look_lacks(r->look, LOOK_SOCKETS, "out of memory");
			return;
		}
		socket->row = *row;
	}
}

static void list_all(struct socket_reading *r)
{
	struct look *look = r->look;
	int err = namespaces_scan(&r->namespaces);

	if (err) {
		look_lacks(look, LOOK_SOCKETS, "cannot read /proc: %s", strerror(-err));
		return;
	}
	for (size_t i = 0; i < r->namespaces.count; i++)
		list_one(r, r->namespaces.items[i].inum);
	enter(r, r->home);
	address_owners_sort(&r->owners);
	keep_rows(r);
	sockets_release(&r->rows);
	if (look->namespaces_unseen || r->namespaces.is_denied || r->namespaces.is_cut)
		look_lacks(look, LOOK_NAMESPACES,
			   "not all network namespaces could be looked into%s",
			   r->namespaces.is_denied ? "; run it as root" : "");
}

/* ---- flows ---- */

static int compare_sockets(const void *a, const void *b)
{
	const struct socket_row *x = &((const struct look_socket *)a)->row;
	const struct socket_row *y = &((const struct look_socket *)b)->row;

	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	return memcmp(&x->tuple, &y->tuple, sizeof(x->tuple));
}

static uint32_t find_socket(const struct look *look, uint8_t family, const struct tuple *tuple)
{
	struct look_socket key = { .row = { .family = family, .tuple = *tuple } };
	const struct look_socket *found = look->sockets_count ?
						  bsearch(&key, look->sockets, look->sockets_count,
							  sizeof(key), compare_sockets) :
						  NULL;

	return found ? (uint32_t)(found - look->sockets) + 1 : 0;
}

static bool is_inward(const struct look_flow *flow)
{
	return flow->masqueraded != NAT_NO || look_flow_is_translated(flow);
}

static bool is_of_note(const struct look_flow *flow)
{
	return flow->masqueraded != NAT_NO || look_flow_is_live(flow);
}

static void match_flows(struct look *look)
{
	if (look->sockets_count)
		qsort(look->sockets, look->sockets_count, sizeof(*look->sockets), compare_sockets);
	for (size_t i = 0; i < look->flows_count; i++)
		if (is_of_note(&look->flows[i]))
			look->flows[i].socket = find_socket(look, look->flows[i].flow.family,
							    &look->flows[i].flow.orig);
}

/* A flow of a namespace that itself translates for another: its conntrack knows the inner
 * tuple. One level: as deep as docker in a container, or a pod's sidecar. */
static void match_inner(struct socket_reading *r, struct look_flow *flow, uint64_t until_ns)
{
	size_t count = 0;
	const struct home *owner =
		address_owners_find(&r->owners, flow->flow.family, &flow->flow.orig.src, &count);
	struct tuple outer = flow->flow.orig, back = tuple_inverse(&outer);
	struct conntrack_here *here;
	struct flow entry;

	if (count != 1 || enter(r, owner->inum))
		return;
	here = conntrack_here_open(owner->inum, until_ns);
	if (here && conntrack_here_ask(here, flow->flow.family, &back, &entry) == LOOKUP_ALIVE)
		flow->socket = find_socket(r->look, entry.family, &entry.orig);
	conntrack_here_close(here);
}

static void match_all(struct socket_reading *r)
{
	uint64_t until_ns = clock_mono_ns() + INWARD_NS;

	match_flows(r->look);
	for (size_t i = 0; i < r->look->flows_count; i++)
		if (is_inward(&r->look->flows[i]) && !r->look->flows[i].socket &&
		    clock_mono_ns() < until_ns)
			match_inner(r, &r->look->flows[i], until_ns);
	enter(r, r->home);
}

/* ---- processes ---- */

static int compare_owners(const void *a, const void *b)
{
	const struct socket_owner *x = a, *y = b;

	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

static uint32_t add_process(struct socket_reading *r, const struct socket_owner *owner)
{
	const struct namespace *ns = namespaces_find(&r->namespaces, owner->netns);
	struct look_process *p;
	struct victim *victim = calloc(1, sizeof(*victim));

	if (!victim)
		return 0;
	socket_owner_describe(owner, victim);
	p = victim->process.pid ? look_add_process(r->look) : NULL;
	if (p) {
		p->pid = victim->process.pid;
		memcpy(p->comm, victim->process.comm, sizeof(p->comm));
		memcpy(p->unit, victim->process.unit, sizeof(p->unit));
		memcpy(p->container, victim->process.container, sizeof(p->container));
		memcpy(p->container_name, victim->process.container_name,
		       sizeof(p->container_name));
		memcpy(p->pod, victim->process.pod, sizeof(p->pod));
		if (ns)
			memcpy(p->netns_name, ns->name, sizeof(p->netns_name));
	}
	free(victim);
	return p ? (uint32_t)r->look->processes_count : 0;
}

/* A process may have thousands: it is described once. */
static void describe(struct socket_reading *r, struct socket_owner *owners, size_t count)
{
	uint32_t process = 0;

	if (count)
		qsort(owners, count, sizeof(*owners), compare_owners);
	for (size_t i = 0; i < count; i++) {
		struct look_socket *socket = owners[i].owner;

		if (!owners[i].pid)
			continue;
		if (!i || owners[i].pid != owners[i - 1].pid)
			process = add_process(r, &owners[i]);
		socket->process = process;
	}
}

/* False: some may be elsewhere. */
static bool take_held(const struct socket_reading *r, struct socket_owner *owners, size_t count)
{
	for (size_t i = 0; r->has_walked && i < count; i++) {
		const struct held_socket *held = socket_census_find(&r->census, owners[i].inode);

		if (!held)
			continue;
		owners[i].pid = held->pid;
		owners[i].fd = held->fd;
		owners[i].start_ticks = held->start_ns / process_tick_ns();
	}
	return r->has_walked && !r->census.is_cut;
}

static void find_processes(struct socket_reading *r)
{
	struct look *look = r->look;
	struct socket_owner *owners = calloc(look->sockets_count + 1, sizeof(*owners));
	uint64_t deadline_ns = clock_mono_ns() + OWNERS_NS;
	bool *is_wanted = calloc(look->sockets_count + 1, sizeof(*is_wanted));
	size_t count = 0;

	for (size_t i = 0; is_wanted && i < look->flows_count; i++)
		is_wanted[look->flows[i].socket] = true;
	for (size_t i = 0; owners && is_wanted && i < look->sockets_count; i++)
		if (is_wanted[i + 1] && look->sockets[i].row.inode)
			owners[count++] =
				(struct socket_owner){ .inode = look->sockets[i].row.inode,
						       .netns = look->sockets[i].row.netns,
						       .owner = &look->sockets[i] };
	if (count && !take_held(r, owners, count))
		socket_owners_find(NULL, owners, count, deadline_ns);
	if (clock_mono_ns() >= deadline_ns)
		look_lacks(look, LOOK_PROCESSES, "there was no time to find all processes");
	describe(r, owners, count);
	free(owners);
	free(is_wanted);
}

static void read_live(struct look *look, const struct socket_walk *walk)
{
	struct socket_reading r = { .look = look, .home = netns_own() };

	r.home_fd = namespace_remember();
	if (r.home_fd < 0) {
		look_lacks(look, LOOK_SOCKETS, "cannot read /proc: %s", strerror(-r.home_fd));
		return;
	}
	r.has_walked = !socket_census_take(&r.census, walk, clock_mono_ns() + CENSUS_NS);
	list_all(&r);
	match_all(&r);
	find_processes(&r);
	namespace_return(r.home_fd);
	close(r.home_fd);
	namespaces_release(&r.namespaces);
	address_owners_release(&r.owners);
	socket_census_release(&r.census);
}

/* ---- a bundle's ---- */

enum { LINE_BYTES = 2048 };

static uint32_t keep_process(struct look *look, const struct look_process *process)
{
	struct look_process *kept;

	for (size_t i = 0; i < look->processes_count; i++)
		if (look->processes[i].pid == process->pid)
			return (uint32_t)i + 1;
	kept = look_add_process(look);
	if (!kept)
		return 0;
	*kept = *process;
	return (uint32_t)look->processes_count;
}

static void take_lines(struct look *look, FILE *file, const char *netns)
{
	struct look_socket socket, *kept;
	struct look_process process;
	char line[LINE_BYTES];

	while (fgets(line, sizeof(line), file)) {
		if (!socket_parse_line(line, &socket, &process))
			continue;
		kept = look_add_socket(look);
		if (!kept)
			return;
		*kept = socket;
		snprintf(process.netns_name, sizeof(process.netns_name), "%s", netns);
		if (process.pid)
			kept->process = keep_process(look, &process);
	}
}

struct namespace_reading {
	struct look *look;
	const struct node_files *files;
};

/* Without a name: the node's own. */
static void read_namespace(void *ctx, const char *name)
{
	const struct namespace_reading *r = ctx;
	char pattern[LOOK_PATH_BYTES];
	const char *const commands[] = { pattern, NULL };
	struct look_place place;
	FILE *file;

	if (*name)
		snprintf(pattern, sizeof(pattern), "networking/namespaces/%.100s/*_ss_-*", name);
	else
		snprintf(pattern, sizeof(pattern), "networking/ss_-*");
	file = node_command_open(r->files, commands, &place);
	if (!file)
		return;
	r->look->namespaces++;
	take_lines(r->look, file, name);
	fclose(file);
}

static void read_bundle(struct look *look, const struct node_files *files)
{
	struct namespace_reading r = { look, files };

	read_namespace(&r, "");
	node_files_list(files, "sos_commands/networking/namespaces", "*", read_namespace, &r);
	if (!look->namespaces)
		look_lacks(look, LOOK_SOCKETS, "the bundle has no sos_commands/networking/ss_-*");
	else
		look_lacks(look, LOOK_NAMESPACES,
			   "a bundle has the sockets of the node's own network namespace and of "
			   "those that `ip netns` names, not of each container");
	match_flows(look);
}

void read_sockets(struct look *look, const struct node_files *files)
{
	if (files->is_live)
		read_live(look, files->walk);
	else
		read_bundle(look, files);
}
