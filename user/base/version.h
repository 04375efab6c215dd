/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RSTBLAME_BASE_VERSION_H
#define RSTBLAME_BASE_VERSION_H

#define RSTBLAME_VERSION "0.1.0"

#endif
