// SPDX-License-Identifier: GPL-2.0-only
#include "model/sense.h"

#include <string.h>

static const struct {
	const char *word;
	bool is_of_resets;
	const char *consequence; /* of a probe's absence */
	const char *file, *cure; /* of a switch */
} senses[] = {
	[SENSE_OTHER] = { .word = "" },
	[SENSE_RESET_IPV4] = { .word = "reset-ipv4",
			       .is_of_resets = true,
			       .consequence = "resets sent over IPv4 are missed" },
	[SENSE_RESET_IPV6] = { .word = "reset-ipv6",
			       .is_of_resets = true,
			       .consequence = "resets sent over IPv6 are missed" },
	[SENSE_REMOVAL] = { .word = "conntrack-removal",
			    .consequence = "no reset can be blamed on a removed conntrack entry" },
	[SENSE_ENTRY] = { .word = "conntrack-entry",
			  .consequence =
				  "a removal may be blamed for the reset of a later connection with the same ports" },
	[SENSE_INSERT] = { .word = "conntrack-insert",
			   .consequence = "an entry that conntrackd restored still looks removed" },
	[SENSE_MASQUERADE] = { .word = "masquerade-flush",
			       .consequence =
				       "a flush looks like any other removal and cannot be linked to its address" },
	[SENSE_TABLE_WALK] = { .word = "table-walk",
			       .consequence = "`conntrack -F` looks like many single deletions" },
	[SENSE_ADDRESS_IPV4] = { .word = "address-ipv4",
				 .consequence =
					 "a flush cannot be linked to the IPv4 address and process behind it" },
	[SENSE_ADDRESS_IPV6] = { .word = "address-ipv6",
				 .consequence =
					 "a flush cannot be linked to the IPv6 address and process behind it" },
	[SENSE_LINK] = { .word = "link",
			 .consequence =
				 "a flush cannot be linked to the interface that went down" },
	[SENSE_REJECTED_IPV4] = { .word = "reset-rejected-ipv4",
				  .is_of_resets = true,
				  .consequence =
					  "resets sent by a REJECT rule over IPv4 are missed" },
	[SENSE_REJECTED_IPV6] = { .word = "reset-rejected-ipv6",
				  .is_of_resets = true,
				  .consequence =
					  "resets sent by a REJECT rule over IPv6 are missed" },
	[SENSE_ABORTED] = { .word = "reset-aborted",
			    .is_of_resets = true,
			    .consequence = "connections aborted by this host itself are missed" },
	[SENSE_RECEIVED] = { .word = "reset-received",
			     .is_of_resets = true,
			     .consequence = "resets received from peers are missed" },
	[SENSE_RULESET_ADD] = { .word = "ruleset-add",
				.consequence =
					"the return of conntrack's and NAT's hooks is missed" },
	[SENSE_RULESET_REMOVE] = { .word = "ruleset-remove",
				   .consequence =
					   "the process that removed the hooks of conntrack and NAT stays unknown" },
	[SENSE_INVALID] = { .word = "conntrack-invalid",
			    .consequence =
				    "that a packet was judged INVALID is inferred, not observed" },
	[SENSE_SOCKET_STATE] = { .word = "socket-state",
				 .consequence =
					 "how a connection of this host had ended, and by whom, is not known" },
	[SENSE_RULES] = { .word = "rules",
			  .consequence =
				  "who changed the rules is not known where a kernel thread takes the hooks away later" },
	[SENSE_DROPPED] = { .word = "reset-dropped",
			    .is_of_resets = true,
			    .consequence = "whether a reset left this host is not known" },
	[SENSE_REQUEST] = { .word = "conntrack-request",
			    .consequence =
				    "that a process asked for a deletion is inferred from an argument alone" },
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
	[SENSE_REPLACED] = { .word = "replaced" },
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

const char *sense_consequence(enum sense sense)
{
	return senses[sense].consequence ? senses[sense].consequence : "";
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
