// SPDX-License-Identifier: GPL-2.0-only
#include "summary/unseen.h"

static const char *const sentences[] = {
	[UNSEEN_NONE] = "",
	[UNSEEN_WHICH_CHANGE] = "which of several removals of that address queued this flush",
	[UNSEEN_WORK_ITEM] =
		"that this address caused the flush: the kernel's work item was not seen, only the entry's address",
	[UNSEEN_CHANGE] = "the address or link event behind the flush",
	[UNSEEN_REMOVER] = "the process that removed the entry",
	[UNSEEN_MODULE_UNLOAD] =
		"that masquerade's module was unloaded: it flushed an interface that had not gone down, which is what it does then",
	[UNSEEN_CAUSE] = "why the entry was removed",
	[UNSEEN_USE_UNTRACKED] =
		"that the entry would have helped: a NOTRACK rule kept the packet from it",
	[UNSEEN_USE_UNHOOKED] =
		"that the entry would have helped: the hooks that translate are gone, too",
	[UNSEEN_ZONE] = "the packet's conntrack zone",
	[UNSEEN_TIME_WAIT] =
		"whose connection it was: a TIME_WAIT socket of this host has the same addresses and ports",
	[UNSEEN_NEWER_FLOW] = "that no newer connection used the same addresses and ports",
	[UNSEEN_NEWER_ENTRY_LOST] =
		"events were lost, so a newer entry for this flow may have been missed",
	[UNSEEN_INVALID] =
		"that conntrack judged the packet INVALID (its entry is alive, and the packet was not matched to it)",
	[UNSEEN_HOOKS_REMOVER] = "who removed the hooks: it happened before the window",
	[UNSEEN_ENTRY_ALIVE] = "that the entry is alive: conntrack could not be asked",
	[UNSEEN_ENTRY_LOST] = "events were lost, so the entry may be a newer one",
	[UNSEEN_LISTENER] = "that no socket listened",
	[UNSEEN_OWN] = "that the connection was this host's own",
	[UNSEEN_OWN_REQUEST] =
		"that this host asked for a connection and gave it up (or that another host asked in its name)",
	[UNSEEN_CLOSE] = "the close of the socket: it happened before the window",
	[UNSEEN_CLOSE_OF_SERVER] =
		"the close of the socket: the packet goes from a client's port to a server's",
	[UNSEEN_ENTRY_PLACE] =
		"where the entry was: the address came here within the window, so the flow is older, or belonged to another node whose entries were not carried over",
	[UNSEEN_REMOVAL_BEFORE] =
		"the removal itself. It happened before the window (conntrack picked the flow up mid-stream, so it no longer knew it)",
	[UNSEEN_REMOVAL] = "the removal itself: none was seen",
	[UNSEEN_REMOVAL_LOST] = "events were lost, and the removal may be among them",
	[UNSEEN_REMOVAL_FORGOTTEN] =
		"older removals were forgotten because memory for them was full",
	[UNSEEN_PASSAGE] =
		"that the connection passes that other namespace: its addresses and ports are the same",
};

_Static_assert(sizeof(sentences) / sizeof(sentences[0]) == UNSEENS, "a sentence each");

const char *describe_unseen(enum unseen unseen)
{
	return unseen < UNSEENS ? sentences[unseen] : "";
}
