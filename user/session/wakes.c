// SPDX-License-Identifier: GPL-2.0-only
/* What wakes the watch: the rings, what was found, the log, timers, signals, modules; and
 * for how long it sleeps. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/number_text.h"
#include "session/command.h"
#include "session/replacement.h"
#include "session/silence.h"
#include "session/stop.h"
#include "session/watch_private.h"

/* How soon it is noticed that probes were silenced: else an idle node is not woken for it. */
enum { SWITCHES_EVERY_S = 5 };

static int watch_for(struct run *run, enum wake wake, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.u32 = wake };

	run->fds[wake] = fd;
	return fd < 0 || epoll_ctl(run->epoll_fd, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

static int watch(struct run *run, enum wake wake, int fd)
{
	return watch_for(run, wake, fd, EPOLLIN);
}

/* Of each the first failure only: it stays readable. */
static int watch_writing(struct run *run)
{
	int report = report_output_fd(&run->report), recorder = report_recorder_fd(&run->report);
	int err = report < 0 ? 0 :
			       watch_for(run, WAKE_REPORT_FAILED, report, EPOLLIN | EPOLLONESHOT);

	if (!err && recorder >= 0)
		err = watch_for(run, WAKE_RECORDING_FAILED, recorder, EPOLLIN | EPOLLONESHOT);
	return err;
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

/* 0 is never. */
static void sooner(uint64_t *due_ns, uint64_t ns)
{
	if (ns && (!*due_ns || ns < *due_ns))
		*due_ns = ns;
}

/* The rings stay readable while a young record waits in them: sleep on the
 * timer then, on the rings only when they are empty. */
void wakes_sleep(struct run *run, bool is_empty)
{
	uint64_t now_ns = clock_mono_ns();
	uint64_t due_ns = run->sweep ? sweep_due_ns(run->sweep) : 0;

	sooner(&due_ns, victims_due_ns(run->victims));
	sooner(&due_ns, witnesses_due_ns(run->witnesses));
	if (is_empty)
		sooner(&due_ns, rings_due_ns(run->rings));
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

	stop_signals(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int wakes_open(struct run *run)
{
	bool is_live = report_is_live(&run->report);
	int err;

	run->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (run->epoll_fd < 0)
		return -errno;
	err = watch(run, WAKE_RINGS, rings_fd(run->rings));
	if (!err && run->inspector)
		err = watch(run, WAKE_FOUND, inspector_fd(run->inspector));
	if (!err && run->log)
		err = watch(run, WAKE_LOG, log_watch_fd(run->log));
	if (!err && run->witnesses)
		err = watch(run, WAKE_COUNTED, witnesses_fd(run->witnesses));
	if (!err && witnesses_addresses_fd(run->witnesses) >= 0)
		err = watch(run, WAKE_ADDRESSES, witnesses_addresses_fd(run->witnesses));
	if (!err)
		err = watch(run, WAKE_WITNESS, open_timer(WITNESS_EVERY_S, WITNESS_EVERY_S));
	if (!err)
		err = watch_writing(run);
	if (!err)
		err = watch(run, WAKE_DRAIN, open_timer(0, 0));
	if (!err)
		err = watch(run, WAKE_END, open_timer(run->options->duration_s, 0));
	if (!err)
		err = watch(run, WAKE_PROGRESS, open_timer(is_live, is_live));
	if (!err)
		err = watch(run, WAKE_PERIOD, open_timer(0, 0));
	if (!err)
		err = watch(run, WAKE_SIGNAL, open_signals());
	if (!err)
		err = watch(run, WAKE_SWITCHES, open_timer(SWITCHES_EVERY_S, SWITCHES_EVERY_S));
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

/* Where a flush waits, so do its sockets: it is not over, and listing sockets costs. */
static void on_drain(struct run *run)
{
	uint64_t now_ns = clock_mono_ns();

	if (rings_may_wait(run->rings, now_ns))
		sleep_until(run, false, now_ns + HOLD_NS);
	else
		run_drain(run);
}

static void on_progress(struct run *run)
{
	uint64_t spent_s = (clock_mono_ns() - run->start_ns) / NSEC_PER_SEC;
	char left[SPAN_TEXT_BYTES + 8] = "watching until Ctrl-C";

	read_timer(run, WAKE_PROGRESS);
	if (run->options->duration_s > spent_s)
		snprintf(left, sizeof(left), "%s left", SPAN(run->options->duration_s - spent_s));
	report_progress(&run->report, left);
}

static void on_signal(struct run *run)
{
	struct signalfd_siginfo info;

	while (read(run->fds[WAKE_SIGNAL], &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGUSR1) {
			run_report_now(run);
		} else if (info.ssi_signo != SIGCHLD) {
			run->is_over = true;
			run->was_signalled = true;
		} else if (command_has_ended(&run->command, run->options)) {
			run->is_over = true;
		}
	}
}

static void on_wake(struct run *run, enum wake wake)
{
	switch (wake) {
	case WAKE_RINGS: /* let what belongs together arrive together */
		wakes_sleep(run, false);
		break;
	case WAKE_LOG:
		read_timer(run, WAKE_LOG);
		on_drain(run);
		break;
	case WAKE_REPORT_FAILED:
	case WAKE_RECORDING_FAILED:
		report_flush(&run->report);
		break;
	case WAKE_FOUND: /* what was found stays readable until it is taken */
		run_drain(run);
		break;
	case WAKE_COUNTED:
		witnesses_read(run->witnesses);
		wakes_sleep(run, false);
		break;
	case WAKE_ADDRESSES:
		witnesses_hear(run->witnesses);
		break;
	case WAKE_WITNESS:
		read_timer(run, WAKE_WITNESS);
		witnesses_ask(run->witnesses);
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
	case WAKE_PERIOD:
		read_timer(run, WAKE_PERIOD);
		run_report_period(run);
		break;
	case WAKE_SIGNAL:
		on_signal(run);
		break;
	case WAKE_MODULES:
		run_take_modules(run);
		break;
	case WAKE_SWITCHES:
		read_timer(run, WAKE_SWITCHES);
		silence_look(run);
		replacement_look(run);
		report_flush(&run->report);
		break;
	case WAKES:
		break;
	}
}

/* From the window's beginning on, not from when it was prepared. */
static void begin_periods(const struct run *run)
{
	time_t every_s = (time_t)run->options->every_s;
	struct itimerspec spec = { .it_value.tv_sec = every_s, .it_interval.tv_sec = every_s };

	timerfd_settime(run->fds[WAKE_PERIOD], 0, &spec, NULL);
}

void wakes_loop(struct run *run)
{
	struct epoll_event events[WAKES];

	begin_periods(run);

	while (!run->is_over && !run->err && !report_has_failed(&run->report)) {
		int count = epoll_wait(run->epoll_fd, events, WAKES, -1);

		for (int i = 0; i < count; i++)
			on_wake(run, events[i].data.u32);
	}
}

void wakes_close(struct run *run)
{
	for (enum wake w = WAKE_DRAIN; w < WAKES; w++)
		if (run->fds[w] > 0)
			close(run->fds[w]);
	if (run->epoll_fd > 0)
		close(run->epoll_fd);
}
