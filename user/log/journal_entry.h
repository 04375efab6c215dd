/* SPDX-License-Identifier: GPL-2.0-only */
/* An entry of the journal as `journalctl -o json` writes it. Pure. */
#ifndef RSTBLAME_LOG_JOURNAL_ENTRY_H
#define RSTBLAME_LOG_JOURNAL_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "log/lines.h"
#include "log/sender.h"

struct journal_entry {
	char cursor[256];
	char boot_id[40];
	uint64_t mono_ns;    /* CLOCK_MONOTONIC, when journald got it */
	uint64_t source_us;  /* since the epoch, when it was sent; 0: not known */
	long pid;            /* of the sender; 0: not known */
	char invocation[40]; /* of the unit that it is in, "" for none */
	uint32_t sender;     /* log_sender_key() */
	char line[LOG_LINE_BYTES +
		  LOG_SENDER_BYTES]; /* "systemd-networkd[412]: ens3: DHCP lease lost" */
};

/* False: no entry, or one without a message; its cursor is filled nevertheless. */
bool journal_entry_parse(const char *json, size_t size, struct journal_entry *out);

#endif
