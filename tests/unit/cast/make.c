// SPDX-License-Identifier: GPL-2.0-only
#include "cast/make.h"

#include <string.h>
#include <sys/socket.h>

const struct actor networkd = { .pid = 412,
				.start_boottime_ns = 5000000000,
				.netns = NODE_NETNS,
				.comm = "systemd-network",
				.exe = "/usr/lib/systemd/systemd-networkd",
				.unit = "systemd-networkd.service" };
const struct actor ip_command = {
	.pid = 99, .start_boottime_ns = 990000000000, .netns = NODE_NETNS, .comm = "ip"
};
const struct actor conntrack_command = {
	.pid = 77, .start_boottime_ns = 770000000000, .netns = NODE_NETNS, .comm = "conntrack"
};
const struct actor agent = {
	.pid = 55, .start_boottime_ns = 550000000000, .netns = NODE_NETNS, .comm = "node-agent"
};
const struct actor nobody = { .pid = 0 };

struct address make_ip(const char *text)
{
	struct address a;

	assert_int_not_equal(address_parse(text, &a), 0);
	return a;
}

struct tuple make_tuple(const char *src, uint16_t sport, const char *dst, uint16_t dport)
{
	return (struct tuple){
		.src = make_ip(src), .dst = make_ip(dst), .sport = sport, .dport = dport
	};
}

struct flow masqueraded_to(const char *node, uint16_t port)
{
	return (struct flow){ .family = AF_INET,
			      .orig = make_tuple("10.88.0.2", port, "10.9.0.2", 6379),
			      .reply = make_tuple("10.9.0.2", 6379, node, port) };
}

struct flow masqueraded(uint16_t port)
{
	return masqueraded_to("10.9.0.1", port);
}

struct flow masqueraded_v6(uint16_t port)
{
	return (struct flow){ .family = AF_INET6,
			      .orig = make_tuple("fd00:88::2", port, "fd00:9::2", 6379),
			      .reply = make_tuple("fd00:9::2", 6379, "fd00:9::1", port) };
}

struct flow untranslated(const char *src, uint16_t sport, const char *dst, uint16_t dport)
{
	struct flow f = { .orig = make_tuple(src, sport, dst, dport) };
	struct address ignored;

	f.family = (uint8_t)address_parse(src, &ignored);
	f.reply = tuple_inverse(&f.orig);
	return f;
}

struct observation make_address(enum change_op op, const char *address, uint32_t ifindex,
				const struct actor *actor)
{
	struct observation o = { .type = OBSERVATION_ADDRESS };

	o.change.op = op;
	o.change.family = (uint8_t)address_parse(address, &o.change.local);
	assert_int_not_equal(o.change.family, 0);
	o.change.address = o.change.local;
	o.change.prefix_len = o.change.family == AF_INET ? 24 : 64;
	o.change.ifindex = ifindex;
	strcpy(o.change.ifname, ifindex == UP0 ? "up0" : "up1");
	o.change.by_kernel = !actor->pid;
	o.change.actor = *actor;
	return o;
}

struct observation make_link(enum change_op op, uint32_t ifindex, const struct actor *actor)
{
	struct observation o = { .type = OBSERVATION_LINK };

	o.change.op = op;
	o.change.ifindex = ifindex;
	strcpy(o.change.ifname, ifindex == UP0 ? "up0" : "up1");
	o.change.actor = *actor;
	return o;
}

struct observation make_act(uint64_t act, enum cause cause, const char *address, uint32_t ifindex,
			    const struct actor *actor)
{
	struct observation o = { .type = OBSERVATION_ACT_BEGIN };

	o.act.act = act;
	o.act.cause = cause;
	o.act.ifindex = ifindex;
	o.act.has_address = address;
	if (address)
		o.act.address = make_ip(address);
	o.act.actor = *actor;
	return o;
}

struct observation make_act_end(uint64_t act, uint64_t entries, uint64_t tcp_entries)
{
	struct observation o = { .type = OBSERVATION_ACT_END };

	o.act.act = act;
	o.act.entries = entries;
	o.act.tcp_entries = tcp_entries;
	return o;
}

