/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the files of the advice. */
#ifndef RSTBLAME_SUMMARY_ADVICE_PRIVATE_H
#define RSTBLAME_SUMMARY_ADVICE_PRIVATE_H

#include "summary/advice.h"

/* For clients whose entries are gone. */
#define ADVICE_RECONNECT                                                                           \
	"Restart or reconnect the clients that still show ESTABLISHED (`ss -tnp` in the "          \
	"container): they will not notice by themselves. TCP keepalive or "                        \
	"TCP_USER_TIMEOUT in the client shortens the next outage."

/* What a condition or a sentence may look at. */
struct advice_facts {
	const struct story *story;
	const struct reset_blame *blamed;
	const struct change_observation *change; /* behind the flush; NULL: none seen */
	bool is_own;               /* no entry went: with the change the sockets' own address did */
	const struct actor *actor; /* NULL: nobody known */
	const struct arrival *back; /* the address came back; NULL: it did not */
	bool has_hooks_again;
};

/* By the cause of the removal, whatever the verdict that it led to. */
extern const struct advice_row advice_on_removals[];
extern const size_t advice_on_removals_count;

/* By the verdict, where no removal is behind it. */
extern const struct advice_row advice_on_verdicts[];
extern const size_t advice_on_verdicts_count;

/* Which finding of --exposure foretells a verdict (VERDICT_NONE: any) or a removal's cause. */
struct advice_exposure {
	enum verdict verdict;
	enum cause cause;
	bool (*applies)(const struct advice_facts *facts); /* NULL: always */
	const char *finding;                               /* its id */
};
extern const struct advice_exposure advice_exposures[];
extern const size_t advice_exposures_count;

/* The sentence that ends the advice; NULL: no finding foretells it. `cause` is the removal's, at
 * the end of the chain. */
const char *advice_exposure(const struct advice_facts *facts, enum cause cause,
			    char buf[ADVICE_BYTES]);

/* Named so, which anybody can choose, and its executable agrees where it is known. */
bool advice_is_program(const struct actor *actor, const char *name);

/* Whether a process, its parent or its grandparent has that name, as the kernel cuts it; and the
 * process's program, where it is known. */
bool advice_is_run_by(const struct actor *actor, const char *name);

/* Puts what the `{words}` mean into a sentence. */
void advice_expand(const struct advice_facts *facts, const char *words, char buf[ADVICE_BYTES]);

#endif
