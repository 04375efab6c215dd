/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RSTBLAME_BASE_NSEC_H
#define RSTBLAME_BASE_NSEC_H

#define NSEC_PER_SEC 1000000000ULL
#define NSEC_PER_MSEC 1000000ULL

#endif
