/* SPDX-License-Identifier: GPL-2.0-only */
/* What this program holds of a root's privileges, what for, for how long, and what comes of their
 * absence: the one table by which they are asked for (node/privilege.h) and given up, and that
 * --check shows. Pure. */
#ifndef RSTBLAME_NODE_HOLDINGS_H
#define RSTBLAME_NODE_HOLDINGS_H

#include <stddef.h>
#include <stdint.h>

/* What needs a capability, as bits. */
enum holding_use {
	USE_TO_START = 1 << 0,     /* outputs are opened, the rest is given up */
	USE_TO_ATTACH = 1 << 1,    /* until the window is open */
	USE_WHILE_LATE = 1 << 2,   /* while a module may come, and with it probes */
	USE_COUNTS = 1 << 3,       /* where the kernel asks who reads a map */
	USE_TO_LOOK = 1 << 4,      /* namespaces, conntrack, others' processes, logs */
	USE_NAMES = 1 << 5,        /* the kernel's functions on stacks */
	USE_TO_REPLACE = 1 << 6,   /* a file in another's folder, at the end */
	USE_COMMAND = 1 << 7,      /* one that is another user's is ended */
	USE_COMMAND_USER = 1 << 8, /* in the COMMAND's process only */
};

/* What comes of its absence; node/privilege.c has the words, and knows when it does. */
enum holding_absence {
	ABSENCE_OF_NOTE,   /* of no note here: what needs it says so itself */
	ABSENCE_STOPS,     /* nothing can be traced */
	ABSENCE_ADMIN,     /* no module's types, no other namespaces */
	ABSENCE_NET_ADMIN, /* conntrack is not asked */
	ABSENCE_PROCESSES, /* others' processes do not show */
	ABSENCE_READING,   /* nor can they be read */
	ABSENCE_SYMBOLS,   /* no names on stacks */
	ABSENCE_MEMLOCK,   /* no maps, maybe, before 5.11 */
	ABSENCES,
};

struct holding {
	unsigned int capability;
	unsigned int uses;
	const char *name;     /* "CAP_BPF" */
	const char *what;     /* it is needed for */
	const char *kept;     /* after attaching: "kept", "dropped", or the former and when */
	unsigned int or_else; /* does as well; the capability itself: none does */
	enum holding_absence absence;
};

/* By index; NULL after the last: static. */
const struct holding *holding_row(size_t index);

/* What those uses need, as base/capabilities.h has it. */
uint64_t holdings_for(unsigned int uses);

#endif
