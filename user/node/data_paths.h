/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What carries connections here past conntrack, or translates them without it: data paths of eBPF
 * (known by the names of their programs and maps), IPVS without conntrack, rules that take packets
 * from it, flowtables in a network card. Nothing that goes wrong there is seen by --exposure, nor
 * by the tracer. Nothing is loaded or written to ask.
 */
#ifndef RSTBLAME_NODE_DATA_PATHS_H
#define RSTBLAME_NODE_DATA_PATHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DATA_PATHS_MAX = 8, DATA_PATH_BYTES = 160, BPF_NAME_BYTES = 16 };

enum data_path_kind {
	DATA_PATH_BPF,     /* an agent's programs translate by themselves */
	DATA_PATH_POLICY,  /* an agent's programs only refuse what they do not know */
	DATA_PATH_IPVS,    /* without conntrack */
	DATA_PATH_NOTRACK, /* rules */
	DATA_PATH_OFFLOAD, /* a flowtable in hardware */
};

struct data_path {
	enum data_path_kind kind;
	const char *who; /* static: "Cilium", "IPVS", … */
	char evidence
		[DATA_PATH_BYTES]; /* "BPF program cil_from_netdev", "net.ipv4.vs.conntrack = 0" */
};

struct data_paths {
	size_t count;
	struct data_path items[DATA_PATHS_MAX];
	int bpf_err; /* 0, or -errno: programs and maps could not be listed */
};

/* In the namespace that the calling thread is in; programs and maps are the whole machine's. */
void data_paths_find(struct data_paths *out);

/* Hears of a program, or a map, by the name that the kernel has for it (15 characters at
 * most). Pure; each data path is noted once. */
void data_paths_note_program(struct data_paths *paths, const char *name);
void data_paths_note_map(struct data_paths *paths, const char *name);
/* Of IPVS: its services, and the value of net.ipv4.vs.conntrack. Pure. */
void data_paths_note_ipvs(struct data_paths *paths, size_t services, bool has_conntrack);

/* A sentence: what it is, and what follows for who looks by conntrack. Returns `buf`. */
const char *data_path_format(const struct data_path *path, char *buf, size_t size);

#endif
