/* SPDX-License-Identifier: GPL-2.0-only */
/* What the program does, each to its exit status. */
#ifndef RSTBLAME_SESSION_SESSION_H
#define RSTBLAME_SESSION_SESSION_H

#include "cli/options.h"
#include "summary/summary.h"

/* Watches the kernel for the window. */
enum status session_run(const struct options *options);

/* Judges recordings again. */
enum status session_read(const struct options *options);

/* Says what can be observed here. */
enum status session_check(const struct options *options);

/* Says what is at risk now: --audit. */
enum status session_audit(const struct options *options);

/* Says what could reset connections here: --exposure. */
enum status session_exposure(const struct options *options);

/* Says what it is, and what it is made of. */
enum status session_version(const struct options *options);

/* A fatal error before there is a report: one line on stderr, and on stdout where
 * JSON was asked for. */
enum status session_fail(const struct options *options, const char *why);

#endif
