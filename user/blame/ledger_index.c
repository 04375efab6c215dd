// SPDX-License-Identifier: GPL-2.0-only
#include "blame/ledger_index.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#include "base/reserve.h"

/* How often the lines double, each time by one more bit of the tags. What is left of
 * them tells the links of a line apart. */
enum { LEVELS = 3 };

/* The mean of a line that is neither split nor to be split: as much as fits, as what
 * overflows takes less memory than lines that are half empty. */
enum { LINE_MEAN = 10 };

/* How many splits it takes to get a line or a node into the cache, and of how many nodes
 * behind a line that is under way: few have more. */
enum { AHEAD = 4, AHEAD_NODES = 3, AHEAD_LINES = AHEAD * (AHEAD_NODES + 1) };

/* How many nodes a split looks at. One tuple that is used again and again makes a chain of
 * as many nodes as there is room for; what is behind these stays as it is, behind both
 * halves: of the few lines that split off that one, each meets the others' links there. */
enum { SPLIT_NODES = 512 };

/* How many nodes a search for a dead one looks at. */
enum { DEAD_TRIES = 16 };

static size_t lines_bytes(const struct links *l)
{
	return (l->base << LEVELS) * sizeof(*l->lines);
}

static size_t nodes_bytes(const struct links *l)
{
	return l->nodes_limit * sizeof(*l->nodes);
}

/* Each node that is in use holds a link that is alive at least, so that there is always
 * a node for one more. */
int links_init(struct links *l, size_t limit)
{
	memset(l, 0, sizeof(*l));
	l->limit = limit;
	l->base = limit * 2 / LINE_MEAN / (1 << LEVELS) + 1;
	l->lines_count = l->doubled = l->base;
	l->nodes_limit = (uint32_t)limit * 2 + 2;
	l->nodes_used = l->nodes_seen = 1;
	l->lines = reserve_new(lines_bytes(l));
	l->nodes = reserve_new(nodes_bytes(l));
	return l->lines && l->nodes ? 0 : -ENOMEM;
}

void links_release(struct links *l)
{
	reserve_free(l->lines, lines_bytes(l));
	reserve_free(l->nodes, nodes_bytes(l));
}

/* ---- lines ---- */

static uint8_t tag_of(uint32_t hash)
{
	return (uint8_t)hash;
}

/* The upper bits say which of the first lines, the tag which of those that it was split
 * into. */
static struct links_line *line_of(const struct links *l, uint32_t hash)
{
	size_t first = (size_t)((uint64_t)hash * l->base >> 32);
	size_t split = tag_of(hash) & ((2U << l->level) - 1);
	size_t at = first + l->base * split;

	if (at >= l->lines_count)
		at = first + l->base * (split & ((1U << l->level) - 1));
	return &l->lines[at];
}

/* The empty asm is there for GCC, which takes a function that does nothing but prefetch
 * for a pure one, and drops the call. */
static void read_ahead(const void *at)
{
	__builtin_prefetch(at, 1);
	__asm__ volatile("" : : "r"(at));
}

void links_expect(const struct links *l, uint32_t hash)
{
	read_ahead(line_of(l, hash));
}

/* ---- nodes ---- */

/* Nobody takes a node whose first link is alive. */
static struct links_node *node_behind(const struct links *l, uint32_t next, uint32_t expected)
{
	return next && links_is_alive(l, expected) ? &l->nodes[next] : NULL;
}

static bool is_dead(const struct links *l, const struct links_node *node)
{
	return node->count && !links_is_alive(l, node->links[0]);
}

/* One whose links are all dead belongs to whoever finds it. 0: there is none among the
 * next few. */
static uint32_t find_dead(struct links *l)
{
	for (int i = 0; i < DEAD_TRIES; i++) {
		uint32_t at = l->nodes_seen++;

		if (l->nodes_seen >= l->nodes_used)
			l->nodes_seen = 1;
		if (at < l->nodes_used && is_dead(l, &l->nodes[at]))
			return at;
	}
	return 0;
}

static uint32_t take_node(struct links *l)
{
	uint32_t node = l->nodes_free;

	if (node) {
		l->nodes_free = l->nodes[node].next;
		return node;
	}
	if (l->count == l->limit)
		node = find_dead(l);
	if (!node && l->nodes_used < l->nodes_limit)
		return l->nodes_used++;
	while (!node)
		node = find_dead(l);
	return node;
}

