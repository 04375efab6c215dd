// SPDX-License-Identifier: GPL-2.0-only
/* Who listens on the port of a SYN that no socket took, and what kept it from him. */
#include "victims/inspector_private.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "node/vrf.h"
#include "victims/barrier.h"

/* What finding their processes may take, for all that are looked at together. */
#define PROCESSES_NS (300 * NSEC_PER_MSEC)
/* A list of namespaces that is older is made again where one is not in it. */
#define SCAN_AGE_NS (200 * NSEC_PER_MSEC)

/* Those of one namespace: a batch lists them once. */
struct listing {
	uint32_t inum; /* 0: none yet */
	int err;
	struct sockets sockets;
};

static int enter(struct inspector *ins, uint32_t inum)
{
	int err = inspector_enter(ins, inum);

	if (err != -ESRCH)
		return err;
	inspector_scan(ins, SCAN_AGE_NS);
	return inspector_enter(ins, inum);
}

/* And stays in that namespace. */
static int list_listeners(struct inspector *ins, uint32_t inum, struct listing *l)
{
	if (l->inum == inum)
		return l->err;
	l->inum = inum;
	l->sockets.count = 0;
	l->err = enter(ins, inum);
	if (!l->err)
		l->err = sockets_list(&l->sockets, inum, SOCKETS_LISTENING);
	return l->err;
}

/* Of the namespace that the thread is in. */
static bool read_l3mdev_accept(void)
{
	FILE *file = fopen("/proc/sys/net/ipv4/tcp_l3mdev_accept", "re");
	int value = file ? fgetc(file) : EOF;

	if (file)
		fclose(file);
	return value != EOF && value != '0';
}

static struct syn_arrival find_arrival(const struct inspection *asked, struct victim *v)
{
	const struct socket_row *own = &asked->sockets.rows[0];
	struct syn_arrival syn = { .family = own->family,
				   .port = own->tuple.sport,
				   .to = own->tuple.src,
				   .is_blind = !sockets_show_bindings() };

	if (!asked->ifname[0])
		return syn;
	syn.ifindex = if_nametoindex(asked->ifname);
	if (vrf_of(asked->ifname, v->vrf)) {
		syn.vrf_ifindex = if_nametoindex(v->vrf);
		syn.is_free_of_vrf = read_l3mdev_accept();
	}
	return syn;
}

/* A packet is seen to come in by its VRF; that it came by this very device of it cannot be
 * told. */
static bool may_be_its_device(const struct victim *v)
{
	char vrf[VRF_NAME_BYTES];

	return v->vrf[0] && v->bound_ifname[0] && vrf_of(v->bound_ifname, vrf) &&
	       !strcmp(vrf, v->vrf);
}

static void look_for_listener(const struct listing *l, const struct inspection *asked,
			      struct socket_row *out, struct victim *v)
{
	struct syn_arrival syn = find_arrival(asked, v);
	enum barrier barrier;
	const struct socket_row *found = barrier_choose(&l->sockets, &syn, &barrier);

	if (!found)
		return;
	*out = *found;
	v->listens_family = found->family;
	v->listens_on = found->tuple.src;
	v->bound_ifindex = found->bound_ifindex;
	if (found->bound_ifindex)
		if_indextoname(found->bound_ifindex, v->bound_ifname);
	if (barrier == BARRIER_DEVICE && may_be_its_device(v))
		barrier = BARRIER_UNKNOWN;
	v->barrier = (uint8_t)barrier;
}

static void look_for_all(struct inspector *ins, struct inspection *first, struct inspection *all)
{
	struct listing listing = { .inum = 0 };
	uint64_t now_ns, until_ns = 0; /* as long as the report waits for the last */
	size_t k = 0;

	inspector_scan(ins, 60 * NSEC_PER_SEC);
	for (struct inspection *i = first; i; i = i->next, k++) {
		i->looked_ns = clock_mono_ns();
		until_ns = i->until_ns ? i->until_ns : UINT64_MAX;
		i->err = list_listeners(ins, i->sockets.rows[0].netns, &listing);
		if (!i->err)
			look_for_listener(&listing, i, &all->sockets.rows[k], &all->victims[k]);
	}
	sockets_release(&listing.sockets);
	inspector_go_home(ins);
	now_ns = clock_mono_ns();
	/* Victims may wait meanwhile. */
	inspector_describe(ins, all,
			   until_ns > now_ns + PROCESSES_NS ? now_ns + PROCESSES_NS : until_ns);
}

void inspect_listeners(struct inspector *ins, struct inspection *first)
{
	struct inspection *all, *next;
	size_t count = 0, k = 0;

	for (const struct inspection *i = first; i; i = i->next)
		count++;
	all = count ? inspection_new(INSPECT_ONE, count) : NULL;
	if (all)
		look_for_all(ins, first, all);
	for (struct inspection *i = first; i; i = next, k++) {
		next = i->next;
		i->is_cut = !all || i->err;
		i->sockets.rows[0].state = SOCKET_NONE;
		if (all && all->sockets.rows[k].state != SOCKET_NONE) {
			i->sockets.rows[0] = all->sockets.rows[k];
			i->victims[0] = all->victims[k];
		}
		i->spent_ns = clock_mono_ns() - i->looked_ns;
		inspector_hand_back(ins, i);
	}
	inspection_free(all);
}
