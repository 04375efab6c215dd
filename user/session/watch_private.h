/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of the watch share: watch.c (its phases, and the road from the rings to
 * the report), interim.c (reports in between) and wakes.c (what wakes it). */
#ifndef RSTBLAME_SESSION_WATCH_PRIVATE_H
#define RSTBLAME_SESSION_WATCH_PRIVATE_H

#include <sys/types.h>
#include <sys/utsname.h>

#include "attach/rings.h"
#include "base/job.h"
#include "blame/blame.h"
#include "kernel/canaries.h"
#include "kernel/switches.h"
#include "log/watch.h"
#include "node/gaps.h"
#include "node/netns_namer.h"
#include "report/report.h"
#include "session/notify.h"
#include "session/proving.h"
#include "session/witnesses.h"
#include "victims/inspector.h"
#include "victims/sweep.h"
#include "victims/victims.h"

/* A record may be committed this much later than its time stamp says (its CPU
 * was preempted in between): what is younger waits for the next round. */
#define HOLD_NS (10 * NSEC_PER_MSEC)

enum wake {
	WAKE_RINGS,
	WAKE_FOUND,
	WAKE_LOG,
	WAKE_COUNTED,
	WAKE_ADDRESSES,
	WAKE_REPORT_FAILED,
	WAKE_RECORDING_FAILED,
	WAKE_DRAIN,
	WAKE_END,
	WAKE_PROGRESS,
	WAKE_PERIOD,
	WAKE_WITNESS,
	WAKE_SIGNAL,
	WAKE_MODULES,
	WAKE_SWITCHES,
	WAKES
};

struct run {
	const struct options *options;
	struct report report;
	struct blame *blame;
	struct loader *loader;
	struct rings *rings;
	struct inspector *inspector; /* NULL: no victims and nothing at risk is told */
	struct victims *victims;     /* between blame and the report */
	struct sweep *sweep;         /* NULL: there is no inspector */
	struct log_watch *log;       /* NULL: no --log */
	struct witnesses *witnesses; /* NULL: nothing is held against the kernel's counts */
	uint64_t blamed;             /* resets, of those that are reported */
	struct probe_result probes[EVENT_PROBES];
	struct switches switches;
	struct notify notify;
	struct gaps gaps;
	uint32_t replaced; /* probes whose functions were taken over before the start, as bits */
	struct proving proving;
	struct canaries canaries;
	bool is_open; /* the window: the start was observed */
	struct utsname machine;
	struct netns_namer netns_namer;
	uint64_t start_ns, over_ns; /* CLOCK_MONOTONIC */
	struct job command;
	int epoll_fd;
	int modules_fd; /* negative: modules that come later are not noticed */
	int fds[WAKES]; /* those before WAKE_DRAIN are borrowed */
	bool is_over;
	bool was_signalled; /* that is why */
	int err;
};

/* ---- watch.c ---- */

/* Takes what is due: from the rings, what was found, from the log; and sleeps on. */
void run_drain(struct run *run);

/* Attaches what waits for a module that came; notes what went with one. */
void run_take_modules(struct run *run);

/* The same for those that are there: nothing was attached meanwhile (session/silence.h). */
void run_take_loaded(struct run *run);

/* Kprobes were armed, or disarmed. */
void run_set_kprobes(struct run *run, bool are_on);

/* What became of a probe, now. */
void run_observe_probe(struct run *run, size_t probe);

/* An observation of our own, now. */
void run_stamp(struct observation *seen, enum observation_type type);
void run_observe(struct run *run, const struct observation *seen);

/* How the watch itself went, into the summary. */
void run_note_effort(struct run *run);

/* ---- interim.c ---- */

/* SIGUSR1, --every: what is known by now; the watch goes on. */
void run_report_now(struct run *run);
void run_report_period(struct run *run);

/* ---- wakes.c ---- */

int wakes_open(struct run *run); /* 0, or -errno */
void wakes_close(struct run *run);

/* Until the window is over, or nothing can be told any more. */
void wakes_loop(struct run *run);

/* On the timer while a young record waits in the rings, which stay readable; on the rings
 * only when they are empty. */
void wakes_sleep(struct run *run, bool is_empty);

#endif
