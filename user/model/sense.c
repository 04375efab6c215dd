// SPDX-License-Identifier: GPL-2.0-only
#include "model/sense.h"

#include <string.h>

static const struct {
	const char *word;
	bool is_of_resets;
} senses[] = {
	[SENSE_OTHER] = { "", false },
	[SENSE_RESET_IPV4] = { "reset-ipv4", true },
	[SENSE_RESET_IPV6] = { "reset-ipv6", true },
	[SENSE_REMOVAL] = { "conntrack-removal", false },
	[SENSE_ENTRY] = { "conntrack-entry", false },
	[SENSE_INSERT] = { "conntrack-insert", false },
	[SENSE_MASQUERADE] = { "masquerade-flush", false },
	[SENSE_TABLE_WALK] = { "table-walk", false },
	[SENSE_ADDRESS_IPV4] = { "address-ipv4", false },
	[SENSE_ADDRESS_IPV6] = { "address-ipv6", false },
	[SENSE_LINK] = { "link", false },
	[SENSE_REJECTED_IPV4] = { "reset-rejected-ipv4", true },
	[SENSE_REJECTED_IPV6] = { "reset-rejected-ipv6", true },
	[SENSE_ABORTED] = { "reset-aborted", true },
	[SENSE_RECEIVED] = { "reset-received", true },
	[SENSE_RULESET_ADD] = { "ruleset-add", false },
	[SENSE_RULESET_REMOVE] = { "ruleset-remove", false },
	[SENSE_INVALID] = { "conntrack-invalid", false },
	[SENSE_SOCKET_STATE] = { "socket-state", false },
	[SENSE_RULES] = { "rules", false },
	[SENSE_DROPPED] = { "reset-dropped", true },
	[SENSE_REQUEST] = { "conntrack-request", false },
	[SENSE_RECORDING] = { "recording", false },
	[SENSE_RECORDING_END] = { "recording-end", false },
	[SENSE_REPORT_GAP] = { "report-gap", false },
	[SENSE_RECORDING_GAP] = { "recording-gap", false },
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

bool sense_is_attached(const char *how)
{
	return strcmp(how, "none") != 0;
}
