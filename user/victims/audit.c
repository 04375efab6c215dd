// SPDX-License-Identifier: GPL-2.0-only
#include "victims/audit.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "node/built_in.h"
#include "node/netns.h"
#include "victims/audit_private.h"

/* What following sockets through other namespaces may take. */
#define FOLLOW_NS (5 * NSEC_PER_SEC)
/* And one walk over all sockets. */
#define CENSUS_NS (10 * NSEC_PER_SEC)

/* ---- pure ---- */

static int compare_ports(const void *a, const void *b)
{
	uint16_t x = *(const uint16_t *)a, y = *(const uint16_t *)b;

	return x < y ? -1 : x > y;
}

size_t audit_keep_clients(struct socket_row *rows, size_t count)
{
	uint16_t *ports = calloc(count ? count : 1, sizeof(*ports));
	size_t ports_count = 0, kept = 0;

	for (size_t i = 0; ports && i < count; i++)
		if (rows[i].state == SOCKET_LISTEN)
			ports[ports_count++] = rows[i].tuple.sport;
	if (ports_count)
		qsort(ports, ports_count, sizeof(*ports), compare_ports);
	for (size_t i = 0; ports && i < count; i++)
		if (socket_is_open(&rows[i]) &&
		    !(ports_count && bsearch(&rows[i].tuple.sport, ports, ports_count,
					     sizeof(*ports), compare_ports)))
			rows[kept++] = rows[i];
	free(ports);
	return kept;
}

/* ---- namespaces ---- */

/* Its own it left itself: /proc/self leads to where it is. */
int audit_enter(const struct auditor *a, uint32_t inum)
{
	const struct namespace *ns = namespaces_find(&a->namespaces, inum);

	if (inum == a->home)
		return namespace_return(a->home_fd);
	return ns ? namespace_enter(ns) : -ESRCH;
}

struct noting {
	struct auditor *auditor;
	uint32_t inum;
	bool has_one;
};

static void note_address(void *ctx, uint8_t family, const struct address *address)
{
	struct noting *noting = ctx;

	noting->has_one = true;
	if (address_owners_add(&noting->auditor->owners, family, address, noting->inum))
		noting->auditor->audit->unseen++;
}

/* From one without an address nothing goes out: to list its sockets is a walk over those
 * of all namespaces that can be spared. */
static bool has_address(struct auditor *a, uint32_t inum)
{
	struct noting noting = { .auditor = a, .inum = inum };

	return namespace_addresses(note_address, &noting) || noting.has_one;
}

static int list_sockets(struct auditor *a, struct sockets *all, uint32_t inum)
{
	const uint32_t states = SOCKETS_OPEN | SOCKETS_LISTENING;
	int err = a->audit->has_walked ? socket_census_list(&a->census, inum, states, all) :
					 -ENODATA;

	if (err != -ENODATA)
		return err;
	a->audit->asked++;
	return sockets_list(all, inum, states);
}

/* Appends a namespace's clients. */
static void list_clients(struct auditor *a, struct sockets *all, uint32_t inum)
{
	size_t before = all->count;
	int err = audit_enter(a, inum);

	a->audit->namespaces++;
	if (err == -ENOENT || err == -ESRCH)
		return; /* it went */
	if (!err && has_address(a, inum))
		err = list_sockets(a, all, inum);
	a->audit->unseen += err != 0;
	if (all->count > before)
		all->count = before + audit_keep_clients(all->rows + before, all->count - before);
}

static void take_own_address(void *ctx, uint8_t family, const struct address *address)
{
	struct auditor *a = ctx;

	if (a->own_count < OWN_ADDRESSES_MAX)
		a->own[a->own_count++] =
			(struct own_address){ .family = family, .address = *address };
}

static bool is_own(const struct auditor *a, uint8_t family, const struct address *address)
{
	for (size_t i = 0; i < a->own_count; i++)
		if (a->own[i].family == family && address_equal(&a->own[i].address, address))
			return true;
	return false;
}

/* Where CNIs have a gateway that is nobody's address, and answer for it by proxy ARP. */
static bool is_link_local(uint8_t family, const struct address *a)
{
	if (family == AF_INET)
		return a->bytes[0] == 169 && a->bytes[1] == 254;
	return a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80;
}

/* ---- what becomes of a packet ---- */

enum nat_answer audit_leads_to_outer(const struct auditor *a, struct routes *inner, uint8_t family,
				     const struct tuple *tuple, struct route *route)
{
	*route = (struct route){ 0 };
	if (!inner || routes_ask(inner, family, &tuple->dst, &tuple->src, 0, route))
		return NAT_MAYBE;
	if (route->type == RTN_LOCAL)
		return NAT_NO; /* to itself: it never leaves */
	if (!route->has_gateway)
		return NAT_MAYBE; /* on the link; or a default route without a gateway */
	return is_own(a, route->gateway_family, &route->gateway) ||
			       is_link_local(route->gateway_family, &route->gateway) ?
		       NAT_YES :
		       NAT_NO;
}

