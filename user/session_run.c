// SPDX-License-Identifier: GPL-2.0-only
/* The window: attach, watch until it ends, give the verdict. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "blame.h"
#include "clock.h"
#include "command.h"
#include "live.h"
#include "message.h"
#include "netns.h"
#include "privilege.h"
#include "report.h"
#include "session.h"
#include "version.h"

/* A record may be committed this much later than its time stamp says (its CPU
 * was preempted in between): what is younger waits for the next round. */
#define HOLD_NS (10 * NSEC_PER_MSEC)

enum wake { WAKE_RINGS, WAKE_DRAIN, WAKE_END, WAKE_PROGRESS, WAKE_SIGNAL, WAKES };

struct run {
	const struct options *options;
	struct report report;
	struct blame *blame;
	struct loader *loader;
	struct live *live;
	struct probe_result probes[EVENT_PROBES];
	struct utsname machine;
	uint64_t start_ns; /* CLOCK_MONOTONIC */
	pid_t command;     /* 0: none, or it has ended */
	int epoll_fd;
	int fds[WAKES]; /* WAKE_RINGS is borrowed */
	bool is_over;
	int err;
};

/* -ECANCELED: as many resets as were asked for; nothing after them is taken. */
static int take(void *ctx, const struct observation *seen)
{
	struct run *run = ctx;
	int err = blame_observe(run->blame, seen);

	return err ? err : report_is_full(&run->report) ? -ECANCELED : 0;
}

/* ---- the beginning and the end, as observations like any other ---- */

static void stamp(struct observation *seen, enum observation_type type)
{
	seen->type = type;
	seen->netns.inum = netns_own();
	seen->mono_ns = clock_mono_ns();
	seen->wall_ns = seen->mono_ns + clock_wall_offset_ns();
}

static void observe_start(struct run *run)
{
	struct observation seen = { 0 };
	struct start_observation *start = &seen.start;

	stamp(&seen, OBSERVATION_START);
	run->start_ns = seen.mono_ns;
	start->version = RSTBLAME_VERSION;
	start->host = run->machine.nodename;
	start->kernel = run->machine.release;
	start->arch = run->machine.machine;
	start->window_s = run->options->duration_s;
	for (size_t i = 0; i < EVENT_PROBES; i++)
		start->probes[start->probes_count++] = (struct probe_report){
			.name = probes[i].name,
			.how = hook_how_name(run->probes[i].how),
			.symbol = run->probes[i].symbol,
			.why = run->probes[i].why,
			.is_blind = probes[i].is_required && run->probes[i].state == PROBE_MISSING,
		};
	blame_observe(run->blame, &seen);
}

static void observe_end(struct run *run)
{
	struct observation seen = { 0 };

	stamp(&seen, OBSERVATION_END);
	seen.window_s = (seen.mono_ns - run->start_ns + NSEC_PER_SEC / 2) / NSEC_PER_SEC;
	blame_observe(run->blame, &seen);
}

/* ---- waking up ---- */