struct observation make_removal(uint64_t act, enum cause cause, const struct flow *flow)
{
	struct observation o = { .type = OBSERVATION_REMOVAL };

	o.removal.act = act;
	o.removal.cause = cause;
	o.removal.flow = *flow;
	o.removal.tcp_state = TRACKER_ESTABLISHED;
	o.removal.status = 0x19e;
	return o;
}

struct observation make_entry(const struct flow *flow, bool by_syn)
{
	struct observation o = { .type = OBSERVATION_ENTRY };

	o.entry.flow = *flow;
	o.entry.by_syn = by_syn;
	return o;
}

struct observation make_reset(const struct flow *flow, const struct tuple *packet)
{
	struct observation o = { .type = OBSERVATION_RESET };

	o.reset.family = flow->family;
	o.reset.packet = *packet;
	o.reset.flags = PACKET_ACK;
	o.reset.socket = SOCKET_NONE;
	o.reset.pickup = PICKUP_FRESH;
	o.reset.hooks = HOOKS_KNOWN | HOOKS_CONNTRACK | HOOKS_NAT;
	o.reset.in_softirq = true;
	o.reset.has_context = true;
	o.reset.has_zone = true;
	o.reset.has_numbers = true;
	o.reset.seq = 1000;
	o.reset.ack = 2000;
	strcpy(o.reset.ifname, "up0");
	return o;
}

struct observation make_resets(uint64_t count, const struct port_count *ports, size_t ports_count)
{
	return (struct observation){ .type = OBSERVATION_RESETS,
				     .counted = { .family = AF_INET,
						  .count = count,
						  .first_wall_ns = WALL_BASE_NS - MS(990),
						  .last_wall_ns = WALL_BASE_NS - MS(5),
						  .ports_count = ports_count,
						  .ports = ports } };
}

struct observation make_lost(const char *probe, uint64_t count)
{
	struct observation o = { .type = OBSERVATION_LOST };

	assert_true(strlen(probe) < sizeof(o.lost.probe));
	strcpy(o.lost.probe, probe);
	o.lost.sense = sense_parse(probe);
	o.lost.count = count;
	return o;
}

static void keep_id(struct watch *w, uint64_t id)
{
	if (id && w->delivered_count < 4 * KEPT_MAX)
		w->delivered_ids[w->delivered_count++] = id;
}

static bool was_delivered(const struct watch *w, uint64_t id)
{
	if (w->delivered_count == 4 * KEPT_MAX) /* no longer kept */
		return true;
	for (size_t i = 0; i < w->delivered_count; i++)
		if (w->delivered_ids[i] == id)
			return true;
	return false;
}

/* These two have a cause of their own, and may be a flush's late consequence. */
static bool may_follow_a_flush(const struct finding *f)
{
	return f->reset->renewed_ago_ns || f->seen->reset.kind == RESET_REJECTED;
}

/* What holds of every reset, whatever the story. */
static void check_reset(const struct watch *w, const struct finding *f)
{
	const struct reset_blame *r = f->reset;

	assert_int_not_equal(r->verdict, VERDICT_NONE);
	if (r->confidence == CONFIDENCE_PROVEN)
		assert_int_equal(r->inferred_count, 0);
	if (r->verdict == VERDICT_ENTRY_REMOVED) {
		assert_int_not_equal(r->cause, CAUSE_NONE);
		assert_true(r->because_count > 0 || is_inferred(r, UNSEEN_CHANGE_FORGOTTEN));
		assert_true(r->inferred_count > 0 || r->confidence == CONFIDENCE_PROVEN);
	} else if (r->verdict == VERDICT_ENTRY_BYPASSED) {
		assert_true(r->cause == CAUSE_NONE || r->cause == CAUSE_BRIDGE);
		assert_int_equal(r->because_count, r->ruleset.id ? 1 : 0);
		assert_null(r->flush);
	} else if (!may_follow_a_flush(f)) {
		/* An address that came is evidence of a flow that is not known, alone. */
		assert_true(!r->arrival || r->verdict == VERDICT_ENTRY_UNKNOWN);
		/* And an address that went is why a connection of it was given up. */
		assert_true(!r->by || r->verdict == VERDICT_ABORTED);
		assert_int_equal(r->because_count, r->arrival || r->by ? 1 : 0);
		assert_null(r->flush);
		if (r->verdict == VERDICT_BACKLOG)
			assert_int_not_equal(r->cause, CAUSE_NONE);
		else if (r->verdict == VERDICT_ENTRY_UNKNOWN)
			assert_true(r->cause == CAUSE_NONE || r->cause == CAUSE_IPVS);
		else if (r->verdict != VERDICT_ABORTED)
			assert_int_equal(r->cause, CAUSE_NONE);
	}
	if (r->verdict == VERDICT_ENTRY_UNKNOWN)
		assert_int_not_equal(r->confidence, CONFIDENCE_PROVEN);
	/* A reader has met whatever a reset names. */
	for (size_t i = 0; i < r->because_count; i++)
		assert_true(was_delivered(w, r->because[i]));
}

