/* SPDX-License-Identifier: GPL-2.0-only */
/* Which lines of a log belong on the timeline. Pure. */
#ifndef RSTBLAME_LOG_RULES_H
#define RSTBLAME_LOG_RULES_H

#include <stdbool.h>
#include <stddef.h>

struct log_rule {
	const char *id;      /* "lease", "address", "link", "firewall", "oom" */
	const char *pattern; /* POSIX extended regular expression, case ignored */
};

struct log_rules;

/* The table, compiled. NULL when out of memory. The caller frees it. */
struct log_rules *log_rules_new(void);
void log_rules_free(struct log_rules *rules);

/* The id (static) of the first rule that matches `line`; NULL: none does. */
const char *log_rules_match(const struct log_rules *rules, const char *line);

#endif
