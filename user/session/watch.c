// SPDX-License-Identifier: GPL-2.0-only
/* The window: attach, watch until it ends, give the verdict. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "attach/rings.h"
#include "base/clock.h"
#include "base/message.h"
#include "base/version.h"
#include "blame/blame.h"
#include "kernel/modules.h"
#include "log/watch.h"
#include "node/netns.h"
#include "node/netns_namer.h"
#include "node/privilege.h"
#include "report/report.h"
#include "session/command.h"
#include "session/session.h"
#include "victims/aftermath.h"

/* A record may be committed this much later than its time stamp says (its CPU
 * was preempted in between): what is younger waits for the next round. */
#define HOLD_NS (10 * NSEC_PER_MSEC)

enum wake {
	WAKE_RINGS,
	WAKE_FOUND,
	WAKE_LOG,
	WAKE_DRAIN,
	WAKE_END,
	WAKE_PROGRESS,
	WAKE_SIGNAL,
	WAKE_MODULES,
	WAKES
};

struct run {
	const struct options *options;
	struct report report;
	struct blame *blame;
	struct loader *loader;
	struct rings *rings;
	struct aftermath *aftermath; /* NULL: no victims and nothing at risk is told */
	struct log_watch *log;       /* NULL: no --log */
	struct probe_result probes[EVENT_PROBES];
	struct utsname machine;
	struct netns_namer netns_namer;
	uint64_t start_ns, over_ns; /* CLOCK_MONOTONIC */
	pid_t command;              /* 0: none, or it has ended */
	int epoll_fd;
	int modules_fd; /* negative: modules that come later are not noticed */
	int fds[WAKES]; /* those before WAKE_DRAIN are borrowed */
	bool is_over;
	int err;
};

/* -ECANCELED: as many resets as were asked for; nothing after them is taken. */
static int take(void *ctx, const struct observation *seen)
{
	struct run *run = ctx;
	int err = blame_observe(run->blame, seen);

	if (!err && seen->type == OBSERVATION_RESET && report_is_full(&run->report))
		err = -ECANCELED;
	return err;
}

static void expect_live(void *ctx, const struct expected_reset *expected)
{
	struct run *run = ctx;

	blame_expect(run->blame, expected);
}

static int hand_on(struct run *run, const struct observation *seen)
{
	return run->aftermath ? aftermath_take(run->aftermath, seen) : take(run, seen);
}

static int take_live(void *ctx, const struct observation *seen)
{
	struct run *run = ctx;
	struct observation name;
	int err = 0;

	if (netns_namer_tells(&run->netns_namer, seen, &name))
		err = hand_on(run, &name);
	return err ? err : hand_on(run, seen);
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
			.sense = probes[i].sense,
			.name = probe_word(i),
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
	seen.window_s = (run->over_ns - run->start_ns + NSEC_PER_SEC / 2) / NSEC_PER_SEC;
	blame_observe(run->blame, &seen);
}

static void note_effort(struct run *run)
{
	struct effort *effort = &run->report.summary.effort;

	effort->drain_worst_ns = rings_worst_ns(run->rings);
	effort->entries_unasked = rings_unasked(run->rings);
	if (run->aftermath)
		effort->victims_unlooked = aftermath_unlooked(run->aftermath);
}

/* ---- waking up ---- */

