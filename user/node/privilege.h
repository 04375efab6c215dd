/* SPDX-License-Identifier: GPL-2.0-only */
/* What tracing needs of the caller and of the kernel, told before anything is
 * tried, so that the message names the cause and not its symptom. */
#ifndef RSTBLAME_NODE_PRIVILEGE_H
#define RSTBLAME_NODE_PRIVILEGE_H

#include <stdbool.h>
#include <stddef.h>

/* The capabilities whose absence is of note, by their index in node/holdings.h, where they come
 * first; NULL after the last: static. */
const char *privilege_name(size_t index);
bool privilege_has(size_t index);

/* Whether it is not there, and something comes of that here. */
bool privilege_is_missing(size_t index);

/* Whether anything can be traced: 0, or -EPERM (privilege) or -ENOENT (/sys), and in `why` one
 * line with the cause and the cure. */
int privilege_check(char *why, size_t size);

/* What cannot be done without the capability of that index, one line; "" where it is there,
 * is not needed here, or nothing can be done at all. Returns `why`. See node/gaps.h. */
const char *privilege_gap(size_t index, char *why, size_t size);

/* Whether this kernel wants CAP_BPF of whoever calls bpf(), even of one who only reads. */
bool privilege_asks_for_bpf(void);

/* Whether fentry may be tried on a module's functions. */
bool privilege_sees_modules(void);

/* What may refuse a call to one who has the capabilities. */
struct privilege_facts {
	bool is_locked_down, has_seccomp, is_short_of_memlock, is_perf_paranoid, is_short_of_files;
};
void privilege_look(struct privilege_facts *out);

/* The likeliest cause and its cure, of what was refused with that -errno: static. NULL: not
 * for a lack of privilege. Pure. */
const char *privilege_cure(int err, const struct privilege_facts *facts);

/* Whether nothing keeps it from looking into all processes of the machine. False, and in
 * `why` one line with what does, the consequence and the cure. */
bool privilege_sees_processes(char *why, size_t size);

/* Whether pids are here what they are to the kernel; also where /proc does not tell. */
bool privilege_is_in_first_pid_namespace(void);

/* "none", "integrity", "confidentiality", or "unknown": static. */
const char *privilege_lockdown(void);

/* Whether the kernel tells its symbols' addresses (kptr_restrict). */
bool privilege_sees_symbols(void);

#endif
