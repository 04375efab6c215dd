/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of bench-tool share. Each command prints one JSON object a line. */
#ifndef BENCH_VM_TOOL_H
#define BENCH_VM_TOOL_H

#include <stdint.h>

void die(const char *what) __attribute__((noreturn)); /* with errno's text */
uint64_t now_ns(void);                                /* CLOCK_MONOTONIC */

/* Runs COMMAND (rstblame -f json ...), waits for its first line, lets
 * it idle for `idle_s`, interrupts it: what each phase cost. Returns the exit status
 * for the shell. */
int measure_session(unsigned idle_s, char **command);

#endif
