/* SPDX-License-Identifier: GPL-2.0-only */
/* FILTER: a pcap filter expression on the trigger packet of a reset or on its flow.
 * It selects what is reported, never what is remembered. */
#ifndef RSTBLAME_REPORT_FILTER_H
#define RSTBLAME_REPORT_FILTER_H

#include <stdbool.h>
#include <stddef.h>

struct filter;
struct finding;

/* The words joined by blanks, NULL at their end. NULL with one line in `why` (of
 * `why_bytes`, the cure included) when libpcap does not understand them. */
struct filter *filter_new(char *const *words, char *why, size_t why_bytes);
void filter_free(struct filter *filter);

/* The whole expression, for the report; as long-lived as the filter. */
const char *filter_text(const struct filter *filter);

/* Whether the finding is to be reported: a reset by its trigger packet or by either
 * direction of its flow, a flow at risk by its directions; all else is. */
bool filter_wants(const struct filter *filter, const struct finding *f);

#endif
