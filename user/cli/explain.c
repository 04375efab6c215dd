// SPDX-License-Identifier: GPL-2.0-only
#include "cli/explain.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/utf8.h"
#include "blame/proofs.h"
#include "cli/option_table.h"
#include "exposure/finding.h"
#include "model/causes.h"
#include "model/words.h"
#include "summary/advice.h"
#include "summary/sentences.h"

enum { COLUMNS = 80 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const causes[] = {
	[CAUSE_NONE] = "",
	[CAUSE_ADDRESS_REMOVED] =
		"An address was removed, and with it the kernel removed each entry masqueraded to it.",
	[CAUSE_LINK_DOWN] =
		"An interface went down, and with it the kernel removed each entry masqueraded there.",
	[CAUSE_USER_FLUSH] = "A process flushed the conntrack table (conntrack -F).",
	[CAUSE_USER_DELETE] =
		"A process deleted the entry (conntrack -D, an agent that cleans up).",
	[CAUSE_TIMEOUT] = "The connection was silent for longer than conntrack's timeout.",
	[CAUSE_TABLE_FULL] = "The conntrack table was full, and the kernel made room.",
	[CAUSE_ROUTE_CHANGE] =
		"The flow's route moved to another interface, so its masquerading no longer fitted.",
	[CAUSE_TCP_CLOSE] = "Conntrack itself closed the entry: a RST, or a tuple used again.",
	[CAUSE_NETNS_EXIT] = "The network namespace of the entry was deleted.",
	[CAUSE_MODULE_UNLOAD] = "A netfilter module was unloaded, and took its entries along.",
	[CAUSE_IPVS] = "IPVS removed it, or has no connection for the packet.",
	[CAUSE_OTHER] = "The entry was removed in a way that is not known; the stack is shown.",
	[CAUSE_BRIDGE] =
		"The packet was bridged past its entry: conntrack is not shown bridged packets.",
	[CAUSE_UNREAD_DATA] = "The program closed its socket with data in it that it had not read.",
	[CAUSE_LINGER] = "The program closed its socket with SO_LINGER and a time of 0.",
	[CAUSE_KEEPALIVE] = "The peer did not answer keepalive probes or retransmissions.",
	[CAUSE_MEMORY] = "The kernel ran short of memory for sockets, or of orphaned sockets.",
	[CAUSE_KILLED] = "A process destroyed the socket (ss -K).",
	[CAUSE_DISCONNECT] = "The program disconnected its socket (connect() to AF_UNSPEC).",
	[CAUSE_LISTENER_CLOSED] = "The listener was closed before it accepted the connection.",
	[CAUSE_ACCEPT_QUEUE_FULL] = "The program did not accept connections as fast as they came.",
};
_Static_assert(COUNT(causes) == CAUSES, "a sentence each");

static const struct {
	enum proof proof;
	const char *sentence;
} proofs[] = {
	{ PROOF_REMOVAL, "the removal of the packet's entry, and no newer entry in its place" },
	{ PROOF_MIDSTREAM, "that the packet is of a connection that exists, not a SYN" },
	{ PROOF_LONE_SYN, "that the packet is a SYN" },
	{ PROOF_NO_SOCKET, "that the kernel found no socket for it" },
	{ PROOF_LIVE_SOCKET, "that a connection's socket took the packet" },
	{ PROOF_ENTRY_ALIVE, "that the packet's entry is alive" },
	{ PROOF_INVALID, "that conntrack judged the packet INVALID" },
	{ PROOF_HOOKS_GONE, "that the hooks that the entry needs are gone" },
	{ PROOF_RULESET, "who removed the hooks" },
	{ PROOF_END, "the end of the connection's socket" },
	{ PROOF_CLEAN_END, "in conntrack, that both sides had closed it" },
	{ PROOF_TIME_WAIT, "that its TIME_WAIT socket took the packet" },
	{ PROOF_QUEUE_FULL, "that the listener's accept queue was full" },
	{ PROOF_HANDSHAKE, "that the packet is of a handshake" },
	{ PROOF_ABORT, "that the kernel aborted a socket" },
	{ PROOF_LISTEN_STOP, "that it did so because the listener was closed" },
	{ PROOF_REJECT, "that a REJECT rule sent the RST" },
	{ PROOF_RECEIVED, "that a socket of this node took the RST" },
	{ PROOF_OPEN_SOCKET, "that the connection's socket is open" },
	{ PROOF_BARRIER, "that it is bound to a device, or is in another namespace" },
};

/* After what is in the line already; each further line begins at `column`. What differs
 * each time, as {who}, becomes WHO. */
static void put_wrapped(FILE *out, const char *text, size_t at, size_t column)
{
	bool is_word = false;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (at > column && at + 1 + len > COLUMNS) {
			fprintf(out, "\n%*s", (int)column, "");
			at = column;
		} else if (at > column) {
			fputc(' ', out);
			at++;
		}
		for (size_t i = 0; i < len; i++) {
			is_word = text[i] == '{' || (is_word && text[i] != '}');
			if (text[i] != '{' && text[i] != '}')
				fputc(is_word ? toupper((unsigned char)text[i]) : text[i], out);
		}
		at += len;
		text += len + strspn(text + len, " ");
	}
	fputc('\n', out);
}

static void put_item(FILE *out, const char *text)
{
	fputs("  - ", out);
	put_wrapped(out, text, 4, 4);
}

