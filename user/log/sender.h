/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who wrote a log line: whatever tag he chose, and beside it what journald vouches for.
 * Anybody may say `logger -t systemd-networkd`. Pure.
 */
#ifndef RSTBLAME_LOG_SENDER_H
#define RSTBLAME_LOG_SENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LOG_SENDER_BYTES = 320 };

/* Fields of an entry of the journal; "" where it has none. */
struct log_sender {
	const char *tag;       /* SYSLOG_IDENTIFIER: the sender's own word */
	const char *comm;      /* those below are journald's: _COMM, */
	const char *pid;       /* _PID, */
	const char *uid;       /* _UID, */
	const char *unit;      /* _SYSTEMD_UNIT, */
	const char *transport; /* _TRANSPORT */
};

/* "systemd-networkd[7]" where the tag is the unit's, the kernel's, or a program's of root
 * under its own name; else "systemd-networkd[7] (logger, uid 1000, user@1000.service)". */
const char *log_sender_format(const struct log_sender *sender, char buf[LOG_SENDER_BYTES]);

/* Tells senders apart, by what they cannot choose. */
uint32_t log_sender_key(const struct log_sender *sender);

/* The same of a line of a file, "host tag[pid]: text", in which nothing is vouched for:
 * its words up to the first "[" or ": ". */
uint32_t log_sender_key_of_line(const char *line);

/* Whether such a line is of this program's process `pid`: "rstblame[PID]:". */
bool log_sender_is_self(const char *line, long pid);

/* A budget for each of them: so many lines a second, and as many at once. */
enum { LOG_SENDERS = 64, LOG_SENDER_LINES = 20 };

struct log_budget {
	uint64_t credit_ns, paid_ns;
};

struct log_budgets {
	struct log_budget all, each[LOG_SENDERS]; /* those of one slot share */
};

void log_budgets_init(struct log_budgets *budgets, uint64_t now_ns);

/* Whether one more line of that sender may be shown. */
bool log_budgets_take(struct log_budgets *budgets, uint32_t key, uint64_t now_ns);

#endif