static void free_node(struct links *l, uint32_t node)
{
	l->nodes[node].count = 0;
	l->nodes[node].next = l->nodes_free;
	l->nodes_free = node;
}

/* ---- growth ---- */

/* One of the two that a line's links are handed to, the newest first. */
struct half {
	struct links_line *line;
	struct links_node *node; /* the last one; NULL: they are in the line so far */
};

static void append_behind(struct half *half, uint32_t node, uint32_t expected)
{
	if (half->node) {
		half->node->next = node;
		half->node->expected = expected;
	} else {
		half->line->next = node;
		half->line->expected = expected;
	}
}

static void append_node(struct links *l, struct half *half, uint32_t link)
{
	uint32_t at = take_node(l);

	append_behind(half, at, link);
	half->node = &l->nodes[at];
	*half->node = (struct links_node){ 0 };
}

static void append(struct links *l, struct half *half, uint32_t link, uint8_t tag)
{
	struct links_line *line = half->line;

	if (!half->node && line->count < LINE_LINKS) {
		line->links[line->count] = link;
		line->tags[line->count++] = tag;
		return;
	}
	if (!half->node || half->node->count == NODE_LINKS)
		append_node(l, half, link);
	half->node->links[half->node->count] = link;
	half->node->tags[half->node->count++] = tag;
}

/* False: it met a dead one, as all behind it are. */
static bool hand_out(struct links *l, struct half *halves, const uint32_t *links,
		     const uint8_t *tags, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!links_is_alive(l, links[i]))
			return false;
		append(l, &halves[tags[i] >> l->level & 1], links[i], tags[i]);
	}
	return true;
}

/* A node that was read is free for what is handed out: never do both halves together
 * take more nodes than were read. */
static void hand_out_nodes(struct links *l, struct half *halves, uint32_t next, uint32_t expected)
{
	struct links_node *behind;

	for (int i = 0; (behind = node_behind(l, next, expected)); i++) {
		struct links_node node = *behind;

		if (i == SPLIT_NODES || node.is_shared) {
			behind->is_shared = true;
			append_behind(&halves[0], next, expected);
			append_behind(&halves[1], next, expected);
			return;
		}
		free_node(l, next);
		if (!hand_out(l, halves, node.links, node.tags, node.count))
			return;
		next = node.next;
		expected = node.expected;
	}
}

/* Reads ahead one node behind a line; those before it are in the cache by now. */
static void expect_node(const struct links *l, const struct links_line *line, int nodes_before)
{
	uint32_t next = line->next;

	for (int i = 0; next && i < nodes_before; i++)
		next = l->nodes[next].next;
	if (next)
		read_ahead(&l->nodes[next]);
}

static void expect_splits(const struct links *l, size_t from)
{
	for (int i = 0; i < AHEAD_NODES; i++)
		expect_node(l, &l->lines[from + AHEAD * (AHEAD_NODES - i)], i);
	read_ahead(&l->lines[from + AHEAD_LINES]);
}

/* Hands the links that have the next bit in their tags to a new line. */
static void split_line(struct links *l)
{
	size_t from = l->lines_count - l->doubled;
	struct links_line line = l->lines[from];
	struct half halves[2] = { { .line = &l->lines[from] },
				  { .line = &l->lines[l->lines_count] } };

	if (from + AHEAD_LINES < l->doubled)
		expect_splits(l, from);
	halves[0].line->count = 0;
	halves[0].line->next = 0;
	if (hand_out(l, halves, line.links, line.tags, line.count))
		hand_out_nodes(l, halves, line.next, line.expected);
	if (++l->lines_count == l->doubled * 2) {
		l->doubled *= 2;
		l->level++;
	}
}

static void grow(struct links *l)
{
	if (l->links_count < l->limit * 2)
		l->links_count++;
	while (l->level < LEVELS && l->lines_count * LINE_MEAN < l->links_count)
		split_line(l);
}

/* ---- adding ---- */

/* The dead ones go, or the oldest of the line into a node. */
static void make_room(struct links *l, struct links_line *line)
{
	struct links_node *node;
	uint32_t at;

	while (line->count && !links_is_alive(l, line->links[line->count - 1]))
		line->count--;
	if (line->count < LINE_LINKS) {
		line->next = 0;
		return;
	}
	at = take_node(l);
	node = &l->nodes[at];
	line->count = LINE_LINKS - NODE_LINKS;
	memcpy(node->links, line->links + line->count, sizeof(node->links));
	memcpy(node->tags, line->tags + line->count, sizeof(node->tags));
	node->count = NODE_LINKS;
	node->is_shared = false;
	node->next = line->next;
	node->expected = line->expected;
	line->next = at;
	line->expected = node->links[0];
}

