// SPDX-License-Identifier: GPL-2.0-only
#include "node/data_paths.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "node/filter_rules.h"
#include "node/virtual_services.h"

/* More are not asked about: each is three calls. */
enum { OBJECTS_MAX = 4096, LINE_BYTES = 256 };

/* The kernel keeps 15 characters of a name. */
static const struct known {
	const char *prefix;
	const char *who;
	enum data_path_kind kind;
} programs[] = {
	/* bpf/bpf_lxc.c, bpf_host.c, bpf_overlay.c, bpf_sock.c: since 1.13 cil_…; tail calls. */
	{ "cil_", "Cilium", DATA_PATH_BPF },
	{ "tail_handle_ipv", "Cilium", DATA_PATH_BPF },
	{ "tail_nodeport_n", "Cilium", DATA_PATH_BPF },
	/* felix/bpf-gpl/tc.c, connect_balancer.c. */
	{ "cali_tc_", "Calico's eBPF data path", DATA_PATH_BPF },
	{ "calico_tc_", "Calico's eBPF data path", DATA_PATH_BPF },
	{ "cali_ctlb_", "Calico's eBPF data path", DATA_PATH_BPF },
}, maps[] = {
	{ "cilium_ct", "Cilium", DATA_PATH_BPF },
	{ "cilium_lb4", "Cilium", DATA_PATH_BPF },
	{ "cilium_lb6", "Cilium", DATA_PATH_BPF },
	{ "cilium_snat", "Cilium", DATA_PATH_BPF },
	{ "cali_v4_ct", "Calico's eBPF data path", DATA_PATH_BPF },
	{ "cali_v6_ct", "Calico's eBPF data path", DATA_PATH_BPF },
	{ "cali_v4_nat", "Calico's eBPF data path", DATA_PATH_BPF },
	{ "cali_v6_nat", "Calico's eBPF data path", DATA_PATH_BPF },
	/* aws-network-policy-agent: its programs, handle_ingress, have other people's names. */
	{ "aws_conntrack_m", "the AWS network policy agent", DATA_PATH_POLICY },
};

static struct data_path *add(struct data_paths *paths, enum data_path_kind kind, const char *who)
{
	struct data_path *p;

	for (size_t i = 0; i < paths->count; i++)
		if (paths->items[i].kind == kind && !strcmp(paths->items[i].who, who))
			return NULL; /* it is known */
	if (paths->count == DATA_PATHS_MAX)
		return NULL;
	p = &paths->items[paths->count++];
	p->kind = kind;
	p->who = who;
	return p;
}

static void note(struct data_paths *paths, const struct known *known, size_t count,
		 const char *what, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		struct data_path *p = strncmp(name, known[i].prefix, strlen(known[i].prefix)) ?
					      NULL :
					      add(paths, known[i].kind, known[i].who);

		if (p)
			snprintf(p->evidence, sizeof(p->evidence), "BPF %s %.15s", what, name);
	}
}

void data_paths_note_program(struct data_paths *paths, const char *name)
{
	note(paths, programs, sizeof(programs) / sizeof(programs[0]), "program", name);
}

void data_paths_note_map(struct data_paths *paths, const char *name)
{
	note(paths, maps, sizeof(maps) / sizeof(maps[0]), "map", name);
}

void data_paths_note_ipvs(struct data_paths *paths, size_t services, bool has_conntrack)
{
	struct data_path *p = services && !has_conntrack ? add(paths, DATA_PATH_IPVS, "IPVS") :
							   NULL;

	if (p)
		snprintf(p->evidence, sizeof(p->evidence),
			 "net.ipv4.vs.conntrack = 0, with %zu virtual service%s", services,
			 services == 1 ? "" : "s");
}

/* ---- programs and maps ---- */

static int call(int command, union bpf_attr *attr)
{
	return (int)syscall(__NR_bpf, command, attr, sizeof(*attr));
}

/* The name of a program's, or map's, information; false: it went meanwhile. */
static bool read_name(int by_id, uint32_t id, char name[BPF_NAME_BYTES])
{
	union {
		struct bpf_prog_info program;
		struct bpf_map_info map;
	} info;
	union bpf_attr attr;
	int fd, err;

	memset(&attr, 0, sizeof(attr));
	attr.prog_id = id; /* map_id is the same member of another name */
	fd = call(by_id, &attr);
	if (fd < 0)
		return false;
	memset(&info, 0, sizeof(info));
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = (uint32_t)fd;
	attr.info.info_len = by_id == BPF_PROG_GET_FD_BY_ID ? sizeof(info.program) :
							      sizeof(info.map);
	attr.info.info = (uint64_t)(uintptr_t)&info;
	err = call(BPF_OBJ_GET_INFO_BY_FD, &attr);
	close(fd);
	memcpy(name, by_id == BPF_PROG_GET_FD_BY_ID ? info.program.name : info.map.name,
	       BPF_NAME_BYTES);
	name[BPF_NAME_BYTES - 1] = '\0';
	return !err;
}

