/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RSTBLAME_EXPOSURE_HISTORY_LINE_H
#define RSTBLAME_EXPOSURE_HISTORY_LINE_H

#include <stdbool.h>

#include "exposure/look.h"

/* Whether a line of the journal ("2026-11-22T10:52:38+0000 host systemd-networkd[412]: up0: DHCP
 * lease lost") says that a lease was lost; on which interface, and when. Pure. */
bool history_parse_line(const char *line, char ifname[LOOK_IFNAME_BYTES],
			char when[LOOK_WORD_BYTES]);

#endif
