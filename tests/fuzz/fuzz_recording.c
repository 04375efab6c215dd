// SPDX-License-Identifier: GPL-2.0-only
/* A recording of anybody's, line by line, and what is made of it. */
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "pipeline.h"
#include "record/recording.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pipeline *p = pipeline_new();
	struct recording_keep keep = { 0 };
	struct observation seen;

	while (size) {
		const uint8_t *newline = memchr(data, '\n', size);
		size_t len = newline ? (size_t)(newline - data) : size;

		if (recording_parse((const char *)data, len, len % 2, &seen, &keep) > 0)
			pipeline_take(p, &seen);
		len += newline != NULL;
		data += len;
		size -= len;
	}
	pipeline_free(p);
	recording_keep_release(&keep);
	return 0;
}
