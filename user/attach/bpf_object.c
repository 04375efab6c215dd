// SPDX-License-Identifier: GPL-2.0-only
#include "attach/bpf_object.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <zlib.h>

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

/* ---- the object, gzipped by the build ---- */

static const unsigned char packed[] = {
#include "rstblame.packed.h"
};

/* While an object is opened: what the skeleton asks next has no context. */
static struct {
	unsigned char *bytes;
	uint32_t len;
} unpacked;

static int unpack(void)
{
	z_stream stream = { .next_in = (unsigned char *)packed, .avail_in = sizeof(packed) };
	int status;

	/* A gzip file ends with the length of what it holds (RFC 1952), in the byte order of all
	 * machines that we build for. */
	memcpy(&unpacked.len, packed + sizeof(packed) - sizeof(unpacked.len), sizeof(unpacked.len));
	unpacked.bytes = malloc(unpacked.len);
	if (!unpacked.bytes || inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) {
		free(unpacked.bytes);
		return -ENOMEM;
	}
	stream.next_out = unpacked.bytes;
	stream.avail_out = unpacked.len;
	status = inflate(&stream, Z_FINISH);
	inflateEnd(&stream);
	if (status == Z_STREAM_END)
		return 0;
	free(unpacked.bytes);
	return status == Z_MEM_ERROR ? -ENOMEM : -EINVAL;
}

/* The one function of the skeleton that is not generated. */
const void *rstblame_bpf__elf_bytes(size_t *sz)
{
	*sz = unpacked.len;
	return unpacked.bytes;
}

/* libbpf copies what it needs of the bytes. NULL and errno. */
static struct rstblame_bpf *open_unpacked(const struct bpf_object_open_opts *options)
{
	struct rstblame_bpf *object;
	int err = unpack();

	if (err) {
		errno = -err;
		return NULL;
	}
	object = rstblame_bpf__open_opts(options);
	err = errno;
	free(unpacked.bytes);
	errno = err;
	return object;
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
	object = open_unpacked(&options);
	if (!object || types->fd < 0)
		return object;
	err = cut_types(types, object);
	if (!err)
		return object;
	rstblame_bpf__destroy(object);
	errno = -err;
	return NULL;
}
