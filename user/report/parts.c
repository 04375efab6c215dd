// SPDX-License-Identifier: GPL-2.0-only
#include "report/parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nsec.h"
#include "record/write.h"

void parts_init(struct parts *p, const char *path, const struct recorder_parts *wish)
{
	*p = (struct parts){ .path = path, .wish = *wish };
}

void parts_release(struct parts *p)
{
	finding_free(p->start);
	for (size_t i = 0; i < p->probes_count; i++)
		finding_free(p->probes[i]);
}

static void keep(struct finding **place, const struct finding *f)
{
	struct finding *copy = finding_copy(f);

	if (!copy)
		return; /* the one before is better than none */
	finding_free(*place);
	*place = copy;
}

static void keep_probe(struct parts *p, const struct finding *f)
{
	size_t i = 0;

	while (i < p->probes_count && p->probes[i]->seen->probe.sense != f->seen->probe.sense)
		i++;
	if (i == PARTS_PROBES_MAX)
		return;
	keep(&p->probes[i], f);
	if (i == p->probes_count)
		p->probes_count += p->probes[i] != NULL;
}

static const struct finding *mark_start(struct parts *p, const struct finding *f,
					struct finding *marked, struct observation *seen)
{
	if (!p->part) {
		p->part = 1;
		p->began_wall_ns = f->wall_ns;
		p->begin_mono_ns = f->mono_ns;
	}
	*seen = *f->seen;
	seen->start.part = p->part;
	seen->start.began_wall_ns = p->began_wall_ns;
	*marked = *f;
	marked->seen = seen;
	return marked;
}

const struct finding *parts_note(struct parts *p, const struct finding *f, struct finding *marked,
				 struct observation *seen)
{
	if (!p->wish.bytes)
		return f;
	if (f->type == FINDING_NAMESPACE)
		netns_names_tell(&p->names, f->netns, f->seen->space.name, f->mono_ns);
	if (f->type == FINDING_PROBE)
		keep_probe(p, f);
	if (f->type != FINDING_START)
		return f;
	keep(&p->start, f);
	return mark_start(p, f, marked, seen);
}

/* ---- another part ---- */

/* Lines one after the other. */
struct text {
	char *text;
	size_t len;
	bool is_short;
};

static void add(struct text *t, const struct jsonw *line)
{
	char *text = realloc(t->text, t->len + line->len);

	if (!text) {
		t->is_short = true;
		return;
	}
	t->text = text;
	memcpy(t->text + t->len, line->text, line->len);
	t->len += line->len;
}

static void add_finding(struct text *t, struct jsonw *w, const struct finding *f,
			const struct finding *last)
{
	struct finding now = *f;

	now.mono_ns = last->mono_ns;
	now.wall_ns = last->wall_ns;
	if (json_write_finding(w, JSON_RECORDING, &now))
		add(t, w);
}

static void add_name(struct text *t, struct jsonw *w, const struct netns_name *name,
		     const struct finding *last)
{
	struct observation seen = { .type = OBSERVATION_NAMESPACE };
	struct finding f = { .type = FINDING_NAMESPACE, .netns = name->netns, .seen = &seen };

	snprintf(seen.space.name, sizeof(seen.space.name), "%s", name->name);
	add_finding(t, w, &f, last);
}

static void write_beginning(struct parts *p, struct text *t, struct jsonw *w,
			    const struct finding *last)
{
	struct observation seen;
	struct finding marked;

	add_finding(t, w, mark_start(p, p->start, &marked, &seen), last);
	for (size_t i = 0; i < p->probes_count; i++)
		add_finding(t, w, p->probes[i], last);
	for (size_t i = 0; i < p->names.count; i++)
		add_name(t, w, &p->names.items[i], last);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

int parts_turn(struct parts *p, struct recorder *recorder, const struct finding *last,
	       struct jsonw *w)
{
	struct text begin = { 0 };
	char path[PART_PATH_BYTES];
	int err;

	if (!p->start || !recorder_is_full(recorder))
		return 0;
	p->part++;
	write_beginning(p, &begin, w, last);
	json_write_part(w, last, p->part - 1,
			base_name(recorder_part_path(p->path, &p->wish, p->part, path)),
			(last->mono_ns - p->begin_mono_ns + NSEC_PER_SEC / 2) / NSEC_PER_SEC);
	err = begin.is_short ? -ENOMEM :
			       recorder_next_part(recorder, w->text, w->len, begin.text, begin.len);
	free(begin.text);
	if (err)
		p->part--;
	else
		p->begin_mono_ns = last->mono_ns;
	return err;
}
