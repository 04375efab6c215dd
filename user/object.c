// SPDX-License-Identifier: GPL-2.0-only
#include "object.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>

#include "../bpf/event.h" /* before the skeletons, which hold its types */
#include "rstblame-typeless.skel.h"
#include "rstblame.skel.h"

struct rstblame_bpf *object_open(const char *btf_path, bool has_kernel_types)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .btf_custom_path = btf_path);
	struct rstblame_bpf *object;
	int err;

	if (has_kernel_types)
		return rstblame_bpf__open_opts(&options);
	/* What bpftool generates, but with the other build's bytes. */
	object = calloc(1, sizeof(*object));
	if (!object) {
		errno = ENOMEM;
		return NULL;
	}
	err = rstblame_bpf__create_skeleton(object);
	if (!err) {
		object->skeleton->data =
			(void *)rstblame_typeless_bpf__elf_bytes(&object->skeleton->data_sz);
		err = bpf_object__open_skeleton(object->skeleton, &options);
	}
	if (!err)
		return object;
	rstblame_bpf__destroy(object);
	errno = -err;
	return NULL;
}