/* In the outer one: whether it forwards and translates the flow. */
static enum nat_answer is_translated(const struct auditor *a, const struct socket_row *row)
{
	struct nat_question q = { .family = row->family, .tuple = row->tuple };
	struct route in, out;

	if (is_own(a, row->family, &row->tuple.src))
		return NAT_NO; /* its own: masquerade leaves the address as it is */
	if (routes_ask(a->routes, row->family, &row->tuple.src, NULL, 0, &in) ||
	    in.type != RTN_UNICAST)
		return NAT_NO; /* the socket is not behind it */
	if (is_own(a, row->family, &row->tuple.dst))
		return NAT_NO; /* it talks to the node itself */
	if (routes_ask(a->routes, row->family, &row->tuple.dst, &row->tuple.src, in.oif, &out) ||
	    out.type != RTN_UNICAST)
		return NAT_MAYBE; /* its address is away, say: nobody can tell */
	if (out.oif == in.oif)
		return NAT_NO; /* both are on one link: it is not forwarded */
	q.iif = in.oif;
	q.oif = out.oif;
	if (!if_indextoname(q.iif, q.iifname) || !if_indextoname(q.oif, q.oifname))
		return NAT_MAYBE;
	return nat_rules_ask(a->rules, &q);
}

/* Judges the clients that conntrack does not know; all of one namespace. */
static void judge_namespace(struct auditor *a, struct socket_row *rows, size_t count)
{
	struct routes *inner = NULL;
	struct route route;

	if (!audit_enter(a, rows[0].netns))
		inner = routes_open();
	for (size_t i = 0; i < count; i++) {
		rows[i].tag =
			audit_leads_to_outer(a, inner, rows[i].family, &rows[i].tuple, &route);
		if (rows[i].tag == NAT_NO && route.has_gateway)
			audit_follow_outward(a, &rows[i], &route);
	}
	routes_close(inner);
	if (audit_enter(a, a->outer))
		return;
	for (size_t i = 0; i < count; i++) {
		enum nat_answer first = rows[i].tag;
		enum nat_answer answer = first == NAT_NO ? NAT_NO : is_translated(a, &rows[i]);

		rows[i].tag = answer < first ? answer : first;
	}
}

/* ---- the audit ---- */

static void drop_known(const struct auditor *a, struct sockets *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->count; i++)
		if (!conntrack_table_knows(&a->table, s->rows[i].family, &s->rows[i].tuple))
			s->rows[kept++] = s->rows[i];
	s->count = kept;
}

static void judge_all(struct auditor *a, struct sockets *s)
{
	size_t end, kept = 0;

	for (size_t i = 0; i < s->count; i = end) {
		for (end = i; end < s->count && s->rows[end].netns == s->rows[i].netns; end++)
			;
		judge_namespace(a, &s->rows[i], end - i);
	}
	for (size_t i = 0; i < s->count; i++)
		if (s->rows[i].tag != NAT_NO)
			s->rows[kept++] = s->rows[i];
	s->count = kept;
}

/* What was closed meanwhile has lost its entry by right. */
static void drop_closed(struct auditor *a, struct sockets *s)
{
	struct socket_row *now = calloc(s->count ? s->count : 1, sizeof(*now));
	size_t end, kept = 0;

	for (size_t i = 0; now && i < s->count; i = end) {
		uint32_t inum = s->rows[i].netns;
		bool is_there = !audit_enter(a, inum);

		for (end = i; end < s->count && s->rows[end].netns == inum; end++)
			now[end] = s->rows[end];
		if (!is_there)
			continue;
		sockets_look_up_all(&now[i], end - i);
		sockets_find_bound(&now[i], end - i);
		for (size_t k = i; k < end; k++)
			if (now[k].state != SOCKET_UNKNOWN && socket_is_open(&now[k]) &&
			    now[k].inode == s->rows[k].inode)
				s->rows[kept++] = now[k];
	}
	a->audit->unseen += !now; /* out of memory */
	s->count = kept;
	free(now);
}

static void split_unsure(struct auditor *a, struct sockets *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->count; i++) {
		if (s->rows[i].tag == NAT_YES)
			s->rows[kept++] = s->rows[i];
		else
			a->audit->unsure++;
	}
	s->count = kept;
}

