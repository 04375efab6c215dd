// SPDX-License-Identifier: GPL-2.0-only
/* The window: attach, watch until it ends, give the verdict. The road of each event: rings,
 * blame, victims, report. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/message.h"
#include "base/version.h"
#include "kernel/modules.h"
#include "node/gaps.h"
#include "node/netns.h"
#include "node/privilege.h"
#include "node/process.h"
#include "session/command.h"
#include "session/least_privilege.h"
#include "session/replacement.h"
#include "session/session.h"
#include "session/silence.h"
#include "session/stop.h"
#include "session/watch_private.h"

/* How long what is at risk may be looked at when the window has ended. */
#define FINISH_NS (10 * NSEC_PER_SEC)

/* How long the start may wait for what the canary provoked. */
#define PROVING_NS (100 * NSEC_PER_MSEC)

/* What blame finds goes to the report through the victims. */
static void take_finding(void *ctx, const struct finding *f)
{
	struct run *run = ctx;

	run->blamed += report_counts(&run->report, f);
	victims_take(run->victims, f);
}

/* -ECANCELED: as many resets as were asked for; nothing after them is taken. */
static int take(void *ctx, const struct observation *seen)
{
	struct run *run = ctx;
	int err = blame_observe(run->blame, seen);

	witnesses_note(run->witnesses, seen);
	if (!err && run->sweep)
		sweep_note(run->sweep, seen);
	if (!err && run->options->count && run->blamed >= run->options->count &&
	    seen->type == OBSERVATION_RESET)
		err = -ECANCELED;
	return err;
}

static int take_live(void *ctx, const struct observation *seen)
{
	struct run *run = ctx;
	struct observation name;
	int err = 0;

	/* Whatever comes before the window is open is before the window. */
	if (proving_take(&run->proving, seen) || !run->is_open)
		return 0;
	if (canaries_take(&run->canaries, seen)) {
		witnesses_note(run->witnesses, seen); /* the kernel counted it, too */
		return 0;
	}
	if (netns_namer_tells(&run->netns_namer, seen, &name))
		err = take(run, &name);
	return err ? err : take(run, seen);
}

/* ---- the beginning and the end, as observations like any other ---- */

void run_stamp(struct observation *seen, enum observation_type type)
{
	seen->type = type;
	seen->netns.inum = netns_own();
	seen->mono_ns = clock_mono_ns();
	seen->wall_ns = seen->mono_ns + clock_wall_offset_ns();
}

void run_observe(struct run *run, const struct observation *seen)
{
	blame_observe(run->blame, seen);
}

/* Attached and blind is as good as not attached. */
static const char *how_seen(const struct probe_result *result)
{
	return hook_how_name(result->state == PROBE_BLIND ? HOOK_NONE : result->how);
}

static const char *why_not(const struct probe_result *result)
{
	return result->why[0] ? result->why : result->unproven;
}

static void observe_start(struct run *run)
{
	struct observation seen = { 0 };
	struct start_observation *start = &seen.start;

	run_stamp(&seen, OBSERVATION_START);
	run->is_open = true;
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
			.how = how_seen(&run->probes[i]),
			.symbol = run->probes[i].symbol,
			.why = why_not(&run->probes[i]),
			.state = probe_state_name(run->probes[i].state),
			.is_blind = probes[i].is_required &&
				    (run->probes[i].state == PROBE_MISSING ||
				     run->probes[i].state == PROBE_BLIND ||
				     (probe_sees(run->probes[i].state) && run->probes[i].why[0])),
		};
	for (size_t i = 0; i < run->gaps.count && i < START_GAPS_MAX; i++)
		start->gaps[start->gaps_count++] = run->gaps.lines[i];
	blame_observe(run->blame, &seen);
}

static void observe_end(struct run *run)
{
	struct observation seen = { 0 };

	run_stamp(&seen, OBSERVATION_END);
	seen.window_s = (run->over_ns - run->start_ns + NSEC_PER_SEC / 2) / NSEC_PER_SEC;
	blame_observe(run->blame, &seen);
}

