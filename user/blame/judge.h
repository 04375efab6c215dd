/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verdict on one reset, from the evidence that blame gathered.
 *
 * The truth rules. A tool that accuses must be right, or say that it does not know.
 * Comments elsewhere cite them as "truth rule 6".
 *
 *  1. `proven` needs every link: a removal of exactly this tuple (either direction, same
 *     namespace and zone), earlier than the trigger packet, with no newer entry that a SYN
 *     made for this tuple; a trigger that is no SYN; and the cause's own link observed.
 *  2. A deferred flush is joined to its address or link event by what the kernel's work
 *     item carries (namespace, ifindex, address), never by closeness in time alone. Where
 *     that is impossible the verdict is `likely`, and says so.
 *  3. The entry that the RST itself creates and kills on its way out (a mid-stream
 *     pick-up) is not a removal of interest.
 *  4. Normal ends of life are innocent: TIME_WAIT and CLOSE that expire after a clean close.
 *  5. Lost events lower the confidence and the exit status. They are counted per probe
 *     and shown in every format.
 *  6. `current` is never named as actor when the hook runs in softirq or in a kworker.
 *  7. A probe that attached may still be blind. --check proves each required probe by
 *     provoking its event in a private namespace, where that does not change the node,
 *     and says `attached, not proven` where it cannot.
 *  8. What did not happen is not blamed: an address removed and nothing flushed (the kernel
 *     drops masquerade's work when 16 items are pending), or flushed and never reset (the
 *     address did not come back). What was seen is said.
 *  9. What happened before the window, or before the module was there, is `entry-unknown`
 *     with what evidence there is (a mid-stream pick-up shows that the flow was
 *     forgotten); never silence.
 * 10. An acquittal needs evidence, too: `stale-connection` is `proven` only where the
 *     connection's end was seen (a socket closed, a clean end, a TIME_WAIT socket). That
 *     no socket was found is no end.
 * 11. A connection is followed through all namespaces and translations of the node. An
 *     entry is judged by the hooks of its own namespace. The victim's open socket tells
 *     guilt from innocence at the inner end.
 * 12. A verdict does not depend on load. What could not be asked in time is said to be so,
 *     live and in the recording, and never becomes another story. What was evicted is not
 *     "before the window": each table knows how far back it reaches.
 * 13. Made is not delivered, and packets are not connections: counts name what they count.
 * 14. Names are evidence, not labels: an actor is a process with uid, executable and unit; a
 *     container is what its runtime's part of the cgroup path says, outermost first. What
 *     an unprivileged user can choose (comm, thread name, a cgroup below his own, a log
 *     tag) proves nothing.
 * 15. Advice was tried: each one that names a command was followed in a guest, prevents the
 *     incident, and causes none.
 */
#ifndef RSTBLAME_BLAME_JUDGE_H
#define RSTBLAME_BLAME_JUDGE_H

#include "blame/ledger.h"
#include "blame/listeners.h"
#include "blame/retranslations.h"
#include "model/finding.h"

struct evidence {
	const struct observation *reset; /* an OBSERVATION_RESET */
	/* The newest removal of the trigger's tuple before it that nothing has
	 * replaced since; NULL: none. */
	const struct ledger_removal *removal;
	bool is_zone_known;        /* the removal's zone was compared with the packet's */
	const struct flush *flush; /* of that removal; NULL: none */
	/* The removal was in another namespace of the node: only the socket at the inner end
	 * tells whether its entry would have helped (needs_socket). */
	bool is_elsewhere;
	/* It came to the client's own namespace, as one of another namespace would have: the
	 * client's socket tells the same. */
	bool is_at_client;
	/* Of a reset received, or of the trigger: its flow was re-translated before. NULL: it
	 * was not. */
	const struct retranslation *retranslation;
	/* That took away the hooks which the entry lacks, in the entry's namespace; NULL: none */
	const struct ruleset *ruleset;
	const struct closed_listener *listener; /* that had the trigger's port; NULL: none */
	/* Of an abort: this host's own address of the connection went, and is not back. */
	const struct change *departure;
	/* Of the address that the trigger went to, in the window; NULL: it was there. */
	const struct change *arrival;
	uint64_t sent_as; /* of a reset received: its line where this node sent it; 0: it did not */
	bool was_replaced;  /* a removal was seen, and a newer entry after it */
	bool was_own;       /* an untranslated entry of this tuple ended: no translation is lost */
	bool has_clean_end; /* one ended that both sides had closed */
	bool sees_entries;  /* a newer entry would have been seen */
	bool sees_removals; /* and a removal, from the beginning of the window on */
	bool is_misled;     /* what told of a user's deletion told of one that cannot be */
	bool has_losses;    /* of any probe that the join needs */
	/* When the newest happened of what is not remembered any more; 0: all is. Of the removals
	 * that the trigger's could be among; of the changes behind a flush, and the flushes; of
	 * the rest, by the kind of reset. */
	uint64_t removals_horizon_ns, changes_horizon_ns, others_horizon_ns;
	bool misses_arrivals;    /* how an address came may not be remembered */
	bool is_flush_forgotten; /* the removal was one of a flush */
};

/* Fills `out`. Pure; never fails. */
void judge_reset(const struct evidence *evidence, struct reset_blame *out);

#endif