static int watch(struct run *run, enum wake wake, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = wake };

	run->fds[wake] = fd;
	return fd < 0 || epoll_ctl(run->epoll_fd, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

/* The rings stay readable while a young record waits in them: sleep on the
 * timer then, on the rings only when they are empty. */
static void sleep_on_rings(struct run *run, bool is_empty)
{
	struct epoll_event event = { .events = is_empty ? EPOLLIN : 0, .data.u32 = WAKE_RINGS };
	struct itimerspec soon = { .it_value.tv_nsec = is_empty ? 0 : (long)HOLD_NS };

	epoll_ctl(run->epoll_fd, EPOLL_CTL_MOD, run->fds[WAKE_RINGS], &event);
	timerfd_settime(run->fds[WAKE_DRAIN], 0, &soon, NULL);
}

static int open_timer(uint64_t first_s, uint64_t every_s)
{
	struct itimerspec spec = { .it_value.tv_sec = (time_t)first_s,
				   .it_interval.tv_sec = (time_t)every_s };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd >= 0)
		timerfd_settime(fd, 0, &spec, NULL);
	return fd;
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int open_wakes(struct run *run)
{
	bool is_live = run->report.text.options.is_live && run->options->format == FORMAT_TEXT;
	int err;

	run->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (run->epoll_fd < 0)
		return -errno;
	err = watch(run, WAKE_RINGS, live_fd(run->live));
	if (!err)
		err = watch(run, WAKE_DRAIN, open_timer(0, 0));
	if (!err)
		err = watch(run, WAKE_END, open_timer(run->options->duration_s, 0));
	if (!err)
		err = watch(run, WAKE_PROGRESS, open_timer(is_live, is_live));
	if (!err)
		err = watch(run, WAKE_SIGNAL, open_signals());
	return err;
}

static void read_timer(const struct run *run, enum wake wake)
{
	uint64_t expirations;

	if (read(run->fds[wake], &expirations, sizeof(expirations)) < 0)
		return; /* it was set anew meanwhile */
}

static void on_drain(struct run *run)
{
	uint64_t until_ns = clock_mono_ns() - HOLD_NS;
	bool is_empty = true;

	run->err = live_drain(run->live, until_ns, &is_empty);
	blame_advance(run->blame, 0, until_ns);
	report_flush(&run->report);
	sleep_on_rings(run, is_empty);
}

static void on_progress(struct run *run)
{
	uint64_t spent_s = (clock_mono_ns() - run->start_ns) / NSEC_PER_SEC;
	uint64_t left_s = 0;

	read_timer(run, WAKE_PROGRESS);
	if (run->options->duration_s > spent_s)
		left_s = run->options->duration_s - spent_s;
	text_progress(&run->report.text, &run->report.timeline, left_s);
}

static void on_signal(struct run *run)
{
	struct signalfd_siginfo info;

	while (read(run->fds[WAKE_SIGNAL], &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo != SIGCHLD) {
			run->is_over = true;
		} else if (run->command &&
			   command_has_ended(run->command, run->options->command[0])) {
			run->command = 0;
			run->is_over = true;
		}
	}
}

static void on_wake(struct run *run, enum wake wake)
{
	switch (wake) {
	case WAKE_RINGS: /* let what belongs together arrive together */
		sleep_on_rings(run, false);
		break;
	case WAKE_DRAIN:
		read_timer(run, WAKE_DRAIN);
		on_drain(run);
		break;
	case WAKE_END:
		run->is_over = true;
		break;
	case WAKE_PROGRESS:
		on_progress(run);
		break;
	case WAKE_SIGNAL:
		on_signal(run);
		break;
	case WAKES:
		break;
	}
}

static void loop(struct run *run)
{
	struct epoll_event events[WAKES];

	while (!run->is_over && !run->err && !run->report.has_failed) {
		int count = epoll_wait(run->epoll_fd, events, WAKES, -1);

		for (int i = 0; i < count; i++)
			on_wake(run, events[i].data.u32);
	}
}

/* What happened up to now belongs to the window, the latest records too. */
static void drain_rest(struct run *run)
{
	uint64_t now_ns = clock_mono_ns();
	struct timespec hold = { .tv_nsec = (long)HOLD_NS };
	bool is_empty;

	nanosleep(&hold, NULL);
	run->err = live_drain(run->live, now_ns, &is_empty);
}

/* ---- phases ---- */

static int start_command(struct run *run, char *why, size_t size)
{
	char *const *command = run->options->command;
	pid_t pid;

	if (!command)
		return 0;
	pid = command_start(command);
	if (pid < 0) {
		snprintf(why, size, "cannot run %.200s: %s; give its path after --", command[0],
			 strerror(-pid));
		return -1;
	}
	run->command = pid;
	return 0;
}

static int attach(struct run *run, char why[LOADER_WHY_BYTES])
{
	struct loader_options options = { .btf_path = run->options->btf,
					  .with_stacks = run->options->with_stacks,
					  .is_verbose = run->options->is_verbose };

	if (privilege_check(why, LOADER_WHY_BYTES))
		return -1;
	run->loader = loader_open(&options, run->probes, why);
	if (!run->loader)
		return -1;
	run->live = live_new(run->loader, run->options->with_stacks, take, run);
	run->blame = blame_new(NULL, report_finding, &run->report);
	if (run->live && run->blame && !open_wakes(run))
		return 0;
	snprintf(why, LOADER_WHY_BYTES, "cannot set up the event rings: %s", strerror(errno));
	return -1;
}

static enum status watch_window(struct run *run)
{
	char why[LOADER_WHY_BYTES];
	enum status status;

	if (attach(run, why))
		return report_error(&run->report, why);
	observe_start(run);
	report_flush(&run->report);
	if (start_command(run, why, sizeof(why)))
		return report_error(&run->report, why);
	loop(run);
	if (run->command)
		command_stop(run->command);
	if (!run->err)
		drain_rest(run);
	if (run->err && run->err != -ECANCELED)
		message("the report is cut short: %s", strerror(-run->err));
	blame_finish(run->blame);
	observe_end(run);
	status = report_summary(&run->report);
	return run->err && run->err != -ECANCELED && status == STATUS_OK ? STATUS_UNKNOWN : status;
}

static void release(struct run *run)
{
	live_free(run->live);
	loader_close(run->loader);
	blame_free(run->blame);
	for (enum wake w = WAKE_RINGS + 1; w < WAKES; w++)
		if (run->fds[w] > 0)
			close(run->fds[w]);
	if (run->epoll_fd > 0)
		close(run->epoll_fd);
}

enum status session_run(const struct options *options)
{
	struct run run = { .options = options };
	enum status status;
	uint32_t netns = 0;
	char why[REPORT_WHY_BYTES];
	int err;

	uname(&run.machine);
	err = options->netns ? netns_find(options->netns, &netns) : 0;
	if (err) {
		snprintf(why, sizeof(why),
			 "no network namespace %.120s: %s; see `ip netns`, or give a pid",
			 options->netns, strerror(-err));
		return session_fail(options, why);
	}
	if (report_open(&run.report, options, why)) {
		status = report_error(&run.report, why);
	} else {
		run.report.netns = netns;
		status = watch_window(&run);
	}
	release(&run);
	return report_close(&run.report) ? STATUS_UNKNOWN : status;
}
