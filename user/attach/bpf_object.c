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
static int cut_types(const struct object_types *types, const struct bpf_object *object)
{
	const struct btf *own = bpf_object__btf(object);
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
static void name_types(struct object_types *types, struct bpf_object_open_opts *options,
		       char path[64])
{
	types->fd = -1;
	options->btf_custom_path = types->path;
	if (!types->path && types->kernel)
		types->fd = memfd_create("rstblame-types", MFD_CLOEXEC);
	if (types->fd < 0)
		return;
	snprintf(path, 64, "/proc/self/fd/%d", types->fd);
	options->btf_custom_path = path;
}

/* ---- objects, gzipped by the build ---- */

static const unsigned char probes_packed[] = {
#include "rstblame.packed.h"
};

/* While an object is opened: what the skeleton asks next has no context. */
static struct {
	unsigned char *bytes;
	uint32_t len;
} unpacked;

static int unpack(const unsigned char *packed, size_t size)
{
	z_stream stream = { .next_in = (unsigned char *)packed, .avail_in = (uInt)size };
	int status;

	/* A gzip file ends with the length of what it holds (RFC 1952), in the byte order of all
	 * machines that we build for. */
	memcpy(&unpacked.len, packed + size - sizeof(unpacked.len), sizeof(unpacked.len));
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

/* libbpf copies what it needs of the bytes. */
static void forget_unpacked(void)
{
	int err = errno;

	free(unpacked.bytes);
	errno = err;
}

/* What the object needs of the kernel's types, now that it tells. */
static int fill_types(const struct object_types *types, const struct bpf_object *object)
{
	int err = types->fd < 0 ? 0 : cut_types(types, object);

	errno = -err;
	return err;
}

struct rstblame_bpf *object_open(struct object_types *types)
{
	char path[64];
	LIBBPF_OPTS(bpf_object_open_opts, options);
	struct rstblame_bpf *object;

	name_types(types, &options, path);
	errno = -unpack(probes_packed, sizeof(probes_packed));
	if (errno)
		return NULL;
	object = rstblame_bpf__open_opts(&options);
	forget_unpacked();
	if (object && fill_types(types, object->obj)) {
		int err = errno;

		rstblame_bpf__destroy(object);
		object = NULL;
		errno = err;
	}
	return object;
}

struct bpf_object *object_open_packed(const unsigned char *packed, size_t size,
				      struct object_types *types)
{
	char path[64];
	LIBBPF_OPTS(bpf_object_open_opts, options);
	struct bpf_object *object;

	name_types(types, &options, path);
	errno = -unpack(packed, size);
	if (errno)
		return NULL;
	object = bpf_object__open_mem(unpacked.bytes, unpacked.len, &options);
	forget_unpacked();
	if (object && fill_types(types, object)) {
		int err = errno;

		bpf_object__close(object);
		object = NULL;
		errno = err;
	}
	return object;
}
