// SPDX-License-Identifier: GPL-2.0-only
/* Flows that a node translates more than once, followed to their sockets: on a node made
 * up here, in place of the namespaces (inspect.c) and of their conntrack (conntrack_here.c). */
#include "cast/make.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "node/conntrack_here.h"
#include "victims/inspector_private.h"
#include "victims/standing.h"

enum { PLACES_MAX = 8 };

/* ---- the node ---- */

struct place {
	struct address address; /* it has one */
	struct flow entry;      /* its conntrack's only one; family 0: none */
	struct tuple socket;    /* that is open; port 0: none */
	bool is_mute;           /* its conntrack cannot be asked */
	int err;                /* of going there */
};

static struct place places[PLACES_MAX]; /* their inums are 1, 2, … */
static uint32_t inside;

static struct place *place_at(uint32_t inum)
{
	assert_in_range(inum, 1, PLACES_MAX);
	return &places[inum - 1];
}

int inspector_enter(struct inspector *ins, uint32_t inum)
{
	(void)ins;
	inside = inum;
	return place_at(inum)->err;
}

void inspector_serve_urgent(struct inspector *ins)
{
	(void)ins;
	inside = 0;
}

bool inspector_place(const struct inspector *ins, const struct socket_row *row, struct sockets *out)
{
	struct socket_row copy = *row;

	(void)ins;
	for (copy.netns = 1; copy.netns <= PLACES_MAX; copy.netns++)
		if (address_equal(&place_at(copy.netns)->address, &row->tuple.src))
			assert_int_equal(sockets_append(out, &copy), 0);
	return true;
}

static int by_netns(const void *a, const void *b)
{
	return (int)((const struct socket_row *)a)->netns -
	       (int)((const struct socket_row *)b)->netns;
}

void inspector_sort(struct sockets *s)
{
	if (s->count)
		qsort(s->rows, s->count, sizeof(*s->rows), by_netns);
}

void inspector_look_up(struct inspector *ins, struct inspection *i, struct socket_row *rows,
		       size_t count, enum look_up which)
{
	(void)ins;
	(void)i;
	(void)which;
	for (size_t k = 0; k < count; k++) {
		bool is_there = tuple_equal(&place_at(rows[k].netns)->socket, &rows[k].tuple);

		rows[k].state = is_there ? SOCKET_ESTABLISHED : SOCKET_NONE;
		rows[k].inode = is_there ? 100 + rows[k].netns : 0;
	}
}

struct conntrack_here {
	uint32_t netns;
	uint64_t until_ns;
};

struct conntrack_here *conntrack_here_open(uint32_t netns, uint64_t until_ns)
{
	struct conntrack_here *here = malloc(sizeof(*here));

	assert_non_null(here);
	*here = (struct conntrack_here){ netns, until_ns };
	return here;
}

void conntrack_here_close(struct conntrack_here *here)
{
	free(here);
}

enum lookup conntrack_here_ask(struct conntrack_here *here, uint8_t family,
			       const struct tuple *tuple, struct flow *entry)
{
	const struct place *place = place_at(here->netns);

	assert_int_equal(inside, here->netns);
	if (!here->until_ns)
		return LOOKUP_SKIPPED;
	if (place->is_mute)
		return LOOKUP_NONE;
	if (place->entry.family != family ||
	    (!tuple_equal(&place->entry.orig, tuple) && !tuple_equal(&place->entry.reply, tuple)))
		return LOOKUP_ABSENT;
	*entry = place->entry;
	return LOOKUP_ALIVE;
}

/* ---- the flow ---- */

static char texts[PLACES_MAX + 1][16];
static struct sockets found;
static uint8_t marks[2];

/* From the innermost, `depth` translations in, outwards: place 1 is the one that the node
 * knows the flow by. */
static void nest(int depth)
{
	memset(places, 0, sizeof(places));
	for (int k = 0; k <= depth; k++) {
		snprintf(texts[k], sizeof(texts[k]), "10.77.%d.2", k);
		places[k].address = make_ip(texts[k]);
	}
	for (int k = 0; k < depth; k++)
		places[k].entry = (struct flow){
			.family = AF_INET,
			.orig = make_tuple(texts[k + 1], (uint16_t)(4001 + k), "10.9.0.2", 6379),
			.reply = make_tuple("10.9.0.2", 6379, texts[k], (uint16_t)(4000 + k)),
		};
	places[depth].socket = make_tuple(texts[depth], (uint16_t)(4000 + depth), "10.9.0.2", 6379);
}

