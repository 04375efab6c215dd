// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's switches that silence probes (kernel/switches.h): asked before anything is
 * attached, and watched until all is detached. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/message.h"
#include "kernel/modules.h"
#include "session/silence.h"
#include "session/watch_private.h"

/* How long who turned it off has time to turn it on again. */
#define DETACH_WAIT_NS (10 * NSEC_PER_SEC)
enum { DETACH_LOOK_MS = 100 };

int silence_check(const struct switches *s, char *why, size_t size)
{
	if (s->states[SWITCH_FTRACE] == SWITCH_DEAD) {
		snprintf(why, size,
			 "cannot trace: this kernel shut its ftrace down after a fault of its own "
			 "(dmesg has a WARNING of it); it works again after the next boot");
		return -1;
	}
	if (s->states[SWITCH_FTRACE] != SWITCH_OFF)
		return 0;
	snprintf(why, size, "cannot trace: %s is 0, so probes would see nothing; turn it on: %s",
		 sense_switch(SENSE_FTRACE), sense_switch_cure(SENSE_FTRACE));
	return -1;
}

bool silence_is_of(enum switch_id id, const struct probe_result *results)
{
	for (size_t i = 0; id == SWITCH_KPROBES && i < EVENT_PROBES; i++)
		if (hook_is_kprobe(results[i].how))
			return true;
	return id == SWITCH_FTRACE;
}

/* How many events went unseen nobody knows: each time that it is found off counts one. */
static void observe_switch(struct run *run, enum switch_id id)
{
	bool is_off = switch_silences(run->switches.states[id]);
	enum sense sense = switch_sense(id);
	struct observation seen = { 0 };

	run_stamp(&seen, is_off ? OBSERVATION_LOST : OBSERVATION_PROBE);
	if (is_off) {
		seen.lost.sense = sense;
		seen.lost.count = 1;
		snprintf(seen.lost.probe, sizeof(seen.lost.probe), "%s", sense_word(sense));
	} else {
		seen.probe.sense = sense;
		snprintf(seen.probe.name, sizeof(seen.probe.name), "%s", sense_word(sense));
		snprintf(seen.probe.how, sizeof(seen.probe.how), "on");
	}
	run_observe(run, &seen);
}

void silence_begin(struct run *run)
{
	if (run->switches.states[SWITCH_KPROBES] == SWITCH_OFF &&
	    silence_is_of(SWITCH_KPROBES, run->probes))
		observe_switch(run, SWITCH_KPROBES);
}

static void on_turn(struct run *run, enum switch_id id)
{
	bool is_on = run->switches.states[id] == SWITCH_ON;

	if (silence_is_of(id, run->probes))
		observe_switch(run, id);
	if (id == SWITCH_KPROBES)
		run_set_kprobes(run, is_on);
	else if (is_on)
		run_take_loaded(run);
}

void silence_look(struct run *run)
{
	struct switches before = run->switches;

	if (!switches_read(&run->switches))
		return;
	for (enum switch_id i = 0; i < SWITCHES; i++)
		if (run->switches.states[i] != before.states[i] &&
		    run->switches.states[i] != SWITCH_UNKNOWN)
			on_turn(run, i);
}

/* What the end of the window left of signals is of the past. */
static bool is_interrupted(const struct run *run, int timeout_ms)
{
	struct pollfd signals = { .fd = run->fds[WAKE_SIGNAL], .events = POLLIN };
	struct signalfd_siginfo info;

	if (poll(&signals, 1, timeout_ms) != 1 ||
	    read(signals.fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return false;
	return info.ssi_signo != SIGCHLD;
}

void silence_wait_to_detach(struct run *run)
{
	uint64_t give_up_ns = clock_mono_ns() + DETACH_WAIT_NS;

	if (!run->loader)
		return;
	switches_read(&run->switches);
	if (run->switches.states[SWITCH_FTRACE] != SWITCH_OFF)
		return;
	message("%s is 0: detaching now may leave this kernel without ftrace until it is booted; "
		"waiting 10 s for %s (Ctrl-C detaches at once)",
		sense_switch(SENSE_FTRACE), sense_switch_cure(SENSE_FTRACE));
	while (run->switches.states[SWITCH_FTRACE] == SWITCH_OFF && clock_mono_ns() < give_up_ns &&
	       !is_interrupted(run, DETACH_LOOK_MS))
		switches_read(&run->switches);
}