void links_add(struct links *l, uint32_t hash, uint32_t link)
{
	struct links_line *line = line_of(l, hash);

	if (line->count == LINE_LINKS)
		make_room(l, line);
	memmove(line->links + 1, line->links, sizeof(line->links) - sizeof(line->links[0]));
	memmove(line->tags + 1, line->tags, sizeof(line->tags) - sizeof(line->tags[0]));
	line->links[0] = link;
	line->tags[0] = tag_of(hash);
	line->count++;
	grow(l);
}

/* ---- finding ---- */

/* A bit for each of eight bytes that is `tag`. */
static uint32_t match_bytes(uint64_t bytes, uint8_t tag)
{
	const uint64_t low = 0x7f7f7f7f7f7f7f7fULL;

	bytes ^= tag * 0x0101010101010101ULL;
	bytes = ~(((bytes & low) + low) | bytes | low); /* 0x80 where it was 0 */
	return (uint32_t)((bytes >> 7) * 0x0102040810204080ULL >> 56);
}

static uint32_t match_eight(const uint8_t *tags, uint8_t tag)
{
	uint64_t bytes;

	memcpy(&bytes, tags, sizeof(bytes));
	return match_bytes(le64toh(bytes), tag);
}

static uint32_t match_line(const struct links_line *line, uint8_t tag)
{
	enum { REST = LINE_LINKS - 8 };
	uint32_t matches = match_eight(line->tags, tag) | match_eight(line->tags + REST, tag)
								  << REST;

	return matches & ((1U << line->count) - 1);
}

static uint32_t match_node(const struct links_node *node, uint8_t tag)
{
	uint32_t matches = 0;

	for (uint32_t i = 0; i < NODE_LINKS; i++)
		matches |= (uint32_t)(node->tags[i] == tag) << i;
	return matches & ((1U << node->count) - 1);
}

void links_find(const struct links *l, struct links_walk *walk, uint32_t hash)
{
	const struct links_line *line = line_of(l, hash);

	*walk = (struct links_walk){
		.links = line->links,
		.matches = match_line(line, tag_of(hash)),
		.next = line->next,
		.expected = line->expected,
		.tag = tag_of(hash),
	};
}

/* An old link may have come to look like a new one, two thousand million removals later:
 * ages only go up, so that even so a walk ends. */
static bool is_behind(const struct links *l, uint32_t link, uint32_t before)
{
	uint32_t age = links_age(l, link), age_before = links_age(l, before);

	return !before || age > age_before || (age == age_before && link < before);
}

static bool go_behind(const struct links *l, struct links_walk *walk)
{
	const struct links_node *node = node_behind(l, walk->next, walk->expected);

	if (!node || !is_behind(l, walk->expected, walk->last_expected))
		return false;
	walk->last_expected = walk->expected;
	walk->links = node->links;
	walk->matches = match_node(node, walk->tag);
	walk->next = node->next;
	walk->expected = node->expected;
	return true;
}

static uint32_t next_here(struct links_walk *walk)
{
	uint32_t matches = walk->matches;

	walk->matches &= matches - 1;
	return matches ? walk->links[__builtin_ctz(matches)] : 0;
}

uint32_t links_next(const struct links *l, struct links_walk *walk)
{
	uint32_t link;

	while (!(link = next_here(walk)))
		if (!go_behind(l, walk))
			return 0;
	if (!links_is_alive(l, link) || !is_behind(l, link, walk->last)) {
		walk->matches = 0;
		walk->next = 0;
		return 0;
	}
	walk->last = link;
	return link;
}

size_t links_peek(const struct links *l, uint32_t hash, enum links_depth depth,
		  uint32_t out[LINKS_PEEK_MAX])
{
	struct links_walk walk;
	size_t count = 0;
	uint32_t link;

	links_find(l, &walk, hash);
	if (depth == LINKS_BEHIND && !go_behind(l, &walk))
		return 0;
	if (walk.next)
		read_ahead(&l->nodes[walk.next]);
	while (count < LINKS_PEEK_MAX && (link = next_here(&walk)))
		if (links_is_alive(l, link))
			out[count++] = link;
	return count;
}
