/* SPDX-License-Identifier: GPL-2.0-only */
/* What `--check` found out, and how it is told. */
#ifndef RSTBLAME_SESSION_CHECK_REPORT_H
#define RSTBLAME_SESSION_CHECK_REPORT_H

#include <stdio.h>
#include <sys/utsname.h>

#include "attach/loader.h"
#include "attach/socket_iterator.h"
#include "kernel/switches.h"
#include "node/gaps.h"
#include "session/proving.h"
#include "summary/summary.h"

struct check {
	struct utsname machine;
	const char *btf; /* "yes", "no", or the file of --btf */
	const char *lockdown;
	bool sees_symbols;
	bool has_memlock;
	uint64_t memlock_bytes;     /* UINT64_MAX: no limit */
	char why[LOADER_WHY_BYTES]; /* "" when the probes were attached */
	struct probe_result probes[EVENT_PROBES];
	enum status status;
	struct proving proving;
	struct switches switches;
	uint64_t had;       /* capabilities, before any was given up */
	bool refuses_calls; /* by a seccomp filter */
	struct gaps gaps;
	/* "" where all sockets are found by one walk; else why not, and each namespace is asked. */
	char no_walk[SOCKET_ITERATOR_WHY_BYTES];
};

void check_write_text(const struct check *check, size_t columns, FILE *out);
void check_write_json(const struct check *check, FILE *out); /* one line */

#endif