static void look(const struct tuple *tuple, uint64_t until_ns)
{
	struct socket_row row = { .tuple = *tuple, .family = AF_INET, .tag = 1 };
	struct sockets rows = { .rows = &row, .count = 1, .size = 1 };

	sockets_release(&found);
	memset(marks, 0, sizeof(marks));
	inspector_look_inward(NULL, NULL, &rows, until_ns, &found, marks);
	assert_int_equal(marks[0], 0);
}

static void look_for_outer(void)
{
	const struct tuple outer = make_tuple("10.77.0.2", 4000, "10.9.0.2", 6379);

	look(&outer, 1);
}

static int forget(void **state)
{
	(void)state;
	sockets_release(&found);
	return 0;
}

static void assert_found(uint32_t netns)
{
	assert_int_equal(marks[1], INWARD_FOUND);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.rows[0].netns, netns);
	assert_int_equal(found.rows[0].inode, 100 + netns);
	assert_int_equal(found.rows[0].tag, 1);
	assert_true(found.rows[0].is_inner);
	assert_true(tuple_equal(&found.rows[0].tuple, &place_at(netns)->socket));
}

static void assert_nothing(uint8_t mark)
{
	assert_int_equal(found.count, 0);
	assert_int_equal(marks[1], mark);
}

/* ---- the tests ---- */

static void as_deep_as_four(void **state)
{
	(void)state;
	for (int depth = 1; depth <= 4; depth++) {
		nest(depth);
		look_for_outer();
		assert_found((uint32_t)depth + 1);
	}
	nest(5);
	look_for_outer();
	assert_nothing(INWARD_CUT);
}

/* All of it was followed, and the socket is gone. */
static void closed(void **state)
{
	(void)state;
	nest(2);
	places[2].socket = (struct tuple){ 0 };
	look_for_outer();
	assert_nothing(0);
	places[0].entry = untranslated("10.9.0.2", 6379, "10.77.0.2", 4000);
	look_for_outer();
	assert_nothing(0);
	memset(&places[0], 0, sizeof(places[0])); /* of another host */
	look_for_outer();
	assert_nothing(0);
}

/* A published port: the entry's own direction comes in, who answers is further in. */
static void published(void **state)
{
	const struct tuple answer = make_tuple("10.77.0.2", 80, "10.9.0.2", 50000);

	(void)state;
	nest(1);
	places[0].entry = (struct flow){
		.family = AF_INET,
		.orig = make_tuple("10.9.0.2", 50000, "10.77.0.2", 80),
		.reply = make_tuple("10.77.1.2", 8080, "10.9.0.2", 50000),
	};
	places[1].socket = places[0].entry.reply;
	look(&answer, 1);
	assert_found(2);
}

static void what_could_not_be_asked(void **state)
{
	const struct tuple outer = make_tuple("10.77.0.2", 4000, "10.9.0.2", 6379);

	(void)state;
	nest(1);
	places[0].is_mute = true;
	look_for_outer();
	assert_nothing(INWARD_CUT);
	places[0].is_mute = false;
	look(&outer, 0); /* no time */
	assert_nothing(INWARD_CUT);
	places[0].err = -EACCES;
	look_for_outer();
	assert_nothing(INWARD_CUT);
	places[0].err = -ENOENT; /* what was behind it went with it */
	look_for_outer();
	assert_nothing(0);
}

/* Two namespaces with the same address, as docker within docker has it: the one that
 * translates tells; and where both have such a socket nobody knows which is meant. */
static void twins(void **state)
{
	(void)state;
	nest(1);
	places[2].address = places[0].address;
	look_for_outer();
	assert_found(2);
	places[3].address = places[1].address;
	look_for_outer();
	assert_found(2);
	places[3].socket = places[1].socket;
	look_for_outer();
	assert_int_equal(marks[1], INWARD_FOUND);
	assert_int_equal(found.count, 2);
	assert_int_equal(found.rows[0].via, 1); /* whose links tell between them */
	assert_int_equal(found.rows[1].via, 1);
	standing_choose(&found, NULL);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.rows[0].one_of, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(as_deep_as_four, forget),
		cmocka_unit_test_teardown(closed, forget),
		cmocka_unit_test_teardown(published, forget),
		cmocka_unit_test_teardown(what_could_not_be_asked, forget),
		cmocka_unit_test_teardown(twins, forget),
	};

	return cmocka_run_group_tests_name("inward", tests, NULL, NULL);
}
