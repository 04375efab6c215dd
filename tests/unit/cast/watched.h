/* SPDX-License-Identifier: GPL-2.0-only */
/* One watch for all tests of a program, begun before each and ended after it. */
#ifndef RSTBLAME_TESTS_WATCHED_H
#define RSTBLAME_TESTS_WATCHED_H

#include "cast/make.h"

extern struct watch w;

int watched_begin(void **state);
int watched_end(void **state);

/* Somebody's conntrack -D takes that entry out; 5 ms pass. */
void watched_delete(const struct flow *flow);

/* A test that is told to `w`. */
#define story(name) cmocka_unit_test_setup_teardown(name, watched_begin, watched_end)

#endif
