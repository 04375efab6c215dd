// SPDX-License-Identifier: GPL-2.0-only
/* Records as the rings could hold them at their worst: of any type and length. The
 * first two bytes of each are its length in the ring. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/event.h"
#include "pipeline.h"
#include "wire/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *name_address(void *ctx, uint64_t address)
{
	static const char *const known[] = { "nf_ct_delete", "early_drop", "gc_worker.isra.0",
					     "masq_inet_event", "ctnetlink_del_conntrack" };

	(void)ctx;
	return known[address % 5];
}

static const char *reason_name(void *ctx, uint32_t reason)
{
	(void)ctx;
	return reason % 2 ? "A_REASON_WITH_A_NAME_THAT_IS_LONGER_THAN_THE_FIELD_THAT_HOLDS_IT" :
			    NULL;
}

/* The same bytes as the flush ring's next two slots. */
static void take_slots(struct decoder *decoder, struct pipeline *p, const uint8_t *data,
		       size_t size)
{
	struct event_flush_slot slots[2] = { 0 };
	struct observation seen;

	memcpy(slots, data, size < sizeof(slots) ? size : sizeof(slots));
	decode_flush(decoder, slots, &seen);
	if (seen.type == OBSERVATION_REMOVAL)
		pipeline_take(p, &seen);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct decoder decoder = { .helpers = { .name_address = name_address,
						.reason_name = reason_name },
				   .with_stacks = size % 2 };
	struct pipeline *p = pipeline_new();
	struct observation seen;

	while (size > 2) {
		size_t len = (size_t)(data[0] | data[1] << 8) % 1024;
		void *record; /* its own allocation: ASan watches its end */

		data += 2;
		size -= 2;
		if (len > size)
			len = size;
		record = malloc(len ? len : 1);
		memcpy(record, data, len);
		if (decode(&decoder, record, len, &seen) > 0)
			pipeline_take(p, &seen);
		free(record);
		take_slots(&decoder, p, data, len);
		data += len;
		size -= len;
	}
	pipeline_free(p);
	return 0;
}
