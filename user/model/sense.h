/* SPDX-License-Identifier: GPL-2.0-only */
/* What a probe senses, with its stable word in the schema. */
#ifndef RSTBLAME_MODEL_SENSE_H
#define RSTBLAME_MODEL_SENSE_H

#include <stdbool.h>

enum sense {
	SENSE_OTHER, /* a word that is not known here: of a newer recording */
	SENSE_RESET_IPV4,
	SENSE_RESET_IPV6,
	SENSE_REMOVAL,
	SENSE_ENTRY,
	SENSE_INSERT,
	SENSE_MASQUERADE,
	SENSE_TABLE_WALK,
	SENSE_ADDRESS_IPV4,
	SENSE_ADDRESS_IPV6,
	SENSE_LINK,
	SENSE_REJECTED_IPV4,
	SENSE_REJECTED_IPV6,
	SENSE_ABORTED,
	SENSE_RECEIVED,
	SENSE_RULESET_ADD,
	SENSE_RULESET_REMOVE,
	SENSE_INVALID,
	SENSE_SOCKET_STATE,
	SENSE_RULES,
	SENSE_DROPPED,
	SENSE_REQUEST,
	SENSE_RECORDING,     /* no probe: lines of a recording that cannot be read */
	SENSE_RECORDING_END, /* no probe: what a recording without a summary may have lacked */
	/* No probes: lines that were not written, for want of a reader or of room. */
	SENSE_REPORT_GAP,
	SENSE_RECORDING_GAP,
	SENSE_FTRACE,   /* no probes either: the kernel's switches, with which all probes */
	SENSE_KPROBES,  /* of their kind see nothing, and none of them fails */
	SENSE_REPLACED, /* no probe: a function that one is on was taken over (kernel/replaced.h) */
	SENSES,
};

/* Static; "" for SENSE_OTHER, whose word is its writer's. */
const char *sense_word(enum sense sense);
enum sense sense_parse(const char *word);

/* Whether resets are what it sees: one that goes unseen takes nothing from the others. */
bool sense_is_of_resets(enum sense sense);

/* What is not known without that probe: static, "" for what is none. */
const char *sense_consequence(enum sense sense);

/* How the kernel names that switch, and the command that turns it on again: static. NULL:
 * it is none. */
const char *sense_switch(enum sense sense);
const char *sense_switch_cure(enum sense sense);

/* Whether a probe sees, by the schema's word for how it was attached: all but "none". */
bool sense_is_attached(const char *how);

#endif
