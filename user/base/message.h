/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RSTBLAME_BASE_MESSAGE_H
#define RSTBLAME_BASE_MESSAGE_H

/* One line on stderr: what failed, on what, why, and the cure. Waits a tenth of a second at
 * most for whoever reads it. */
void message(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
