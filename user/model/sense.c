// SPDX-License-Identifier: GPL-2.0-only
#include "model/sense.h"

#include <string.h>

static const struct {
	const char *word;
	bool is_of_resets;
	const char *file, *cure; /* of a switch */
} senses[] = {
	[SENSE_OTHER] = { .word = "" },
	[SENSE_RESET_IPV4] = { .word = "reset-ipv4", .is_of_resets = true },
	[SENSE_RESET_IPV6] = { .word = "reset-ipv6", .is_of_resets = true },
	[SENSE_REMOVAL] = { .word = "conntrack-removal" },
	[SENSE_ENTRY] = { .word = "conntrack-entry" },
	[SENSE_INSERT] = { .word = "conntrack-insert" },
	[SENSE_MASQUERADE] = { .word = "masquerade-flush" },
	[SENSE_TABLE_WALK] = { .word = "table-walk" },
	[SENSE_ADDRESS_IPV4] = { .word = "address-ipv4" },
	[SENSE_ADDRESS_IPV6] = { .word = "address-ipv6" },
	[SENSE_LINK] = { .word = "link" },
	[SENSE_REJECTED_IPV4] = { .word = "reset-rejected-ipv4", .is_of_resets = true },
	[SENSE_REJECTED_IPV6] = { .word = "reset-rejected-ipv6", .is_of_resets = true },
	[SENSE_ABORTED] = { .word = "reset-aborted", .is_of_resets = true },
	[SENSE_RECEIVED] = { .word = "reset-received", .is_of_resets = true },
	[SENSE_RULESET_ADD] = { .word = "ruleset-add" },
	[SENSE_RULESET_REMOVE] = { .word = "ruleset-remove" },
	[SENSE_INVALID] = { .word = "conntrack-invalid" },
	[SENSE_SOCKET_STATE] = { .word = "socket-state" },
	[SENSE_RULES] = { .word = "rules" },
	[SENSE_DROPPED] = { .word = "reset-dropped", .is_of_resets = true },
	[SENSE_REQUEST] = { .word = "conntrack-request" },
	[SENSE_RECORDING] = { .word = "recording" },
	[SENSE_RECORDING_END] = { .word = "recording-end" },
	[SENSE_REPORT_GAP] = { .word = "report-gap" },
	[SENSE_RECORDING_GAP] = { .word = "recording-gap" },
	[SENSE_FTRACE] = { .word = "ftrace",
			   .file = "kernel.ftrace_enabled",
			   .cure = "sysctl kernel.ftrace_enabled=1" },
	[SENSE_KPROBES] = { .word = "kprobes",
			    .file = "/sys/kernel/debug/kprobes/enabled",
			    .cure = "echo 1 >/sys/kernel/debug/kprobes/enabled" },
};
_Static_assert(sizeof(senses) / sizeof(senses[0]) == SENSES, "a row for each sense");

const char *sense_word(enum sense sense)
{
	return senses[sense].word;
}

enum sense sense_parse(const char *word)
{
	for (enum sense i = SENSE_OTHER + 1; i < SENSES; i++)
		if (!strcmp(senses[i].word, word))
			return i;
	return SENSE_OTHER;
}

bool sense_is_of_resets(enum sense sense)
{
	return senses[sense].is_of_resets;
}

const char *sense_switch(enum sense sense)
{
	return senses[sense].file;
}

const char *sense_switch_cure(enum sense sense)
{
	return senses[sense].cure;
}

bool sense_is_attached(const char *how)
{
	return strcmp(how, "none") != 0;
}
