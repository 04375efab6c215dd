// SPDX-License-Identifier: GPL-2.0-only
/* bpfnamed program|map NAME: loads one of that name, and holds it until its input ends. It does
 * nothing: what an agent's own look like to who lists them. */
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int load_program(const char *name)
{
	/* r0 = 1; exit */
	static const struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SCHED_CLS;
	attr.insns = (uint64_t)(uintptr_t)code;
	attr.insn_cnt = 2;
	attr.license = (uint64_t)(uintptr_t) "GPL";
	strncpy(attr.prog_name, name, sizeof(attr.prog_name) - 1);
	return (int)syscall(__NR_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

static int make_map(const char *name)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_HASH;
	attr.key_size = attr.value_size = 4;
	attr.max_entries = 1;
	strncpy(attr.map_name, name, sizeof(attr.map_name) - 1);
	return (int)syscall(__NR_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));
}

int main(int argc, char **argv)
{
	char c;
	int fd;

	if (argc != 3)
		return 2;
	fd = !strcmp(argv[1], "map") ? make_map(argv[2]) : load_program(argv[2]);
	if (fd < 0) {
		perror("bpf");
		return 1;
	}
	puts("loaded");
	fflush(stdout);
	while (read(0, &c, 1) > 0)
		;
	return 0;
}