void run_note_effort(struct run *run)
{
	struct effort *effort = &run->report.summary.effort;

	effort->drain_worst_ns = rings_worst_ns(run->rings);
	effort->entries_unasked = rings_unasked(run->rings);
	effort->victims_unlooked = victims_unlooked(run->victims);
}

/* ---- draining ---- */

/* In their place among what the rings told up to then, as far as they come in time. */
static void take_log(struct run *run, uint64_t until_ns)
{
	struct observation seen;

	while (run->log && !run->err && log_watch_take(run->log, until_ns, &seen))
		run->err = take_live(run, &seen);
}

/* What the inspector found, and what is to be looked at next. */
static int take_found(struct run *run, uint64_t drained_ns)
{
	struct inspection *i;
	int err = 0;

	while (!err && run->inspector && (i = inspector_take(run->inspector))) {
		if (i->kind != INSPECT_ONE && i->kind != INSPECT_LISTENER) {
			err = sweep_found(run->sweep, i, drained_ns);
			continue;
		}
		victims_found(run->victims, i);
		inspection_free(i);
	}
	return err || !run->sweep ? err : sweep_turn(run->sweep, drained_ns);
}

void run_drain(struct run *run)
{
	uint64_t until_ns = clock_mono_ns() - HOLD_NS;
	bool is_empty = true;

	silence_look(run);
	run->err = rings_drain(run->rings, until_ns, &is_empty);
	if (!run->err)
		run->err = take_found(run, until_ns);
	take_log(run, until_ns);
	if (!run->err && rings_has_told_all(run->rings))
		run->err = witnesses_turn(run->witnesses, until_ns);
	blame_advance(run->blame, 0, until_ns);
	victims_turn(run->victims);
	report_flush(&run->report);
	wakes_sleep(run, is_empty && !(run->log && log_watch_has_lines(run->log)));
}