/* Those behind another namespace's translation, by what comes out of that. */
static void judge_beyond(struct auditor *a)
{
	struct sockets *at_risk = &a->audit->at_risk, *outer = &a->audit->outer;

	if (audit_enter(a, a->outer))
		return;
	for (size_t i = 0; i < a->beyond.count; i++) {
		const struct socket_row *row = &a->beyond.rows[i];
		enum nat_answer answer;

		if (conntrack_table_knows(&a->table, row->family, &row->tuple))
			continue;
		answer = is_translated(a, row);
		if (answer > row->tag)
			answer = row->tag;
		a->behind.rows[i].tag = answer;
		if (answer == NAT_NO)
			continue;
		a->behind.rows[i].is_inner = true;
		if (sockets_append(at_risk, &a->behind.rows[i]) || sockets_append(outer, row))
			a->audit->untraced++;
	}
}

const struct tuple *audit_outer_tuple(const struct audit *audit, const struct socket_row *row)
{
	for (size_t i = 0; row->is_inner && i < audit->outer.count; i++)
		if (audit->outer.rows[i].inode == row->inode)
			return &audit->outer.rows[i].tuple;
	return &row->tuple;
}

static int explain(char why[AUDIT_WHY_BYTES], const char *what, int err)
{
	if (err == -EOPNOTSUPP && !module_can_be_loaded("nf_conntrack_netlink"))
		snprintf(why, AUDIT_WHY_BYTES,
			 "cannot read %s: this kernel was built without CONFIG_NF_CT_NETLINK and "
			 "CONFIG_NF_CONNTRACK_PROCFS; use a kernel that has one of them",
			 what);
	else if (err == -EOPNOTSUPP)
		snprintf(why, AUDIT_WHY_BYTES,
			 "cannot read %s: nf_conntrack_netlink is not loaded, and rstblame "
			 "never loads modules; run modprobe nf_conntrack_netlink first",
			 what);
	else
		snprintf(why, AUDIT_WHY_BYTES, "cannot read %s: %s%s", what, strerror(-err),
			 err == -EPERM ? "; run it as root (sudo rstblame --audit)" : "");
	return -1;
}

static int read_outer(struct auditor *a, char *why)
{
	int err = audit_enter(a, a->outer);

	if (!err)
		err = conntrack_table_read(&a->table);
	if (err)
		return explain(why, "conntrack's table", err);
	a->audit->entries = a->table.entries;
	a->rules = nat_rules_read();
	if (!a->rules)
		return explain(why, "the ruleset", -errno);
	a->routes = routes_open();
	if (!a->routes)
		return explain(why, "the routes", -errno);
	namespace_addresses(take_own_address, a);
	return 0;
}

/* Sockets first, then the table: an entry that is made in between is found. */
static int audit(struct auditor *a, const struct socket_walk *walk, char *why)
{
	struct sockets *s = &a->audit->at_risk;
	int err = namespaces_scan(&a->namespaces);

	if (err)
		return explain(why, "/proc", err);
	a->audit->unseen += a->namespaces.is_cut || a->namespaces.is_denied;
	a->audit->has_walked = !socket_census_take(&a->census, walk, clock_mono_ns() + CENSUS_NS);
	for (size_t i = 0; i < a->namespaces.count; i++)
		if (a->namespaces.items[i].inum != a->outer)
			list_clients(a, s, a->namespaces.items[i].inum);
	a->audit->connections = s->count;
	address_owners_sort(&a->owners);
	if (read_outer(a, why))
		return -1;
	drop_known(a, s);
	if (!s->count)
		return 0;
	a->until_ns = clock_mono_ns() + FOLLOW_NS;
	judge_all(a, s);
	/* A table that changes while it is read may have hidden one. */
	conntrack_table_release(&a->table);
	err = audit_enter(a, a->outer);
	if (!err)
		err = conntrack_table_read(&a->table);
	if (err)
		return explain(why, "conntrack's table", err);
	drop_known(a, s);
	judge_beyond(a);
	drop_closed(a, s);
	split_unsure(a, s);
	return 0;
}

int audit_run(struct audit *out, uint32_t inum, const struct socket_walk *walk,
	      char why[AUDIT_WHY_BYTES])
{
	struct auditor *a = calloc(1, sizeof(*a));
	int home_fd = namespace_remember(), err;

	memset(out, 0, sizeof(*out));
	if (!a || home_fd < 0) {
		free(a);
		return explain(why, "/proc", a ? home_fd : -ENOMEM);
	}
	a->audit = out;
	a->home = netns_own();
	a->home_fd = home_fd;
	a->outer = inum ? inum : a->home;
	err = audit(a, walk, why);
	namespace_return(home_fd);
	close(home_fd);
	namespaces_release(&a->namespaces);
	socket_census_release(&a->census);
	conntrack_table_release(&a->table);
	nat_rules_free(a->rules);
	routes_close(a->routes);
	address_owners_release(&a->owners);
	sockets_release(&a->behind);
	sockets_release(&a->beyond);
	free(a);
	return err;
}

void audit_release(struct audit *out)
{
	sockets_release(&out->at_risk);
	sockets_release(&out->outer);
}
