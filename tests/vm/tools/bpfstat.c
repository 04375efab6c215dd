// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpfstat             "programs N maps N links N" of the whole kernel
 * bpfstat insns       "NAME INSNS" of each program: the instructions that the verifier walked
 *                     (verified_insns of struct bpf_prog_info, since 5.16; 0 before)
 * bpfstat typeless    how many programs have no types: the kernel refused those of their object
 *
 * By bpf(2) alone, as bpftool does it: the test guest has no libbpf.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int call(int command, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, command, attr, sizeof(*attr));
}

/* The id after that one, of programs, maps or links; 0: there is none. */
static unsigned int next(int command, unsigned int id)
{
	union bpf_attr attr = { .start_id = id };

	return call(command, &attr) ? 0 : attr.next_id;
}

/* -1: it cannot be told (5.10 knows no links' ids without CONFIG_BPF_SYSCALL's newer part). */
static int count(int command)
{
	unsigned int id = 0;
	int n = 0;

	while ((id = next(command, id)))
		n++;
	return errno == ENOENT ? n : -1;
}

/* False: it is gone meanwhile. */
static int get_info(unsigned int id, struct bpf_prog_info *info)
{
	union bpf_attr attr = { .prog_id = id };
	int fd = call(BPF_PROG_GET_FD_BY_ID, &attr), got;

	if (fd < 0)
		return 0;
	memset(info, 0, sizeof(*info));
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = (unsigned int)fd;
	attr.info.info_len = sizeof(*info);
	attr.info.info = (unsigned long)info;
	got = !call(BPF_OBJ_GET_INFO_BY_FD, &attr) && info->type != BPF_PROG_TYPE_UNSPEC;
	close(fd);
	return got;
}

static void print_insns(void)
{
	struct bpf_prog_info info;

	for (unsigned int id = 0; (id = next(BPF_PROG_GET_NEXT_ID, id));)
		if (get_info(id, &info))
			printf("%s %u\n", info.name, info.verified_insns);
}

static void print_typeless(void)
{
	struct bpf_prog_info info;
	int count = 0;

	for (unsigned int id = 0; (id = next(BPF_PROG_GET_NEXT_ID, id));)
		count += get_info(id, &info) && !info.btf_id;
	printf("%d\n", count);
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "insns")) {
		print_insns();
		return 0;
	}
	if (argc == 2 && !strcmp(argv[1], "typeless")) {
		print_typeless();
		return 0;
	}
	if (argc != 1) {
		fprintf(stderr, "usage: bpfstat [insns|typeless]\n");
		return 2;
	}
	printf("programs %d maps %d links %d\n", count(BPF_PROG_GET_NEXT_ID),
	       count(BPF_MAP_GET_NEXT_ID), count(BPF_LINK_GET_NEXT_ID));
	return 0;
}
