// SPDX-License-Identifier: GPL-2.0-only
/* iptables-legacy, IPv4: tables as getsockopt() hands them out. */
#include <netinet/in.h> /* before the kernel's headers, which then leave out theirs */

#include <linux/netfilter.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/nat_rules_private.h"
#include "node/xt_match.h"
#include "node/xt_private.h"

/* To ask for a table that is not there would load it. */
static bool has_table(const char *name)
{
	FILE *file = fopen("/proc/thread-self/net/ip_tables_names", "re");
	char line[64];
	bool is_there = false;

	while (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		is_there |= !strcmp(line, name);
	}
	if (file)
		fclose(file);
	return is_there;
}

static bool read_entries(int fd, const char *name, struct xt_rules *rules)
{
	socklen_t len = sizeof(rules->info);

	snprintf(rules->info.name, sizeof(rules->info.name), "%s", name);
	if (getsockopt(fd, IPPROTO_IP, IPT_SO_GET_INFO, &rules->info, &len))
		return false;
	len = (socklen_t)(sizeof(*rules->entries) + rules->info.size);
	rules->entries = calloc(1, len);
	if (!rules->entries)
		return false;
	snprintf(rules->entries->name, sizeof(rules->entries->name), "%s", name);
	rules->entries->size = rules->info.size;
	return !getsockopt(fd, IPPROTO_IP, IPT_SO_GET_ENTRIES, rules->entries, &len);
}

struct xt_rules *xt_rules_read(const char *name)
{
	struct xt_rules *rules = has_table(name) ? calloc(1, sizeof(*rules)) : NULL;
	int fd;

	if (!rules)
		return NULL;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && read_entries(fd, name, rules)) {
		close(fd);
		return rules;
	}
	if (fd >= 0)
		close(fd);
	xt_rules_free(rules);
	return NULL;
}

void xt_rules_free(struct xt_rules *rules)
{
	if (!rules)
		return;
	free(rules->entries);
	free(rules);
}

static bool is_interface(const char *name, const char *wanted, const unsigned char *mask)
{
	for (size_t i = 0; i < IFNAMSIZ; i++)
		if ((name[i] ^ wanted[i]) & (char)mask[i])
			return false;
	return true;
}

static bool is_address(const struct address *a, const struct in_addr *wanted,
		       const struct in_addr *mask)
{
	in_addr_t have;

	memcpy(&have, a->bytes, sizeof(have));
	return ((have ^ wanted->s_addr) & mask->s_addr) == 0;
}

/* A name need not end within its field. */
static bool is_named(const char name[XT_EXTENSION_MAXNAMELEN], const char *wanted)
{
	return !strncmp(name, wanted, XT_EXTENSION_MAXNAMELEN);
}

enum nat_match xt_entry_match(const struct ipt_entry *e, const struct nat_question *q)
{
	const struct ipt_ip *ip = &e->ip;
	size_t at = sizeof(*e);
	enum nat_match match = MATCH_YES;

	if (is_address(&q->tuple.src, &ip->src, &ip->smsk) == !!(ip->invflags & IPT_INV_SRCIP) ||
	    is_address(&q->tuple.dst, &ip->dst, &ip->dmsk) == !!(ip->invflags & IPT_INV_DSTIP))
		return MATCH_NO;
	if (q->is_oif_unknown)
		match = ip->outiface[0] ? MATCH_MAYBE : match;
	else if (is_interface(q->oifname, ip->outiface, ip->outiface_mask) ==
		 !!(ip->invflags & IPT_INV_VIA_OUT))
		return MATCH_NO;
	if (q->is_iif_unknown)
		match = ip->iniface[0] ? MATCH_MAYBE : match;
	else if (is_interface(q->iifname, ip->iniface, ip->iniface_mask) ==
		 !!(ip->invflags & IPT_INV_VIA_IN))
		return MATCH_NO;
	if (ip->proto && (ip->proto == IPPROTO_TCP) == !!(ip->invflags & XT_INV_PROTO))
		return MATCH_NO;
	while (at + sizeof(struct xt_entry_match) <= e->target_offset) {
		const struct xt_entry_match *m = (const void *)((const char *)e + at);

		enum nat_match got;

		if (m->u.match_size < sizeof(*m) || m->u.match_size % _Alignof(struct ipt_entry) ||
		    m->u.match_size > e->target_offset - at)
			return MATCH_MAYBE;
		got = xt_match_ask(m->u.user.name, m->u.user.revision, m->data,
				   m->u.match_size - sizeof(*m), q);
		if (got == MATCH_NO)
			return MATCH_NO;
		if (got == MATCH_MAYBE)
			match = MATCH_MAYBE;
		at += m->u.match_size;
	}
	return match;
}

