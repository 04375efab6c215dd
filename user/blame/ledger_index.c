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

static size_t lines_bytes(const struct ledger_index *l)
{
	return (l->base << LEVELS) * sizeof(*l->lines);
}

static size_t nodes_bytes(const struct ledger_index *l)
{
	return l->nodes_limit * sizeof(*l->nodes);
}

/* Each node that is in use holds a link that is alive at least, so that there is always
 * a node for one more. */
int ledger_index_init(struct ledger_index *l, size_t limit)
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

void ledger_index_release(struct ledger_index *l)
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
static struct ledger_index_line *line_of(const struct ledger_index *l, uint32_t hash)
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

void ledger_index_read_ahead(const struct ledger_index *l, uint32_t hash)
{
	read_ahead(line_of(l, hash));
}

/* ---- nodes ---- */

/* Nobody takes a node whose first link is alive. */
static struct ledger_index_node *node_behind(const struct ledger_index *l, uint32_t next,
					     uint32_t expected)
{
	return next && ledger_index_is_alive(l, expected) ? &l->nodes[next] : NULL;
}

static bool is_dead(const struct ledger_index *l, const struct ledger_index_node *node)
{
	return node->count && !ledger_index_is_alive(l, node->ledger_index[0]);
}

/* One whose links are all dead belongs to whoever finds it. 0: there is none among the
 * next few. */
static uint32_t find_dead(struct ledger_index *l)
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

static uint32_t take_node(struct ledger_index *l)
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

static void free_node(struct ledger_index *l, uint32_t node)
{
	l->nodes[node].count = 0;
	l->nodes[node].next = l->nodes_free;
	l->nodes_free = node;
}

/* ---- growth ---- */

/* One of the two that a line's links are handed to, the newest first. */
struct half {
	struct ledger_index_line *line;
	struct ledger_index_node *node; /* the last one; NULL: they are in the line so far */
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

static void append_node(struct ledger_index *l, struct half *half, uint32_t link)
{
	uint32_t at = take_node(l);

	append_behind(half, at, link);
	half->node = &l->nodes[at];
	*half->node = (struct ledger_index_node){ 0 };
}

static void append(struct ledger_index *l, struct half *half, uint32_t link, uint8_t tag)
{
	struct ledger_index_line *line = half->line;

	if (!half->node && line->count < LINE_LINKS) {
		line->ledger_index[line->count] = link;
		line->tags[line->count++] = tag;
		return;
	}
	if (!half->node || half->node->count == NODE_LINKS)
		append_node(l, half, link);
	half->node->ledger_index[half->node->count] = link;
	half->node->tags[half->node->count++] = tag;
}

/* False: it met a dead one, as all behind it are. */
static bool hand_out(struct ledger_index *l, struct half *halves, const uint32_t *ledger_index,
		     const uint8_t *tags, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!ledger_index_is_alive(l, ledger_index[i]))
			return false;
		append(l, &halves[tags[i] >> l->level & 1], ledger_index[i], tags[i]);
	}
	return true;
}

/* A node that was read is free for what is handed out: never do both halves together
 * take more nodes than were read. */
static void hand_out_nodes(struct ledger_index *l, struct half *halves, uint32_t next,
			   uint32_t expected)
{
	struct ledger_index_node *behind;

	for (int i = 0; (behind = node_behind(l, next, expected)); i++) {
		struct ledger_index_node node = *behind;

		if (i == SPLIT_NODES || node.is_shared) {
			behind->is_shared = true;
			append_behind(&halves[0], next, expected);
			append_behind(&halves[1], next, expected);
			return;
		}
		free_node(l, next);
		if (!hand_out(l, halves, node.ledger_index, node.tags, node.count))
			return;
		next = node.next;
		expected = node.expected;
	}
}

/* Reads ahead one node behind a line; those before it are in the cache by now. */
static void expect_node(const struct ledger_index *l, const struct ledger_index_line *line,
			size_t nodes_before)
{
	uint32_t next = line->next;

	for (size_t i = 0; next && i < nodes_before; i++)
		next = l->nodes[next].next;
	if (next)
		read_ahead(&l->nodes[next]);
}

static void expect_splits(const struct ledger_index *l, size_t from)
{
	for (size_t i = 0; i < AHEAD_NODES; i++)
		expect_node(l, &l->lines[from + AHEAD * (AHEAD_NODES - i)], i);
	read_ahead(&l->lines[from + AHEAD_LINES]);
}