static void put_proofs(FILE *out, uint32_t set, const char *head)
{
	if (!(set & ~(uint32_t)PROOF_NEVER))
		return;
	fputs(head, out);
	for (size_t i = 0; i < COUNT(proofs); i++)
		if (set & proofs[i].proof)
			put_item(out, proofs[i].sentence);
}

static void put_evidence(FILE *out, const struct proof_row *row)
{
	if (row->all & PROOF_NEVER) {
		fputs("\nIt is never proven.\n", out);
		return;
	}
	put_proofs(out, row->all, "\nIt is proven if all of this was seen:\n");
	put_proofs(out, row->any, "\nIt is proven if one of these was seen:\n");
}

static void put_advice(FILE *out, const struct advice_row *row)
{
	if (!row)
		return;
	fputs("\nWhat to do (the report is more precise: it knows who did it):\n", out);
	for (size_t i = 0; i < ADVICE_LINES_MAX && row->lines[i]; i++)
		put_item(out, row->lines[i]);
	if (row->disproof)
		put_item(out, row->disproof);
}

static void put_head(FILE *out, const char *kind, const char *word, const char *sentence)
{
	char text[512];

	fprintf(out, "%s: %s\n\n", word, kind);
	snprintf(text, sizeof(text), "%c%s", toupper((unsigned char)*sentence), sentence + 1);
	put_wrapped(out, text, 0, 0);
}

static void explain_verdict(FILE *out, enum verdict verdict)
{
	put_head(out, "a verdict, why the RST was sent", verdict_name(verdict),
		 describe_verdict(verdict, CAUSE_NONE));
	put_evidence(out, proof_row(verdict, CAUSE_NONE));
	put_advice(out, advice_on(verdict, CAUSE_NONE));
}

static void explain_cause(FILE *out, enum cause cause)
{
	static const char *const needs[] = {
		[CAUSE_NEEDS_NOTHING] = NULL,
		[CAUSE_NEEDS_CHANGE] = "the removal of the address, or the link that went down",
		[CAUSE_NEEDS_ACTOR] = "the process that asked for it",
		[CAUSE_NEEDS_MODULE] = "the module that went",
		[CAUSE_NEEDS_REASON] = NULL,
	};
	const char *needed = needs[cause_row(cause)->needs];
	bool is_removal = cause >= CAUSE_ADDRESS_REMOVED && cause <= CAUSE_OTHER;

	put_head(out, is_removal ? "a cause, why the entry was removed" : "a cause",
		 cause_name(cause), causes[cause]);
	if (needed) {
		fputs("\nBesides what its verdict needs, it is proven if this was seen:\n", out);
		put_item(out, needed);
	}
	put_advice(out, advice_on(VERDICT_NONE, cause));
}

static void explain_unseen(FILE *out, enum unseen unseen)
{
	put_head(out, "what is unconfirmed", unseen_name(unseen), describe_unseen(unseen));
}

/* ---- findings of --exposure ---- */

static const char *finding_name(unsigned int number)
{
	return finding_rows[number - 1].id;
}

static void explain_finding(FILE *out, unsigned int number)
{
	const struct finding_row *row = &finding_rows[number - 1];

	put_head(out, "a finding of --exposure", row->id, row->title);
	fputc('\n', out);
	put_wrapped(out, row->danger, 0, 0);
	fputs("\nIt goes by:\n", out);
	for (size_t i = 0; i < COUNT(row->evidence) && row->evidence[i]; i++)
		put_item(out, row->evidence[i]);
	fputs("\nWhat to do (the report is more precise: it knows this system):\n", out);
	for (size_t i = 0; i < COUNT(row->cures) && row->cures[i]; i++)
		put_item(out, row->cures[i]);
	put_item(out, row->not_if);
}

static unsigned int findings_end(void)
{
	return (unsigned int)finding_rows_count + 1;
}

static unsigned int verdicts_end(void)
{
	return VERDICTS;
}

static unsigned int causes_end(void)
{
	return CAUSES;
}

static unsigned int unseens_end(void)
{
	return UNSEENS;
}

/* What a word can be: how many there are, their names, and who explains one. */
static const struct {
	unsigned int (*end)(void); /* past the last */
	const char *(*name)(unsigned int value);
	void (*explain)(FILE *out, unsigned int value);
} kinds[] = {
	{ verdicts_end, verdict_name, explain_verdict },
	{ causes_end, cause_name, explain_cause },
	{ unseens_end, unseen_name, explain_unseen },
	{ findings_end, finding_name, explain_finding },
};

int explain_word(FILE *out, const char *word, char *why, size_t size)
{
	const char *near = NULL;
	char shown[41];

	for (size_t k = 0; k < COUNT(kinds); k++)
		for (unsigned int i = 1; i < kinds[k].end(); i++) {
			const char *name = kinds[k].name(i);

			if (!strcmp(word, name)) {
				kinds[k].explain(out, i);
				return 0;
			}
			if (!near && is_near_miss(word, name))
				near = name;
		}
	utf8_printable(word, shown, sizeof(shown));
	if (near)
		snprintf(why, size, "--explain: unknown word '%s'; did you mean %s?", shown, near);
	else
		snprintf(
			why, size,
			"--explain: unknown word '%s'; use a verdict, a cause, a finding or a word "
			"of inferred, as rstblame(8) has them",
			shown);
	return -EINVAL;
}