static bool is_translation(const char *target)
{
	return is_named(target, "MASQUERADE") || is_named(target, "SNAT") ||
	       is_named(target, "NETMAP");
}

static enum nat_end walk_from(const struct xt_rules *rules, struct nat_walk *walk, size_t at);

/* -1: the rule decides nothing. */
static int follow(const struct xt_rules *rules, struct nat_walk *walk, const struct ipt_entry *e,
		  size_t next, enum nat_match match)
{
	const struct xt_entry_target *target = (const void *)((const char *)e + e->target_offset);
	int verdict = ((const struct xt_standard_target *)target)->verdict;
	enum nat_end end;

	if (is_translation(target->u.user.name))
		return nat_walk_translates(walk, match,
					   is_named(target->u.user.name, "MASQUERADE"));
	if (target->u.user.name[0])
		return -1; /* MARK, LOG, … */
	if (verdict == XT_RETURN)
		end = NAT_END_FALL;
	else if (verdict < 0)
		end = NAT_END_DONE;
	else if ((size_t)verdict == next)
		return -1; /* a rule without a target */
	else
		end = walk_from(rules, walk, (size_t)verdict);
	if (verdict >= 0 && end == NAT_END_FALL)
		return -1;
	return nat_walk_ends(walk, match, end);
}

/* The rule there, if all of it and its target is in the table. NULL: the table ends, or is
 * not one. */
const struct ipt_entry *xt_entry_at(const struct xt_rules *rules, size_t at)
{
	const struct ipt_entry *e = (const void *)((const char *)rules->entries->entrytable + at);
	const size_t size = rules->info.size;

	if (at % _Alignof(struct ipt_entry) || at > size || size - at < sizeof(*e) ||
	    e->next_offset > size - at || e->target_offset < sizeof(*e) ||
	    e->target_offset % _Alignof(struct ipt_entry) ||
	    e->target_offset + sizeof(struct xt_standard_target) > e->next_offset)
		return NULL;
	return e;
}

static enum nat_end walk_from(const struct xt_rules *rules, struct nat_walk *walk, size_t at)
{
	const struct ipt_entry *e;
	enum nat_end end = NAT_END_FALL;

	walk->depth++;
	while ((e = xt_entry_at(rules, at)) && nat_walk_goes_on(walk)) {
		enum nat_match match = xt_entry_match(e, walk->q);
		int ended = -1;

		if (match != MATCH_NO)
			ended = follow(rules, walk, e, at + e->next_offset, match);
		if (ended >= 0) {
			end = (enum nat_end)ended;
			break;
		}
		at += e->next_offset;
	}
	/* Not at its end, but in what is no rule. */
	if (!e && at != rules->info.size)
		walk->may_be_translated = walk->may_be_done = true;
	walk->depth--;
	return end;
}

unsigned int xt_rules_kinds(const struct xt_rules *rules)
{
	const struct ipt_entry *e;
	unsigned int kinds = 0;

	/* xt_entry_at() has none whose next is not behind its target. */
	for (size_t at = 0; (e = xt_entry_at(rules, at)); at += e->next_offset) {
		const struct xt_entry_target *target =
			(const void *)((const char *)e + e->target_offset);

		if (is_named(target->u.user.name, "MASQUERADE"))
			kinds |= NAT_KIND_MASQUERADE;
		else if (is_translation(target->u.user.name))
			kinds |= NAT_KIND_OTHER;
	}
	return kinds;
}

enum nat_answer xt_rules_ask(const struct xt_rules *rules, const struct nat_question *q,
			     bool masquerade_only)
{
	struct nat_walk walk = { .q = q, .masquerade_only = masquerade_only };

	if (q->family != AF_INET || !(rules->info.valid_hooks & (1U << NF_INET_POST_ROUTING)))
		return NAT_NO;
	return nat_walk_answer(
		&walk, walk_from(rules, &walk, rules->info.hook_entry[NF_INET_POST_ROUTING]));
}