/* Hands the links that have the next bit in their tags to a new line. */
static void split_line(struct ledger_index *l)
{
	size_t from = l->lines_count - l->doubled;
	struct ledger_index_line line = l->lines[from];
	struct half halves[2] = { { .line = &l->lines[from] },
				  { .line = &l->lines[l->lines_count] } };

	if (from + AHEAD_LINES < l->doubled)
		expect_splits(l, from);
	halves[0].line->count = 0;
	halves[0].line->next = 0;
	if (hand_out(l, halves, line.ledger_index, line.tags, line.count))
		hand_out_nodes(l, halves, line.next, line.expected);
	if (++l->lines_count == l->doubled * 2) {
		l->doubled *= 2;
		l->level++;
	}
}

static void grow(struct ledger_index *l)
{
	if (l->ledger_index_count < l->limit * 2)
		l->ledger_index_count++;
	while (l->level < LEVELS && l->lines_count * LINE_MEAN < l->ledger_index_count)
		split_line(l);
}

/* ---- adding ---- */

/* The dead ones go, or the oldest of the line into a node. */
static void make_room(struct ledger_index *l, struct ledger_index_line *line)
{
	struct ledger_index_node *node;
	uint32_t at;

	while (line->count && !ledger_index_is_alive(l, line->ledger_index[line->count - 1]))
		line->count--;
	if (line->count < LINE_LINKS) {
		line->next = 0;
		return;
	}
	at = take_node(l);
	node = &l->nodes[at];
	line->count = LINE_LINKS - NODE_LINKS;
	memcpy(node->ledger_index, line->ledger_index + line->count, sizeof(node->ledger_index));
	memcpy(node->tags, line->tags + line->count, sizeof(node->tags));
	node->count = NODE_LINKS;
	node->is_shared = false;
	node->next = line->next;
	node->expected = line->expected;
	line->next = at;
	line->expected = node->ledger_index[0];
}

void ledger_index_add(struct ledger_index *l, uint32_t hash, uint32_t link)
{
	struct ledger_index_line *line = line_of(l, hash);

	if (line->count == LINE_LINKS)
		make_room(l, line);
	memmove(line->ledger_index + 1, line->ledger_index,
		sizeof(line->ledger_index) - sizeof(line->ledger_index[0]));
	memmove(line->tags + 1, line->tags, sizeof(line->tags) - sizeof(line->tags[0]));
	line->ledger_index[0] = link;
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

static uint32_t match_line(const struct ledger_index_line *line, uint8_t tag)
{
	enum { REST = LINE_LINKS - 8 };
	uint32_t matches = match_eight(line->tags, tag) | match_eight(line->tags + REST, tag)
								  << REST;

	return matches & ((1U << line->count) - 1);
}

static uint32_t match_node(const struct ledger_index_node *node, uint8_t tag)
{
	uint32_t matches = 0;

	for (uint32_t i = 0; i < NODE_LINKS; i++)
		matches |= (uint32_t)(node->tags[i] == tag) << i;
	return matches & ((1U << node->count) - 1);
}

void ledger_index_find(const struct ledger_index *l, struct ledger_index_walk *walk, uint32_t hash)
{
	const struct ledger_index_line *line = line_of(l, hash);

	*walk = (struct ledger_index_walk){
		.ledger_index = line->ledger_index,
		.matches = match_line(line, tag_of(hash)),
		.next = line->next,
		.expected = line->expected,
		.tag = tag_of(hash),
	};
}

/* An old link may have come to look like a new one, two thousand million removals later:
 * ages only go up, so that even so a walk ends. */
static bool is_behind(const struct ledger_index *l, uint32_t link, uint32_t before)
{
	uint32_t age = ledger_index_age(l, link), age_before = ledger_index_age(l, before);

	return !before || age > age_before || (age == age_before && link < before);
}

static bool go_behind(const struct ledger_index *l, struct ledger_index_walk *walk)
{
	const struct ledger_index_node *node = node_behind(l, walk->next, walk->expected);

	if (!node || !is_behind(l, walk->expected, walk->last_expected))
		return false;
	walk->last_expected = walk->expected;
	walk->ledger_index = node->ledger_index;
	walk->matches = match_node(node, walk->tag);
	walk->next = node->next;
	walk->expected = node->expected;
	return true;
}

static uint32_t next_here(struct ledger_index_walk *walk)
{
	uint32_t matches = walk->matches;

	walk->matches &= matches - 1;
	return matches ? walk->ledger_index[__builtin_ctz(matches)] : 0;
}

uint32_t ledger_index_next(const struct ledger_index *l, struct ledger_index_walk *walk)
{
	uint32_t link;

	while (!(link = next_here(walk)))
		if (!go_behind(l, walk))
			return 0;
	if (!ledger_index_is_alive(l, link) || !is_behind(l, link, walk->last)) {
		walk->matches = 0;
		walk->next = 0;
		return 0;
	}
	walk->last = link;
	return link;
}
