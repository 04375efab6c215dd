// SPDX-License-Identifier: GPL-2.0-only
/* The sets that rules have within themselves, { 22, 80 } and { invalid : drop }, with their elements;
 * of the others, which may have a million, nothing. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "node/netlink.h"
#include "node/nft_private.h"

/* A question for each. */
enum { SETS_MAX = 256 };

static const struct nlattr *find_top(const struct nlmsghdr *h, uint16_t type)
{
	return netlink_find(h, sizeof(struct nfgenmsg), type);
}

static int take_set(const struct nlmsghdr *h, void *data)
{
	struct nft_rules *rules = data;
	uint32_t flags = netlink_be32(find_top(h, NFTA_SET_FLAGS), 0);
	struct nft_set *set;

	if (!(flags & NFT_SET_ANONYMOUS) || flags & NFT_SET_INTERVAL)
		return MNL_CB_OK;
	set = calloc(1, sizeof(*set));
	if (!set)
		return MNL_CB_STOP; /* it is not known, then */
	set->family = netlink_netfilter_family(h);
	strncpy(set->table, netlink_text(find_top(h, NFTA_SET_TABLE)), sizeof(set->table) - 1);
	strncpy(set->name, netlink_text(find_top(h, NFTA_SET_NAME)), sizeof(set->name) - 1);
	set->key_bytes = netlink_be32(find_top(h, NFTA_SET_KEY_LEN), 0);
	set->last = &set->first;
	set->next = rules->sets;
	rules->sets = set;
	return MNL_CB_OK;
}

static int take_elements(const struct nlmsghdr *h, void *data)
{
	struct nft_set *set = data;
	struct nft_rule *elements = calloc(1, sizeof(*elements));

	if (elements)
		elements->message = malloc(h->nlmsg_len);
	if (!elements || !elements->message) {
		free(elements);
		set->is_known = false;
		return MNL_CB_STOP;
	}
	memcpy(elements->message, h, h->nlmsg_len);
	*set->last = elements;
	set->last = &elements->next;
	return MNL_CB_OK;
}

static void read_elements(struct mnl_socket *nl, struct nft_set *set)
{
	_Alignas(8) char buf[512];
	struct nlmsghdr *h = netlink_netfilter(buf, NFNL_SUBSYS_NFTABLES, NFT_MSG_GETSETELEM,
					       NLM_F_DUMP, set->family);

	mnl_attr_put_strz(h, NFTA_SET_ELEM_LIST_TABLE, set->table);
	mnl_attr_put_strz(h, NFTA_SET_ELEM_LIST_SET, set->name);
	set->is_known = true;
	if (netlink_ask(nl, h, take_elements, set))
		set->is_known = false;
}

static int take_flowtable(const struct nlmsghdr *h, void *data)
{
	struct nft_rules *rules = data;

	rules->has_hardware_flowtable |= netlink_be32(find_top(h, NFTA_FLOWTABLE_FLAGS), 0) &
					 NFT_FLOWTABLE_HW_OFFLOAD;
	return MNL_CB_OK;
}

static int ask_all(struct mnl_socket *nl, uint16_t type, mnl_cb_t take, void *data)
{
	_Alignas(8) char buf[64];

	return netlink_ask(
		nl, netlink_netfilter(buf, NFNL_SUBSYS_NFTABLES, type, NLM_F_DUMP, AF_UNSPEC), take,
		data);
}

int nft_sets_read(struct nft_rules *rules)
{
	struct mnl_socket *nl = rules->has_sets ? NULL : netlink_open(NETLINK_NETFILTER, 0);
	size_t read = 0;
	int err;

	if (rules->has_sets)
		return 0;
	if (!nl)
		return -errno;
	rules->has_sets = true;
	err = ask_all(nl, NFT_MSG_GETSET, take_set, rules);
	for (struct nft_set *set = rules->sets; set && read < SETS_MAX; set = set->next, read++)
		read_elements(nl, set);
	ask_all(nl, NFT_MSG_GETFLOWTABLE, take_flowtable, rules);
	mnl_socket_close(nl);
	return err;
}

const struct nft_set *nft_set_find(const struct nft_rules *rules, uint8_t family, const char *table,
				   const char *name)
{
	for (const struct nft_set *s = rules->sets; s; s = s->next)
		if (s->is_known && s->family == family && !strcmp(s->table, table) &&
		    !strcmp(s->name, name))
			return s;
	return NULL;
}

void nft_sets_free(struct nft_rules *rules)
{
	for (struct nft_set *s = rules->sets, *next; s; s = next) {
		next = s->next;
		for (struct nft_rule *r = s->first, *after; r; r = after) {
			after = r->next;
			free(r->message);
			free(r);
		}
		free(s);
	}
	rules->sets = NULL;
}
