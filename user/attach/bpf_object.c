// SPDX-License-Identifier: GPL-2.0-only
#include "attach/bpf_object.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "bpf/event.h" /* before the skeleton, which holds its types */
#include "btf/kernel_types.h"
#include "rstblame.skel.h"

/* The object's own types have the names of all that it reads of the kernel's. */
static int cut_types(const struct object_types *types, const struct rstblame_bpf *object)
{
	const struct btf *own = bpf_object__btf(object->obj);
	const char **names;
	size_t count = 0;
	int err;

	names = calloc(btf__type_cnt(own), sizeof(*names));
	if (!names)
		return -ENOMEM;
	for (__u32 id = 1; id < btf__type_cnt(own); id++) {
		const struct btf_type *type = btf__type_by_id(own, id);

		if (btf_is_composite(type) || btf_is_any_enum(type))
			names[count++] = btf__name_by_offset(own, type->name_off);
	}
	err = kernel_types_cut(types->kernel, names, count, types->fd);
	free(names);
	return err;
}

/* libbpf reads the file when it loads, so it may be filled after it was named. */
struct rstblame_bpf *object_open(struct object_types *types)
{
	char path[64];
	LIBBPF_OPTS(bpf_object_open_opts, options, .btf_custom_path = types->path);
	struct rstblame_bpf *object;
	int err;

	types->fd = -1;
	if (!types->path && types->kernel)
		types->fd = memfd_create("rstblame-types", MFD_CLOEXEC);
	if (types->fd >= 0) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", types->fd);
		options.btf_custom_path = path;
	}
	object = rstblame_bpf__open_opts(&options);
	if (!object || types->fd < 0)
		return object;
	err = cut_types(types, object);
	if (!err)
		return object;
	rstblame_bpf__destroy(object);
	errno = -err;
	return NULL;
}
