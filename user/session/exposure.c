// SPDX-License-Identifier: GPL-2.0-only
/* `--exposure`: one look at what could reset connections here, or on the node whose files are
 * below --root. */
#include <stdio.h>
#include <string.h>

#include "attach/socket_iterator.h"
#include "base/clock.h"
#include "base/message.h"
#include "exposure/read.h"
#include "exposure/report.h"
#include "node/privilege.h"
#include "report/html/exposure_page.h"
#include "report/output.h"
#include "session/least_privilege.h"
#include "session/session.h"

/* Where it cannot be had, each namespace is asked by itself. */
static struct socket_iterator *load_walk(struct node_files *files, struct socket_walk *walk)
{
	struct socket_iterator *iterator = files->is_live ? socket_iterator_new() : NULL;
	char why[SOCKET_ITERATOR_WHY_BYTES];

	if (!iterator || socket_iterator_load(iterator, why))
		return iterator;
	*walk = socket_iterator_walk(iterator);
	files->walk = walk;
	return iterator;
}

/* For a report that nobody reads. */
#define WRITE_NS (5 * NSEC_PER_SEC)

enum { WHY_BYTES = 256 };

static void write_report(const struct exposure_report *r, const struct options *o,
			 struct output *out)
{
	output_begin(out);
	switch (o->format) {
	case FORMAT_JSON:
		exposure_write_json(r, out->file);
		break;
	case FORMAT_HTML:
		exposure_write_page(r, o->is_utc, out->file);
		break;
	case FORMAT_PROM:
		exposure_write_prom(r, out->file);
		break;
	default:
		exposure_write_text(r, output_columns(out), out->file);
		break;
	}
	output_commit(out, true);
}

static enum status look_and_judge(const struct options *o, struct node_files *files,
				  struct output *out)
{
	struct look look = { .is_live = false };
	struct exposures exposures = { .count = 0 };
	struct exposure_report report = { .look = &look,
					  .exposures = &exposures,
					  .is_quiet = o->is_quiet };
	/* It is a program, and none is executed afterwards. */
	struct history *history = history_begin(files);
	struct socket_walk walk;
	struct socket_iterator *iterator = load_walk(files, &walk);

	/* Listing BPF programs is refused afterwards. */
	if (files->is_live)
		data_paths_find(&look.data_paths);
	least_privilege_to_look(o, files->walk);
	report.mono_ns = clock_mono_ns();
	report.wall_ns = report.mono_ns + clock_wall_offset_ns();
	look_read(&look, files, history);
	exposures_judge(&look, NULL, &exposures);
	report.spent_ns = clock_mono_ns() - report.mono_ns;
	report.status = exposures_status(&exposures, &look);
	write_report(&report, o, out);
	exposures_release(&exposures);
	look_release(&look);
	socket_iterator_free(iterator);
	return (enum status)report.status;
}

enum status session_exposure(const struct options *o)
{
	struct node_files files;
	struct output out;
	enum status status;
	char why[WHY_BYTES];
	int err = node_files_open(&files, o->root);

	if (err) {
		snprintf(why, sizeof(why),
			 "--root: cannot open %.120s: %s; name the folder of an "
			 "unpacked sosreport or of a mounted image",
			 o->root, strerror(-err));
		return session_fail(o, why);
	}
	output_init(&out);
	if (o->output && output_open(&out, o->output, "-o", true, why, sizeof(why)))
		return session_fail(o, why);
	if (output_start(&out, true))
		return session_fail(o, "out of memory");
	if (!o->root && !privilege_sees_processes(why, sizeof(why)))
		message("%s", why);
	status = look_and_judge(o, &files, &out);
	node_files_close(&files);
	return output_close(&out, WRITE_NS, NULL) ? STATUS_UNKNOWN : status;
}
