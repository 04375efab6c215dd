/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's end of a netlink socket, played by the fuzzer: these stand in for libmnl's
 * functions of the same names, and every module asked for is there. What is asked is not
 * looked at. The bytes are the answers, each with its length (two bytes, little-endian) in
 * front.
 */
#ifndef RSTBLAME_FUZZ_ANSWERS_H
#define RSTBLAME_FUZZ_ANSWERS_H

#include <stddef.h>
#include <stdint.h>

/* Valid until answers_end(). ASan watches the end of each answer. */
void answers_begin(const uint8_t *data, size_t size);
void answers_end(void);

#endif