static void take(void *ctx, const struct finding *f)
{
	struct watch *w = ctx;

	w->found[f->type]++;
	summary_add(&w->summary, f);
	if (w->also)
		w->also(w->also_ctx, f);
	if (f->type == FINDING_FLUSH && f->flush->is_ended && w->flushes_count < KEPT_MAX)
		w->flushes[w->flushes_count++] = *f->flush;
	if (f->type != FINDING_RESET) {
		keep_id(w, f->id);
		return;
	}
	check_reset(w, f);
	w->verdicts[f->reset->verdict]++;
	w->confidences[f->reset->confidence]++;
	w->resets[w->resets_count % KEPT_MAX] =
		(struct kept_reset){ .id = f->id, .blame = *f->reset };
	w->resets_count++;
}

void watch_begin_limited(struct watch *w, const struct blame_limits *limits)
{
	memset(w, 0, sizeof(*w));
	w->now_ns = MONO_BASE_NS;
	w->netns.inum = NODE_NETNS;
	w->blame = blame_new(limits, take, w);
	assert_non_null(w->blame);
}

void watch_begin(struct watch *w)
{
	watch_begin_limited(w, NULL);
}

void watch_end(struct watch *w)
{
	blame_free(w->blame);
	w->blame = NULL;
}

void pass(struct watch *w, uint64_t ns)
{
	w->now_ns += ns;
}

void see(struct watch *w, struct observation seen)
{
	see_in(w, w->netns.inum, seen);
}

void see_in(struct watch *w, uint32_t netns, struct observation seen)
{
	seen.netns = w->netns;
	seen.netns.inum = netns;
	seen.mono_ns = w->now_ns;
	seen.wall_ns = w->now_ns - MONO_BASE_NS + WALL_BASE_NS;
	assert_int_equal(blame_observe(w->blame, &seen), 0);
}

const struct reset_blame *see_reset(struct watch *w, struct observation seen)
{
	size_t before = w->resets_count;

	see(w, seen);
	assert_int_equal(w->resets_count, before + 1);
	return &w->resets[before % KEPT_MAX].blame;
}

bool is_inferred(const struct reset_blame *r, enum unseen what)
{
	for (size_t i = 0; i < r->inferred_count; i++)
		if (r->inferred[i] == what)
			return true;
	return false;
}

const struct reset_blame *see_server_packet(struct watch *w, const struct flow *flow)
{
	return see_reset(w, make_reset(flow, &flow->reply));
}

void see_address_flush(struct watch *w, uint64_t act, const char *address,
		       const struct actor *actor, const struct flow *flow)
{
	see(w, make_address(ADDRESS_REMOVE, address, UP0, actor));
	pass(w, MS(3));
	see(w, make_act(act, CAUSE_ADDRESS_REMOVED, address, UP0, &nobody));
	pass(w, MS(1));
	see(w, make_removal(act, CAUSE_ADDRESS_REMOVED, flow));
	pass(w, MS(1));
	see(w, make_act_end(act, 1, 1));
}

void assert_flow_equal(const struct flow *a, const struct flow *b)
{
	assert_int_equal(a->family, b->family);
	assert_true(tuple_equal(&a->orig, &b->orig));
	assert_true(tuple_equal(&a->reply, &b->reply));
}