static int watch(struct run *run, enum wake wake, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = wake };

	run->fds[wake] = fd;
	return fd < 0 || epoll_ctl(run->epoll_fd, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

static void sleep_until(struct run *run, bool is_empty, uint64_t due_ns)
{
	struct epoll_event event = { .events = is_empty ? EPOLLIN : 0, .data.u32 = WAKE_RINGS };
	struct itimerspec timer = { 0 };

	timer.it_value.tv_sec = (time_t)(due_ns / NSEC_PER_SEC);
	timer.it_value.tv_nsec = (long)(due_ns % NSEC_PER_SEC);
	epoll_ctl(run->epoll_fd, EPOLL_CTL_MOD, run->fds[WAKE_RINGS], &event);
	timerfd_settime(run->fds[WAKE_DRAIN], TFD_TIMER_ABSTIME, &timer, NULL);
}

/* The rings stay readable while a young record waits in them: sleep on the
 * timer then, on the rings only when they are empty. */
static void sleep_on_rings(struct run *run, bool is_empty)
{
	uint64_t now_ns = clock_mono_ns();
	uint64_t due_ns = run->aftermath ? aftermath_due_ns(run->aftermath) : 0;
	uint64_t shelf_ns = report_due_ns(&run->report);
	uint64_t counts_ns = is_empty ? rings_due_ns(run->rings) : 0;

	if (shelf_ns && (!due_ns || shelf_ns < due_ns))
		due_ns = shelf_ns;
	if (counts_ns && (!due_ns || counts_ns < due_ns))
		due_ns = counts_ns;
	if (due_ns && due_ns <= now_ns)
		due_ns = now_ns + 1;
	if (!is_empty && (!due_ns || due_ns > now_ns + HOLD_NS))
		due_ns = now_ns + HOLD_NS;
	sleep_until(run, is_empty, due_ns);
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
	err = watch(run, WAKE_RINGS, rings_fd(run->rings));
	if (!err && run->aftermath)
		err = watch(run, WAKE_FOUND, aftermath_fd(run->aftermath));
	if (!err && run->log)
		err = watch(run, WAKE_LOG, log_watch_fd(run->log));
	if (!err)
		err = watch(run, WAKE_DRAIN, open_timer(0, 0));
	if (!err)
		err = watch(run, WAKE_END, open_timer(run->options->duration_s, 0));
	if (!err)
		err = watch(run, WAKE_PROGRESS, open_timer(is_live, is_live));
	if (!err)
		err = watch(run, WAKE_SIGNAL, open_signals());
	if (!err && run->modules_fd >= 0)
		err = watch(run, WAKE_MODULES, run->modules_fd);
	return err;
}

static void read_timer(const struct run *run, enum wake wake)
{
	uint64_t expirations;

	if (read(run->fds[wake], &expirations, sizeof(expirations)) < 0)
		return; /* it was set anew meanwhile */
}

/* In their place among what the rings told up to then, as far as they come in time. */
static void take_log(struct run *run, uint64_t until_ns)
{
	struct observation seen;

	while (run->log && !run->err && log_watch_take(run->log, until_ns, &seen))
		run->err = take_live(run, &seen);
}

static void drain(struct run *run)
{
	uint64_t until_ns = clock_mono_ns() - HOLD_NS;
	bool is_empty = true;

	run->err = rings_drain(run->rings, until_ns, &is_empty);
	if (!run->err && run->aftermath)
		run->err = aftermath_turn(run->aftermath, until_ns);
	take_log(run, until_ns);
	blame_advance(run->blame, 0, until_ns);
	report_flush(&run->report);
	sleep_on_rings(run, is_empty && !(run->log && log_watch_has_lines(run->log)));
}

/* Where a flush waits, so does its aftermath: it is not over, and listing sockets costs. */
static void on_drain(struct run *run)
{
	uint64_t now_ns = clock_mono_ns();

	if (rings_may_wait(run->rings, now_ns))
		sleep_until(run, false, now_ns + HOLD_NS);
	else
		drain(run);
}

static void on_progress(struct run *run)
{
	uint64_t spent_s = (clock_mono_ns() - run->start_ns) / NSEC_PER_SEC;
	uint64_t left_s = 0;

	read_timer(run, WAKE_PROGRESS);
	if (run->options->duration_s > spent_s)
		left_s = run->options->duration_s - spent_s;
	text_progress(&run->report.text, &run->report.summary, left_s);
}

static void observe_probe(struct run *run, size_t probe)
{
	const struct probe_result *result = &run->probes[probe];
	struct observation seen = { 0 };

	stamp(&seen, OBSERVATION_PROBE);
	seen.probe.sense = probes[probe].sense;
	snprintf(seen.probe.name, sizeof(seen.probe.name), "%s", probe_word(probe));
	snprintf(seen.probe.how, sizeof(seen.probe.how), "%s", hook_how_name(result->how));
	snprintf(seen.probe.symbol, sizeof(seen.probe.symbol), "%s", result->symbol);
	snprintf(seen.probe.module, sizeof(seen.probe.module), "%s", probes[probe].module);
	snprintf(seen.probe.why, sizeof(seen.probe.why), "%.90s", result->why);
	blame_observe(run->blame, &seen);
}

static bool is_probed(const char *module)
{
	for (size_t i = 0; i < EVENT_PROBES; i++)
		if (probes[i].module && !strcmp(probes[i].module, module))
			return true;
	return false;
}

/* 5.10 tells of a module before it is through with its initialization
 * (38dc717e9715 ("module: delay kobject uevent until after module init call", 5.12)). */
static bool wait_for_module(const char *module)
{
	struct timespec pause = { .tv_nsec = 5 * NSEC_PER_MSEC };

	for (int i = 0; i < 200; i++) {
		if (module_is_live(module))
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

/* Attaches what waits for a module that came; notes what went with one. */
static void on_module(struct run *run, const struct module_event *event)
{
	struct probe_result before[EVENT_PROBES];

	if (!is_probed(event->name))
		return;
	memcpy(before, run->probes, sizeof(before));
	if (!event->has_come)
		loader_forget_module(run->loader, event->name, run->probes);
	else if (wait_for_module(event->name))
		loader_attach_module(run->loader, event->name, run->probes);
	for (size_t i = 0; i < EVENT_PROBES; i++)
		if (run->probes[i].state != before[i].state)
			observe_probe(run, i);
}

static void on_modules(struct run *run)
{
	struct module_event event;

	while (modules_next(run->modules_fd, &event) > 0)
		on_module(run, &event);
	report_flush(&run->report); /* it may stay quiet for long from here on */
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
	case WAKE_LOG:
		read_timer(run, WAKE_LOG);
		on_drain(run);
		break;
	case WAKE_FOUND: /* what was found stays readable until it is taken */
		drain(run);
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
	case WAKE_MODULES:
		on_modules(run);
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

	do {
		nanosleep(&hold, NULL);
		run->err = rings_drain(run->rings, now_ns, &is_empty);
	} while (!run->err && rings_is_held(run->rings));
}

/* What is at risk is looked at once more, so that it holds for the window's end. What
 * the rings tell meanwhile is taken too: a flow may recover. */
static void finish(struct run *run)
{
	struct pollfd found = { .fd = run->aftermath ? aftermath_fd(run->aftermath) : -1,
				.events = POLLIN };
	bool is_cut = run->err == -ECANCELED; /* -c: nothing after it is taken */

	while (run->aftermath && !run->report.has_failed &&
	       !aftermath_is_finished(run->aftermath)) {
		uint64_t until_ns = clock_mono_ns() - HOLD_NS;
		bool is_empty = true;

		poll(&found, 1, (int)(HOLD_NS / NSEC_PER_MSEC));
		if (!is_cut)
			is_cut = rings_drain(run->rings, until_ns, &is_empty) != 0;
		aftermath_turn(run->aftermath, until_ns);
	}
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
		snprintf(why, size, "cannot run %.200s: %s; put its path after --", command[0],
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
					  .counts_syns = options_count_syns(run->options),
					  .no_pin = run->options->no_pin,
					  .is_verbose = run->options->is_verbose };

	if (privilege_check(why, LOADER_WHY_BYTES))
		return -1;
	if (!privilege_sees_processes(why, LOADER_WHY_BYTES))
		message("%s", why);
	if (run->options->log && !(run->log = log_watch_new(run->options->log, why)))
		return -1;
	run->modules_fd = modules_watch(); /* first: none may come in between */
	run->loader = loader_open(&options, run->probes, why);
	if (!run->loader)
		return -1;
	run->rings = rings_new(run->loader, run->options->with_stacks, take_live, run);
	run->blame = blame_new(NULL, report_finding, &run->report);
	if (run->blame)
		run->aftermath = aftermath_new(run->blame, take, run);
	if (run->rings && run->blame && !open_wakes(run)) {
		rings_set_expect(run->rings, expect_live);
		return 0;
	}
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
	run->over_ns = clock_mono_ns();
	rings_end_counts(run->rings);
	if (run->command)
		command_stop(run->command);
	if (!run->err)
		drain_rest(run);
	if (!run->err || run->err == -ECANCELED)
		rings_report_counts(run->rings);
	log_watch_finish(run->log);
	take_log(run, run->over_ns);
	finish(run);
	if (run->err && run->err != -ECANCELED)
		message("the report is incomplete: %s", strerror(-run->err));
	blame_finish(run->blame);
	observe_end(run);
	note_effort(run);
	status = report_summary(&run->report);
	return run->err && run->err != -ECANCELED && status == STATUS_OK ? STATUS_UNKNOWN : status;
}

static void release(struct run *run)
{
	log_watch_free(run->log);
	aftermath_free(run->aftermath);
	rings_free(run->rings);
	loader_close(run->loader);
	blame_free(run->blame);
	for (enum wake w = WAKE_DRAIN; w < WAKES; w++)
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
	netns_namer_init(&run.netns_namer, netns_own());
	err = options->netns ? netns_find(options->netns, &netns) : 0;
	if (err) {
		snprintf(
			why, sizeof(why),
			"network namespace %.120s not found: %s; use a name of `ip netns` or a pid",
			options->netns, strerror(-err));
		return session_fail(options, why);
	}
	if (report_open(&run.report, options, why)) {
		status = report_error(&run.report, why);
	} else {
		run.report.netns = netns;
		status = watch_window(&run);
	}
	/* First: detaching takes the kernel a tenth of a second for each probe. */
	err = report_close(&run.report);
	release(&run);
	return err ? STATUS_UNKNOWN : status;
}
