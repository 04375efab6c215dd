// SPDX-License-Identifier: GPL-2.0-only
#include "report/metrics.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/message.h"
#include "base/nsec.h"

/* For how long one that nobody reads is waited for. */
#define PATIENCE_NS (5 * NSEC_PER_SEC)

int metrics_write(const char *path, const struct options *options, const struct summary *t,
		  const struct finding *last, enum status status)
{
	struct output output;
	void *rendering = NULL;
	char why[512];

	output_init(&output);
	if (output_open(&output, path, "--metrics", true, why, sizeof(why))) {
		message("%s", why);
		return -1;
	}
	if (!output_start(&output, true))
		rendering = prom_renderer.begin(options, &output);
	output_begin(&output);
	/* node_exporter may be another user. */
	if (file_is_regular(output.fd))
		fchmod(output.fd, 0644);
	if (rendering)
		prom_renderer.summary(rendering, t, last, status);
	else
		message("cannot write %s: out of memory", path);
	output_commit(&output, true);
	output.has_failed |= !rendering;
	prom_renderer.end(rendering);
	return output_close(&output, PATIENCE_NS, NULL);
}