void run_observe_probe(struct run *run, size_t probe)
{
	const struct probe_result *result = &run->probes[probe];
	struct observation seen = { 0 };

	run_stamp(&seen, OBSERVATION_PROBE);
	seen.probe.sense = probes[probe].sense;
	snprintf(seen.probe.name, sizeof(seen.probe.name), "%s", probe_word(probe));
	snprintf(seen.probe.how, sizeof(seen.probe.how), "%s", how_seen(result));
	snprintf(seen.probe.symbol, sizeof(seen.probe.symbol), "%s", result->symbol);
	snprintf(seen.probe.module, sizeof(seen.probe.module), "%s",
		 probes[probe].module ? probes[probe].module : "");
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

static void observe_turned(struct run *run, const struct probe_result *before)
{
	for (size_t i = 0; i < EVENT_PROBES; i++)
		if (run->probes[i].state != before[i].state)
			run_observe_probe(run, i);
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
	else if (!switch_silences(run->switches.states[SWITCH_FTRACE]) &&
		 wait_for_module(event->name))
		loader_attach_module(run->loader, event->name, run->probes);
	rings_forget_symbols(run->rings); /* its functions have names now, or none any more */
	observe_turned(run, before);
}

void run_take_loaded(struct run *run)
{
	for (size_t i = 0; i < EVENT_PROBES; i++) {
		struct module_event came = { .has_come = true };

		if (run->probes[i].state != PROBE_WAITS || !module_is_live(probes[i].module))
			continue;
		snprintf(came.name, sizeof(came.name), "%s", probes[i].module);
		on_module(run, &came);
	}
}

void run_set_kprobes(struct run *run, bool are_on)
{
	struct probe_result before[EVENT_PROBES];

	memcpy(before, run->probes, sizeof(before));
	loader_set_kprobes(run->loader, are_on, run->probes);
	observe_turned(run, before);
}

void run_take_modules(struct run *run)
{
	struct module_event event;

	silence_look(run);
	while (modules_next(run->modules_fd, &event) > 0)
		on_module(run, &event);
	report_flush(&run->report); /* it may stay quiet for long from here on */
	wakes_sleep(run, false);    /* what is held goes on in its time */
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

static bool is_finished(struct run *run, uint64_t give_up_ns)
{
	bool is_swept = !run->sweep || sweep_is_finished(run->sweep);

	if (clock_mono_ns() < give_up_ns && !*stop_hurry())
		return is_swept && !victims_wait(run->victims);
	if (!is_swept)
		sweep_give_up(run->sweep);
	return true;
}

/* What is at risk is looked at once more, so that it holds for the window's end. What
 * the rings tell meanwhile is taken too: a flow may recover. */
static void finish(struct run *run)
{
	struct pollfd found = { .fd = run->inspector ? inspector_fd(run->inspector) : -1,
				.events = POLLIN };
	uint64_t give_up_ns = clock_mono_ns() + FINISH_NS;
	bool is_cut = run->err == -ECANCELED; /* -c: nothing after it is taken */

	while (!report_has_failed(&run->report) && !is_finished(run, give_up_ns)) {
		uint64_t until_ns = clock_mono_ns() - HOLD_NS;
		bool is_empty = true;

		poll(&found, 1, (int)(HOLD_NS / NSEC_PER_MSEC));
		if (!is_cut)
			is_cut = rings_drain(run->rings, until_ns, &is_empty) != 0;
		take_found(run, until_ns);
		victims_turn(run->victims);
	}
	victims_end(run->victims);
}

/* ---- phases ---- */

/* What is attached by fentry holds its module; what is built in never goes. */
static bool may_go(const struct run *run, const char *module)
{
	for (size_t i = 0; i < EVENT_PROBES; i++)
		if (probes[i].module && !strcmp(probes[i].module, module) &&
		    probe_is_attached(run->probes[i].state) && run->probes[i].how == HOOK_FENTRY)
			return false;
	return module_is_live(module);
}

/* With a module that is not there, or that may go and return. */
static bool probes_may_come(const struct run *run)
{
	for (size_t i = 0; run->modules_fd >= 0 && i < EVENT_PROBES; i++)
		if (probes[i].module &&
		    (run->probes[i].state == PROBE_WAITS ||
		     (probe_is_attached(run->probes[i].state) && may_go(run, probes[i].module))))
			return true;
	return false;
}

static bool has_ended(void *loader, uint8_t family, const struct tuple *packet, uint64_t since_ns)
{
	return loader_ended_since(loader, family, packet, since_ns);
}

static int attach(struct run *run, char why[LOADER_WHY_BYTES])
{
	struct loader_options options = { .btf_path = run->options->btf,
					  .with_stacks = run->options->with_stacks,
					  .counts_syns = options_count_syns(run->options),
					  .no_pin = run->options->no_pin,
					  .is_verbose = run->options->is_verbose };

	switches_open(&run->switches);
	options.kprobes_are_off = run->switches.states[SWITCH_KPROBES] == SWITCH_OFF;
	if (privilege_check(why, LOADER_WHY_BYTES) ||
	    silence_check(&run->switches, why, LOADER_WHY_BYTES))
		return -1;
	if (run->options->log && report_writes_to(&run->report, run->options->log)) {
		snprintf(why, LOADER_WHY_BYTES,
			 "--log cannot follow %.200s: the report or the recording goes there; use "
			 "another path for it",
			 run->options->log);
		return -1;
	}
	gaps_find(&run->gaps);
	for (size_t i = 0; i < run->gaps.count; i++)
		message("%s", run->gaps.lines[i]);
	if (run->options->log && !(run->log = log_watch_new(run->options->log, why)))
		return -1;
	run->proving.probes = run->probes;
	process_read_link((uint32_t)getpid(), "exe", run->canaries.exe, sizeof(run->canaries.exe));
	run->modules_fd = modules_watch(); /* first: none may come in between */
	run->loader = loader_open(&options, run->probes, why);
	if (!run->loader)
		return -1;
	run->rings = rings_new(run->loader, run->options->with_stacks, take_live, run);
	run->inspector = inspector_new(NULL);
	run->victims = victims_new(run->inspector, run->options->log, report_finding, &run->report);
	if (run->victims)
		victims_set_ended(run->victims, has_ended, run->loader);
	run->blame = blame_new(NULL, take_finding, run);
	run->witnesses = witnesses_new(take_live, run);
	if (run->blame && run->inspector)
		run->sweep = sweep_new(run->inspector, run->blame, take, run);
	if (run->rings && run->victims && run->blame && !wakes_open(run)) {
		proving_run(&run->proving, run->loader, run->rings, PROVING_NS, false);
		run->replaced = replacement_find(run->probes);
		least_privilege_attached(run->options, probes_may_come(run));
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
	silence_begin(run);
	replacement_begin(run);
	report_flush(&run->report);
	witnesses_begin(run->witnesses);
	notify_send(&run->notify, "READY=1\nSTATUS=Watching");
	if (command_start(&run->command, run->options, why))
		return report_error(&run->report, why);
	wakes_loop(run);
	notify_send(&run->notify, "STOPPING=1");
	stop_arm(run->was_signalled, run->command.group);
	run->over_ns = clock_mono_ns();
	if (run->command.pid) /* what else it has left running ends with the report */
		job_begin_end(&run->command);
	silence_look(run);
	replacement_end(run);
	if (!run->err)
		witnesses_ask_last(run->witnesses);
	rings_end_counts(run->rings);
	if (!run->err)
		drain_rest(run);
	if (!run->err || run->err == -ECANCELED) {
		rings_report_counts(run->rings);
		rings_end_losses(run->rings);
	}
	if (!run->err)
		run->err = witnesses_end(run->witnesses);
	log_watch_finish(run->log);
	take_log(run, run->over_ns);
	finish(run);
	if (run->err && run->err != -ECANCELED)
		message("the report is incomplete: %s", strerror(-run->err));
	blame_finish(run->blame);
	observe_end(run);
	run_note_effort(run);
	status = report_summary(&run->report);
	return run->err && run->err != -ECANCELED && status == STATUS_OK ? STATUS_UNKNOWN : status;
}

static void release(struct run *run)
{
	log_watch_free(run->log);
	witnesses_free(run->witnesses);
	victims_free(run->victims);
	sweep_free(run->sweep);
	inspector_free(run->inspector);
	rings_free(run->rings);
	loader_close(run->loader);
	proving_end(&run->proving);
	blame_free(run->blame);
	wakes_close(run);
	switches_close(&run->switches);
}

enum status session_run(const struct options *options)
{
	struct run run = { .options = options, .proving = PROVING_IDLE };
	enum status status;
	uint32_t netns = 0;
	char why[REPORT_WHY_BYTES];
	sigset_t usr1;
	int err;

	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigprocmask(SIG_BLOCK, &usr1, NULL); /* it may come before it is read */
	notify_open(&run.notify);
	if (command_prepare(&run.command, options, why))
		return session_fail(options, why);
	least_privilege_to_attach(options);
	uname(&run.machine);
	netns_namer_init(&run.netns_namer, netns_own());
	err = options->netns ? netns_find(options->netns, &netns) : 0;
	if (err) {
		snprintf(
			why, sizeof(why),
			"network namespace %.120s not found: %s; use a name of `ip netns` or a pid",
			options->netns, strerror(-err));
		job_end(&run.command, NULL);
		return session_fail(options, why);
	}
	if (report_open(&run.report, options, why)) {
		status = report_error(&run.report, why);
	} else {
		run.report.places.inum = netns;
		run.report.hurry = stop_hurry();
		status = watch_window(&run);
	}
	/* First the report: detaching takes the kernel a tenth of a second for each probe. But
	 * nobody who does not read it keeps the probes in. */
	report_settle(&run.report);
	job_begin_end(&run.command);
	silence_wait_to_detach(&run);
	notify_close(&run.notify);
	release(&run);
	job_end(&run.command, stop_hurry());
	return report_close(&run.report, status);
}
