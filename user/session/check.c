// SPDX-License-Identifier: GPL-2.0-only
/* `--check`: what can be observed on this kernel, probe by probe. */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "attach/loader.h"
#include "attach/rings.h"
#include "base/clock.h"
#include "base/message.h"
#include "node/privilege.h"
#include "session/check_report.h"
#include "session/session.h"

/* ---- proving: truth rule 7 ---- */

static void prove(struct check *c, enum event_probe probe)
{
	if (c->probes[probe].state == PROBE_ATTACHED)
		c->probes[probe].state = PROBE_PROVEN;
}

static enum event_probe probe_of_reset(const struct reset_observation *reset)
{
	switch (reset->kind) {
	case RESET_ABORT:
		return EVENT_PROBE_ABORT;
	case RESET_RECEIVED:
		return EVENT_PROBE_RECEIVE;
	default:
		return reset->family == AF_INET ? EVENT_PROBE_RESET_V4 : EVENT_PROBE_RESET_V6;
	}
}

static int take_proof(void *ctx, const struct observation *seen)
{
	struct check *c = ctx;

	/* The flush's end carries no namespace; nobody else's is mistaken for it,
	 * since only a beginning proves. */
	if (seen->netns.inum != c->canary.netns)
		return 0;
	switch (seen->type) {
	case OBSERVATION_RESET:
		prove(c, probe_of_reset(&seen->reset));
		break;
	case OBSERVATION_ENTRY:
		prove(c, EVENT_PROBE_INSERT); /* no packet makes one there */
		break;
	case OBSERVATION_ADDRESS:
		prove(c, seen->change.family == AF_INET ? EVENT_PROBE_ADDRESS_V4 :
							  EVENT_PROBE_ADDRESS_V6);
		break;
	case OBSERVATION_LINK:
		prove(c, EVENT_PROBE_LINK);
		break;
	case OBSERVATION_REMOVAL:
		prove(c, EVENT_PROBE_REMOVAL);
		break;
	case OBSERVATION_ACT_BEGIN:
		/* A blind walk shows as a deletion, announced by the removal itself. */
		if (seen->act.cause == CAUSE_USER_FLUSH)
			prove(c, EVENT_PROBE_ITERATION);
		break;
	default:
		break;
	}
	return 0;
}

static bool was_provoked(const struct check *c, enum event_probe probe)
{
	switch (probe) {
	case EVENT_PROBE_RESET_V4:
	case EVENT_PROBE_ADDRESS_V4:
	case EVENT_PROBE_LINK:
		return true;
	case EVENT_PROBE_RESET_V6:
	case EVENT_PROBE_ADDRESS_V6:
		return c->canary.has_ipv6;
	case EVENT_PROBE_REMOVAL:
	case EVENT_PROBE_ITERATION:
		return c->canary.has_conntrack;
	case EVENT_PROBE_INSERT:
		return c->canary.has_insert;
	case EVENT_PROBE_ABORT:
	case EVENT_PROBE_RECEIVE:
		return c->canary.has_abort;
	default: /* these need rules in the namespace, and rules load modules */
		return false;
	}
}

static void run_canary(struct check *c, struct loader *loader)
{
	struct rings *rings = rings_new(loader, false, take_proof, c);
	struct timespec settle = { .tv_nsec = 20 * NSEC_PER_MSEC };
	bool is_empty;

	if (rings && !canary_run(&c->canary)) {
		nanosleep(&settle, NULL);
		rings_drain(rings, clock_mono_ns(), &is_empty);
		for (size_t i = 0; i < EVENT_PROBES; i++)
			if (c->probes[i].state == PROBE_ATTACHED && was_provoked(c, i)) {
				c->probes[i].state = PROBE_BLIND;
				snprintf(c->probes[i].why, sizeof(c->probes[i].why),
					 "its event was provoked, but the probe did not fire");
			}
	}
	rings_free(rings);
}

static enum status weigh(const struct check *c)
{
	enum status status = STATUS_OK;

	if (c->why[0])
		return STATUS_UNKNOWN;
	for (size_t i = 0; i < EVENT_PROBES; i++) {
		enum probe_state state = c->probes[i].state;

		if (state != PROBE_MISSING && state != PROBE_BLIND)
			continue;
		if (probes[i].is_required)
			return STATUS_UNKNOWN;
		status = STATUS_WARNING;
	}
	return status;
}

static void look_at_machine(struct check *c, const struct options *options)
{
	struct rlimit memlock;

	uname(&c->machine);
	c->btf = options->btf                                 ? options->btf :
		 access("/sys/kernel/btf/vmlinux", R_OK) == 0 ? "yes" :
								"no";
	c->lockdown = privilege_lockdown();
	c->sees_symbols = privilege_sees_symbols();
	c->has_memlock = !getrlimit(RLIMIT_MEMLOCK, &memlock);
	c->memlock_bytes = memlock.rlim_cur == RLIM_INFINITY ? UINT64_MAX : memlock.rlim_cur;
}

static void run_check(struct check *c, const struct options *options)
{
	struct loader_options loader_options = { .btf_path = options->btf,
						 .is_verbose = options->is_verbose };
	struct loader *loader = NULL;

	look_at_machine(c, options);
	if (!privilege_check(c->why, sizeof(c->why)))
		loader = loader_open(&loader_options, c->probes, c->why);
	if (loader) {
		c->why[0] = '\0';
		run_canary(c, loader);
	}
	loader_close(loader);
	c->status = weigh(c);
}

enum status session_check(const struct options *options)
{
	struct check check = { .status = STATUS_UNKNOWN };
	FILE *out = options->output ? fopen(options->output, "we") : stdout;

	if (!out)
		return session_fail(options,
				    "cannot write the file given with -o; use a writable path");
	run_check(&check, options);
	if (options->format == FORMAT_JSON)
		check_write_json(&check, out);
	else
		check_write_text(&check, out);
	if (fflush(out) || ferror(out)) {
		message("cannot write the table of --check");
		check.status = STATUS_UNKNOWN;
	}
	if (out != stdout)
		fclose(out);
	return check.status;
}
