/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verdict in words, for whichever renderer shows it: the headline, the stories step by
 * step, what is at risk, what was counted, and what could not be seen. Pure.
 */
#ifndef RSTBLAME_SUMMARY_VERDICT_TEXT_H
#define RSTBLAME_SUMMARY_VERDICT_TEXT_H

#include "base/time_text.h"
#include "model/netns_names.h"
#include "summary/phrases.h"
#include "summary/summary.h"

enum { ACCOUNT_BYTES = DESCRIBE_BYTES * 2, STEPS_MAX = 8, GAPS_MAX = 4 };

enum step_kind {
	STEP_RULESET,
	STEP_ADDRESS,
	STEP_LINK,
	STEP_FLUSH,
	STEP_RETURN, /* the address came back */
	STEP_RENEWAL,
	STEP_PACKET,
	STEP_RESET,
};

/* One step of a story; the first has a time, the others how long after. */
struct step {
	enum step_kind kind;
	uint64_t id; /* of the finding that it tells; 0: none of its own */
	char when[TIME_TEXT_BYTES];
	char words[ACCOUNT_BYTES];
};

/* "CRITICAL: systemd-networkd[412] removed …": the whole in one sentence. */
const char *verdict_text_headline(const struct summary *t, enum status status, char *buf,
				  size_t size);

/* "entry-removed/address-removed" */
const char *verdict_text_name(const struct story *story, char *buf, size_t size);

/* "60 connections, 180 resets in c1, 12:00:01 to 12:00:09; the first one is shown here" */
const char *verdict_text_resets(const struct story *story, const struct summary *t,
				const struct netns_names *names, bool is_utc, char *buf,
				size_t size);

/* "12 blamed resets of 4 more stories are not told here …"; "" where all are told. */
const char *verdict_text_untold(const struct summary *t, char *buf, size_t size);

/* From what triggered it to the reset, by time. Returns how many. */
size_t verdict_text_steps(const struct story *story, const struct summary *t, bool is_utc,
			  struct step out[STEPS_MAX]);

/* "3 live, translated TCP flows lost their entries, and no socket of them was found …" */
const char *verdict_text_expected(const struct summary *t, char *buf, size_t size);

/* What waits for its reset, or does so no more; "" where there is nothing to say.
 * `has_groups`: the processes (summary.risk_groups) are to follow. */
const char *verdict_text_waiting(const struct summary *t, bool *has_groups, char *buf, size_t size);

/* Of whom the flows of a group are. */
const char *verdict_text_group(const struct risk_group *group, char *buf, size_t size);

/* Sockets that could not be looked at, and resets that were too many. Each returns how
 * many sentences it wrote, GAPS_MAX at most. */
size_t verdict_text_unseen(const struct summary *t, char out[GAPS_MAX][DESCRIBE_BYTES]);
size_t verdict_text_unlooked(const struct summary *t, bool is_verbose,
			     char out[GAPS_MAX][DESCRIBE_BYTES]);

/* "in 30 min; resets: 7 no-listener; entries removed: none; flushes: 0" */
const char *verdict_text_counts(const struct summary *t, char *buf, size_t size);

/* What a filter could not be asked about; "" where there is none. */
const char *verdict_text_unfiltered(const struct summary *t, char *buf, size_t size);

/* "no events", or "3 conntrack-entry, 1 link" */
const char *verdict_text_losses(const struct summary *t, char *buf, size_t size);

#endif
