/* SPDX-License-Identifier: GPL-2.0-only */
/* What is advised of what was told to `w`. */
#ifndef RSTBLAME_TESTS_ADVISED_H
#define RSTBLAME_TESTS_ADVISED_H

#include "cast/watched.h"
#include "summary/advice.h"

/* The last that was asked for. */
extern struct advice_list list;

/* Asks for it: whether a line of it, which is no disproof, has these words. */
bool advises(const char *words);

struct actor process(const char *comm, const char *parent);
extern const struct actor kernel;

struct loss_of_address {
	const struct actor *by;   /* &kernel: of its own accord */
	const struct actor *back; /* NULL: it stays away */
	uint32_t valid_s;
	enum change_why why;
};

/* An address goes, its flush, a reset; and it comes back. */
void lose_address(struct loss_of_address loss);

#endif