static int list(int next, int by_id, void (*take)(struct data_paths *, const char *),
		struct data_paths *out)
{
	char name[BPF_NAME_BYTES];
	union bpf_attr attr;
	uint32_t id = 0;

	for (size_t i = 0; i < OBJECTS_MAX; i++) {
		memset(&attr, 0, sizeof(attr));
		attr.start_id = id;
		if (call(next, &attr))
			return errno == ENOENT ? 0 : -errno;
		id = attr.next_id;
		if (read_name(by_id, id, name))
			take(out, name);
	}
	return 0;
}

/* ---- the rest ---- */

static bool read_number(const char *path, unsigned int *value)
{
	FILE *file = fopen(path, "re");
	bool is_read = file && fscanf(file, "%u", value) == 1;

	if (file)
		fclose(file);
	return is_read;
}

static void find_ipvs(struct data_paths *out)
{
	FILE *file = fopen("/proc/thread-self/net/ip_vs", "re");
	struct virtual_service service;
	char line[LINE_BYTES];
	unsigned int has_conntrack;
	size_t services = 0;

	while (file && fgets(line, sizeof(line), file))
		services += virtual_service_parse(line, &service);
	if (file)
		fclose(file);
	/* Without CONFIG_IP_VS_NFCT there is no such setting. */
	if (!read_number("/proc/sys/net/ipv4/vs/conntrack", &has_conntrack))
		has_conntrack = 0;
	data_paths_note_ipvs(out, services, has_conntrack);
}

static void find_rules(struct data_paths *out)
{
	struct nat_rules *rules = nat_rules_read();
	struct filter_traits traits;
	struct data_path *p;

	if (!rules)
		return;
	filter_rules_prepare(rules);
	filter_rules_traits(rules, &traits);
	p = traits.notrack[0] ? add(out, DATA_PATH_NOTRACK, "a NOTRACK rule") : NULL;
	if (p)
		snprintf(p->evidence, sizeof(p->evidence), "rule %.127s", traits.notrack);
	p = traits.has_hardware_flowtable ?
		    add(out, DATA_PATH_OFFLOAD, "a flowtable offloaded to hardware") :
		    NULL;
	if (p)
		snprintf(p->evidence, sizeof(p->evidence),
			 "`nft list flowtables` has flags offload");
	nat_rules_free(rules);
}

void data_paths_find(struct data_paths *out)
{
	memset(out, 0, sizeof(*out));
	out->bpf_err =
		list(BPF_PROG_GET_NEXT_ID, BPF_PROG_GET_FD_BY_ID, data_paths_note_program, out);
	if (!out->bpf_err)
		out->bpf_err =
			list(BPF_MAP_GET_NEXT_ID, BPF_MAP_GET_FD_BY_ID, data_paths_note_map, out);
	find_ipvs(out);
	find_rules(out);
}

const char *data_path_format(const struct data_path *p, char *buf, size_t size)
{
	static const char *const words[] = {
		[DATA_PATH_BPF] = "%s translates and tracks connections in eBPF, not in conntrack "
				  "(%s): a reset because its table lost a connection is not "
				  "explained here; ask that agent's own tools",
		[DATA_PATH_POLICY] =
			"%s tracks connections in eBPF, beside conntrack (%s): what it "
			"drops because its table lost a connection is not seen here",
		[DATA_PATH_IPVS] = "%s forwards without conntrack (%s): its connections have no "
				   "entry, and that it forgets one is not seen here; ipvsadm -Lnc "
				   "has them",
		[DATA_PATH_NOTRACK] =
			"%s keeps packets from conntrack (%s): their connections have no "
			"entry, and nothing here explains their resets by one",
		[DATA_PATH_OFFLOAD] =
			"%s carries packets past the kernel (%s): neither their resets nor "
			"how long a flow is idle are seen here",
	};
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(buf, size, words[p->kind], p->who, p->evidence);
#pragma GCC diagnostic pop
	return buf;
}
