/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The BPF object: hooks chosen for this kernel, loaded, attached. The only file
 * but attach/rings.c that knows libbpf. Attaching changes nothing on the node; while
 * attached by fentry, the probed modules cannot be unloaded.
 */
#ifndef RSTBLAME_ATTACH_LOADER_H
#define RSTBLAME_ATTACH_LOADER_H

#include <stdint.h>

#include "kernel/probes.h"
#include "wire/flush_ring.h"

struct loader;
struct tuple;
struct symbolizer;

struct loader_options {
	const char *btf_path; /* kernel types for a kernel without its own, or NULL */
	bool with_stacks;     /* of resets too */
	bool is_verbose;      /* libbpf's own messages to stderr */
	bool counts_syns;     /* answers to SYNs: the first of a second only are sent in full */
	bool no_pin;          /* module functions by kprobe only: fentry pins a module */
	bool kprobes_are_off; /* disarmed, for all of the kernel: see loader_set_kprobes() */
};

enum { LOADER_WHY_BYTES = 512 };

/* Opens, loads and attaches. NULL, and in `why` one line that names what was
 * refused and the cure; `results` (EVENT_PROBES of them) is filled either way. */
struct loader *loader_open(const struct loader_options *options, struct probe_result *results,
			   char why[LOADER_WHY_BYTES]);
void loader_close(struct loader *loader);

/* Attaches what waits for that module, which must be live. Returns how many of its
 * probes were attached; `results` tells of each. What happened in the meantime was
 * not seen. */
size_t loader_attach_module(struct loader *loader, const char *module,
			    struct probe_result *results);

/* Another function in place of the one that is probed, for those of the probes that have
 * one: `silent` (EVENT_PROBES of them) says whose event was provoked and did not come, as
 * where the compiler inlined the function into its callers. Returns how many were replaced;
 * `results` tells of each. */
size_t loader_replace(struct loader *loader, const bool *silent, struct probe_result *results);

/* That module went, and its kprobes with it: its probes wait again. Returns how many. */
size_t loader_forget_module(struct loader *loader, const char *module,
			    struct probe_result *results);

/* Kprobes were armed, or disarmed: tells of those that are attached, and of those to come. */
void loader_set_kprobes(struct loader *loader, bool are_on, struct probe_result *results);

/* The names of the kernel's addresses, as they were at the start: once, the caller frees them.
 * NULL: taken, hidden, or out of memory. */
struct symbolizer *loader_take_names(struct loader *loader);

int loader_state_ring_fd(const struct loader *loader);
int loader_reset_ring_fd(const struct loader *loader);

/* What the flush ring is made of; lives as long as the loader. */
void loader_flush_memory(const struct loader *loader, struct flush_ring_memory *out);

/* Events lost so far, by probe: for want of room, or because the probe was running on
 * that CPU already. */
void loader_read_lost(const struct loader *loader, uint64_t lost[EVENT_PROBES]);

/* Looking at what was counted would cost events now: not before the window's end. */
bool loader_counts_at_end(const struct loader *loader);

/* How many events of state were past their namespace's budget; and of which: the key after
 * `last` (NULL: the first), with its count. False: there is none. */
struct event_state_key;
uint64_t loader_over_budget(const struct loader *loader);
bool loader_next_over_budget(const struct loader *loader, const struct event_state_key *last,
			     struct event_state_key *key, uint64_t *count);

/* What was counted of the answers to SYNs; `is_other`: of ports that are not told apart.
 * Each array has room for EVENT_SYN_PORTS_MAX. Returns how many there are, or -errno. */
struct event_syn_key;
struct event_syn_count;
int loader_read_syns(const struct loader *loader, bool is_other, struct event_syn_key *keys,
		     struct event_syn_count *counts);
/* To be called after each such look. */
void loader_end_syn_round(const struct loader *loader);

uint8_t loader_syn_generation(const struct loader *loader);
/* From here on other keys are counted, and none of those before any more: nothing holds
 * them. False: they may still be counted. */
bool loader_next_syn_generation(const struct loader *loader);
/* Takes ports of past generations out. Returns how many of them, in their order, it did. */
size_t loader_delete_syns(const struct loader *loader, const struct event_syn_key *keys,
			  size_t count);

/* Whether a connection was seen to end after `since_ns` (CLOCK_MONOTONIC) whose peer's packets have
 * that tuple, in whatever namespace. Goes through the 16,384 ends that the kernel's side
 * remembers: some milliseconds. False, too, where they cannot be read. */
bool loader_ended_since(const struct loader *loader, uint8_t family, const struct tuple *packet,
			uint64_t since_ns);

/* The kernel's name for a value of enum sk_rst_reason, without its prefix; NULL
 * where it has none. Lives as long as the loader. */
const char *loader_reason_name(const struct loader *loader, uint32_t reason);

/* Of the libbpf that runs, as "1.1": static. */
const char *loader_libbpf_version(void);

#endif
