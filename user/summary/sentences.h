/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sentence of each verdict, of each cause, and of each thing that was not seen: one row
 * each, beside the rows of model/causes.c. All are static.
 */
#ifndef RSTBLAME_SUMMARY_SENTENCES_H
#define RSTBLAME_SUMMARY_SENTENCES_H

#include "model/finding.h"

/* Why the RST was sent: "the flow's conntrack entry had been removed". CAUSE_NONE: as it
 * holds for each cause. */
const char *describe_verdict(enum verdict verdict, enum cause cause);

/* The same of one that was judged, whose evidence may say more. */
const char *describe_judged(const struct reset_blame *blamed);

/* Why the entries of a flush were removed: "they timed out"; "" where the change behind it
 * says so. */
const char *describe_cause(const struct flush *f);

/* Which timeout that was: " (nf_conntrack_tcp_timeout_close_wait)"; "" where it is not known. */
const char *describe_expiry(const struct flush *f);

/* To follow "unconfirmed: ": "the packet's conntrack zone". */
const char *describe_unseen(enum unseen unseen);

/* The same of what a verdict infers, with how far back is remembered where that is why. */
const char *describe_inferred(const struct reset_blame *b, size_t i, char *buf, size_t size);

#endif
