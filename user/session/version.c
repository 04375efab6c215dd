// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <sys/auxv.h>

#include "attach/loader.h"
#include "base/json_writer.h"
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
	struct jsonw line = { 0 };

	jsonw_begin_line(&line);
	jsonw_string(&line, "type", "version");
	jsonw_string(&line, "version", RSTBLAME_VERSION);
	jsonw_string(&line, "arch", ARCH);
	jsonw_string(&line, "libbpf", loader_libbpf_version());
	jsonw_bool(&line, "static", is_static());
	if (*RSTBLAME_COMMIT)
		jsonw_string(&line, "commit", RSTBLAME_COMMIT);
	jsonw_end_line(&line);
	fwrite(line.text, 1, line.len, stdout);
	jsonw_release(&line);
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
