// SPDX-License-Identifier: GPL-2.0-only
/* One line of a recording into an observation, by the table of lines. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_reader.h"
#include "base/time_text.h"
#include "record/lines.h"
#include "record/recording.h"
#include "record/shared.h"

void recording_keep_release(struct recording_keep *keep)
{
	json_reader_free(keep->reader);
	free(keep->ports);
	memset(keep, 0, sizeof(*keep));
}

static const struct line_type *find_type(const char *name)
{
	const struct line_type *type;

	for (size_t i = 0; (type = line_at(i)); i++)
		if (type->seen != LINE_NO_OBSERVATION && !strcmp(type->name, name))
			return type;
	return NULL;
}

/* What is concluded from the observation is not read: it is concluded again. */
static bool is_read(const struct line_part *part)
{
	return part->from == FROM_SEEN || part->from == FROM_CHANGE || part->from == FROM_FINDING;
}

static int parse_body(const struct line_reading *r, const struct line_type *type)
{
	char *base = (char *)r->out;

	r->out->type = type->seen;
	memset(base + offsetof(struct observation, start), 0, type->size);
	for (size_t i = 0; i < LINE_PARTS_MAX && type->parts[i].fields; i++)
		if (is_read(&type->parts[i]))
			fields_parse(r->root, type->parts[i].fields, base + type->parts[i].offset);
	return type->finish ? type->finish(r) : LINE_READ;
}

static const struct json_value *read_line(struct recording_keep *keep, const char *line, size_t len)
{
	free(keep->ports);
	keep->ports = NULL;
	if (!keep->reader)
		keep->reader = json_reader_new(false);
	return keep->reader ? json_read(keep->reader, line, len) : NULL;
}

int recording_parse(const char *line, size_t len, uint32_t node, struct observation *out,
		    struct recording_keep *keep)
{
	const struct json_value *root = read_line(keep, line, len);
	struct line_reading reading = { .root = root, .out = out, .keep = keep };
	const struct line_type *type;
	int got;

	if (!json_is(root, JSON_KIND_OBJECT))
		return -EINVAL;
	out->netns = (struct netns_id){ .node = node, .inum = (uint32_t)get_u64(root, "netns") };
	out->wall_ns = time_parse_iso(get_string(root, "ts"));
	out->mono_ns = get_u64(root, "mono_ns");
	if (!json_member(root, "mono_ns"))
		out->mono_ns = out->wall_ns;
	type = find_type(get_string(root, "type"));
	if (!type)
		return 0;
	got = parse_body(&reading, type);
	if (got == LINE_UNREADABLE && type->class == LINE_EVIDENCE)
		return -EINVAL;
	return got == LINE_READ || got < 0 ? got : 0;
}
