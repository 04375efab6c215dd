/* SPDX-License-Identifier: GPL-2.0-only */
/* What was not seen, in words, to follow "unconfirmed: ". */
#ifndef RSTBLAME_SUMMARY_UNSEEN_H
#define RSTBLAME_SUMMARY_UNSEEN_H

#include "model/finding.h"

/* "the packet's conntrack zone": static, "" for UNSEEN_NONE. */
const char *describe_unseen(enum unseen unseen);

#endif
