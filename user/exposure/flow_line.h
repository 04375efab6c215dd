/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RSTBLAME_EXPOSURE_FLOW_LINE_H
#define RSTBLAME_EXPOSURE_FLOW_LINE_H

#include "exposure/look.h"

/* One line of /proc/net/nf_conntrack, or of conntrack -L, with or without -o extended. False:
 * it is no entry with ports. Pure. */
bool flow_parse_line(const char *line, struct look_flow *out);

#endif
