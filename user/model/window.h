/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is observed of the watching itself: how the window was opened, which probes came
 * and went in it, what was lost, and what the kernel counted beside. A part of
 * model/observation.h.
 */
#ifndef RSTBLAME_MODEL_WINDOW_H
#define RSTBLAME_MODEL_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/sense.h"

struct lost_observation {
	enum sense sense;
	char probe[32]; /* its word */
	uint64_t count;
	bool is_of_netns; /* of that namespace alone, which had more in a second than it may */
	bool is_foreign;  /* and a user namespace other than the initial one owns it */
};

/* What the kernel counts itself, and what was seen is held against (blame/tally.h). */
enum witness_of {
	WITNESS_NONE,      /* a word that is not known here: of a newer recording */
	WITNESS_RESETS,    /* TcpOutRsts: those of the TCP stack, none of a rule's */
	WITNESS_ADDRESSES, /* RTM_DELADDR, where rtnetlink announces it to this namespace */
	WITNESS_REMOVALS,  /* TCP entries of a sample that conntrack has no more */
	WITNESSES,
};

/* Since the window began, in the observation's namespace: of resets, and the rest in the
 * tool's own, whichever namespaces they are of. Without `missing` it is the window's end,
 * where all were compared. */
struct witness_observation {
	uint8_t of; /* enum witness_of */
	uint64_t counted, seen;
	uint64_t lost;       /* events known to be lost, which may be the rest */
	uint64_t missing;    /* counted, neither seen nor lost, and not reported before; 0: none */
	uint64_t namespaces; /* that were compared, and those that could not be */
	uint64_t unread;
};

struct probe_report {
	const char *name;
	const char *how; /* "fentry", "kprobe", "tracepoint", "none" */
	const char *symbol;
	const char *why; /* for "none", and why it is not proven */
	bool is_blind;   /* there was something to see, and it could not be seen */
	enum sense sense;
	const char *state; /* "proven", "attached, not proven", …; NULL: not told */
};

/* A probe that was attached later, or went, with its module. */
struct probe_observation {
	char name[32];
	char how[16]; /* "none": it went, or could not be attached */
	char symbol[64];
	char module[64];
	char why[96]; /* for "none" */
	enum sense sense;
};

/* A line of a log. Printable; the node's, of no namespace. */
struct log_observation {
	char source[96]; /* "journal", or the file */
	char rule[16];   /* what made it of interest: "lease"; "" where there is no line */
	char line[512];
	bool is_read_time; /* when it was written is not known: when it was read */
	uint64_t dropped;  /* lines before it that matched and were too many to show */
};

enum { PROBE_REPORTS_MAX = 32, START_GAPS_MAX = 8 };

/* How the window was opened. The strings are valid during the call only. */
struct start_observation {
	const char *version;
	const char *host;
	const char *kernel;
	const char *arch;
	uint32_t part;          /* of a recording that is divided, from 1; 0: it is one file */
	uint64_t began_wall_ns; /* when its first part did */
	uint64_t window_s;      /* 0: until stopped */
	bool is_audit;          /* no window and no probes: what is at risk now */
	size_t probes_count;
	struct probe_report probes[PROBE_REPORTS_MAX];
	/* What cannot be done here beside, of each what lacks, the consequence and the cure. */
	size_t gaps_count;
	const char *gaps[START_GAPS_MAX];
};

#endif
