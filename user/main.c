// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/message.h"
#include "cli/explain.h"
#include "cli/options.h"
#include "session/session.h"

/* Were one of them closed, the next file opened would take its place, and the
 * report would go there. A closed stdout becomes one that cannot be written. */
static void keep_standard_files(void)
{
	static const int flags[] = { O_RDONLY, O_RDONLY, O_WRONLY };

	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", flags[fd]) < 0)
			_exit(STATUS_UNKNOWN);
}

static int print(const char *text)
{
	if (fputs(text, stdout) >= 0 && !fflush(stdout))
		return STATUS_OK;
	message("cannot write to stdout");
	return STATUS_UNKNOWN;
}

static int explain(const struct options *options)
{
	char why[OPTIONS_WHY_BYTES];

	if (explain_word(stdout, options->explain, why, sizeof(why)))
		return session_fail(options, why);
	return print("");
}

int main(int argc, char **argv)
{
	struct options options;
	char why[OPTIONS_WHY_BYTES];

	keep_standard_files();
	signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error like any other, */
	signal(SIGXFSZ, SIG_IGN); /* and so is a file as long as it may get */
	if (options_parse(argc, argv, &options, why))
		return session_fail(&options, why);
	switch (options.mode) {
	case MODE_HELP:
		return print(options_help());
	case MODE_VERSION:
		return session_version(&options);
	case MODE_EXPLAIN:
		return explain(&options);
	case MODE_CHECK:
		return session_check(&options);
	case MODE_READ:
		return session_read(&options);
	case MODE_AUDIT:
		return session_audit(&options);
	case MODE_EXPOSURE:
		return session_exposure(&options);
	case MODE_RUN:
		break;
	}
	return session_run(&options);
}
