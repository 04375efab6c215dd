// SPDX-License-Identifier: GPL-2.0-only
/* `--check`: what can be observed on this kernel, probe by probe. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "attach/loader.h"
#include "attach/rings.h"
#include "base/capabilities.h"
#include "base/clock.h"
#include "node/privilege.h"
#include "node/socket_census.h"
#include "report/output.h"
#include "session/check_report.h"
#include "session/least_privilege.h"
#include "session/replacement.h"
#include "session/session.h"
#include "session/silence.h"

/* For what the kernel does later; all else is there at once. */
#define PATIENCE_NS (2 * NSEC_PER_SEC)

/* For a table that nobody reads. */
#define WRITE_NS (5 * NSEC_PER_SEC)

static int take_proof(void *ctx, const struct observation *seen)
{
	struct check *c = ctx;

	proving_take(&c->proving, seen);
	return 0;
}

static void run_canary(struct check *c, struct loader *loader)
{
	struct rings *rings = rings_new(loader, false, take_proof, c);

	if (rings) {
		c->proving.probes = c->probes;
		proving_run(&c->proving, loader, rings, PATIENCE_NS, true);
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

		if (probe_sees(state) && c->probes[i].why[0]) /* and not all */
			status = STATUS_WARNING;
		if (state != PROBE_MISSING && state != PROBE_BLIND)
			continue;
		if (probes[i].is_required)
			return STATUS_UNKNOWN;
		status = STATUS_WARNING;
	}
	/* Nothing was proven, or something cannot be looked at. */
	return c->proving.provoked.why[0] || c->gaps.count ? STATUS_WARNING : status;
}

static void look_at_machine(struct check *c, const struct options *options)
{
	struct rlimit memlock;

	uname(&c->machine);
	switches_open(&c->switches);
	c->btf = options->btf                                 ? options->btf :
		 access("/sys/kernel/btf/vmlinux", R_OK) == 0 ? "yes" :
								"no";
	c->lockdown = privilege_lockdown();
	c->sees_symbols = privilege_sees_symbols();
	c->has_memlock = !getrlimit(RLIMIT_MEMLOCK, &memlock);
	c->memlock_bytes = memlock.rlim_cur == RLIM_INFINITY ? UINT64_MAX : memlock.rlim_cur;
}

/* Whether the walk over all sockets can be had, and goes to its end. */
static void look_at_sockets(struct check *c)
{
	struct socket_iterator *iterator = socket_iterator_new();
	struct socket_census census = { 0 };
	int err = -ENOMEM;

	if (iterator && !socket_iterator_load(iterator, c->no_walk)) {
		struct socket_walk walk = socket_iterator_walk(iterator);

		err = socket_census_take(&census, &walk, clock_mono_ns() + PATIENCE_NS);
		if (!err && census.is_cut)
			err = -ETIME;
	}
	if (err && !c->no_walk[0])
		snprintf(c->no_walk, sizeof(c->no_walk), "%s", strerror(-err));
	socket_census_release(&census);
	socket_iterator_free(iterator);
}

static void run_check(struct check *c, const struct options *options)
{
	struct loader_options loader_options = { .btf_path = options->btf,
						 .is_verbose = options->is_verbose };
	struct loader *loader = NULL;

	look_at_machine(c, options);
	look_at_sockets(c);
	loader_options.kprobes_are_off = c->switches.states[SWITCH_KPROBES] == SWITCH_OFF;
	if (!privilege_check(c->why, sizeof(c->why)) &&
	    !silence_check(&c->switches, c->why, sizeof(c->why)))
		loader = loader_open(&loader_options, c->probes, c->why);
	if (loader) {
		c->why[0] = '\0';
		gaps_find(&c->gaps);
		run_canary(c, loader);
		replacement_find(c->probes);
	}
	loader_close(loader);
	proving_end(&c->proving);
	c->status = weigh(c);
}

enum status session_check(const struct options *options)
{
	struct check check = { .status = STATUS_UNKNOWN, .proving = PROVING_IDLE };
	struct output out;
	char why[OPTIONS_WHY_BYTES];

	check.had = capabilities_held();
	check.refuses_calls = least_privilege_to_attach(options);
	output_init(&out);
	if (options->output && output_open(&out, options->output, "-o", true, why, sizeof(why)))
		return session_fail(options, why);
	if (output_start(&out, true))
		return session_fail(options, "out of memory");
	run_check(&check, options);
	output_begin(&out);
	if (options->format == FORMAT_JSON)
		check_write_json(&check, out.file);
	else
		check_write_text(&check, output_columns(&out), out.file);
	output_commit(&out, true);
	switches_close(&check.switches);
	return output_close(&out, WRITE_NS, NULL) ? STATUS_UNKNOWN : check.status;
}
