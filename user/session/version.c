// SPDX-License-Identifier: GPL-2.0-only
#include <jansson.h>
#include <stdio.h>
#include <sys/auxv.h>

#include "attach/loader.h"
#include "base/message.h"
#include "base/version.h"
#include "session/commit.h"
#include "session/session.h"

#ifdef __aarch64__
#define ARCH "aarch64"
#else
#define ARCH "x86_64"
#endif

/* The kernel started no dynamic linker for it. */
static bool is_static(void)
{
	return !getauxval(AT_BASE);
}

static void print_text(void)
{
	printf("rstblame %s", RSTBLAME_VERSION);
	if (*RSTBLAME_COMMIT)
		printf(" (commit %s)", RSTBLAME_COMMIT);
	printf(", %s, libbpf %s, %s\n", ARCH, loader_libbpf_version(),
	       is_static() ? "static" : "dynamic");
}

static void print_json(void)
{
	json_t *line = json_pack("{s:s, s:s, s:s, s:s, s:b}", "type", "version", "version",
				 RSTBLAME_VERSION, "arch", ARCH, "libbpf", loader_libbpf_version(),
				 "static", is_static());

	if (*RSTBLAME_COMMIT)
		json_object_set_new(line, "commit", json_string(RSTBLAME_COMMIT));
	json_dumpf(line, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(line);
}

enum status session_version(const struct options *options)
{
	if (options->format == FORMAT_JSON)
		print_json();
	else
		print_text();
	if (!fflush(stdout) && !ferror(stdout))
		return STATUS_OK;
	message("cannot write to stdout");
	return STATUS_UNKNOWN;
}
